"""The draft of a payer's next rules: started, saved by compare-and-set, discarded."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from billing.enums import PolicyStatus, SettingArea
from billing.models import PayerPolicy
from billing.services.policies import next_version
from billing.services.policies_difference import Rules, differences, facts_of, rules_of
from billing.services.policies_history import Change, remember
from clinic.errors import Conflict, NotAllowed
from clinic.models import Payer, User

Facts = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Content:
    """All that an admin writes in a draft."""

    fields: dict[str, Any]
    facts: Facts
    starts_on: date
    ends_on: date | None
    source: str
    checked_on: date
    why: str


@transaction.atomic
def start_draft(
    payer: Payer,
    *,
    by: User,
    rules: Rules,
    preset: str,
    why: str,
    based_on: PayerPolicy | None = None,
) -> PayerPolicy:
    """Open the payer's next version from these rules; from tomorrow unless changed."""
    payer = Payer.objects.select_for_update().get(pk=payer.pk)
    if draft := draft_of(payer):
        raise NotAllowed(f"{draft.name} is open already: go on with it, or discard it first.")
    tomorrow = timezone.localdate() + timedelta(days=1)
    draft = PayerPolicy.objects.create(
        payer=payer,
        version=next_version(payer),
        preset=preset,
        fields=rules.fields,
        facts={name: dict(fact) for name, fact in rules.facts.items()},
        based_on=based_on,
        why=why,
        source=based_on.source if based_on else rules.label,
        checked_on=based_on.checked_on if based_on else timezone.localdate(),
        starts_on=max(tomorrow, _after_the_last(payer)),
        saved_at=timezone.now(),
        saved_by=by,
    )
    remember(
        "policy.draft_started",
        area=SettingArea.POLICY,
        by=by,
        subject=f"{payer}, {draft.name}",
        payer=payer,
        row=draft,
        why=why,
        changes=[Change("Draft", "", f"started from {rules.label}")],
    )
    return draft


def draft_of(payer: Payer) -> PayerPolicy | None:
    return payer.policies.filter(status=PolicyStatus.DRAFT).first()


def _after_the_last(payer: Payer) -> date:
    last = payer.policies.filter(status=PolicyStatus.PUBLISHED).order_by("-starts_on").first()
    return (last.ends_on or last.starts_on) + timedelta(days=1) if last else date.min


@transaction.atomic
def save_draft(draft: PayerPolicy, *, by: User, revision: int, content: Content) -> PayerPolicy:
    """Store the draft as this admin sees it.

    ``revision`` is what they read; where another admin saved since, a Conflict and nothing
    is stored.
    """
    was = locked(draft)
    if was.revision != revision:
        raise Conflict(
            f"{was.saved_by} saved this draft at {timezone.localtime(was.saved_at):%-I:%M %p}, "
            "after you opened it. Nothing of yours was stored yet.",
            theirs=was,
        )
    changes = _changes(was, content)
    if not changes:
        return was
    for name in ("fields", "facts", "starts_on", "ends_on", "source", "checked_on", "why"):
        setattr(was, name, getattr(content, name))
    was.revision, was.saved_at, was.saved_by = F("revision") + 1, timezone.now(), by
    was.save(
        update_fields=[
            "fields", "facts", "starts_on", "ends_on", "source", "checked_on", "why", "revision",
            "saved_at", "saved_by",
        ]
    )  # fmt: skip
    was.refresh_from_db()
    remember(
        "policy.draft_saved",
        area=SettingArea.POLICY,
        by=by,
        subject=f"{was.payer}, {was.name}",
        payer=was.payer,
        row=was,
        why=content.why,
        changes=changes,
    )
    return was


def locked(draft: PayerPolicy) -> PayerPolicy:
    """The draft as it stands now, held until this transaction ends."""
    row = PayerPolicy.objects.select_for_update().filter(pk=draft.pk).first()
    if row is None:
        raise NotAllowed(f"{draft.name} was discarded meanwhile. Nothing was stored.")
    if not row.is_draft:
        raise NotAllowed(
            f"{row.name} is published and stays as it is: start the next version from it."
        )
    return row


def _changes(was: PayerPolicy, content: Content) -> list[Change]:
    now = Rules(was.name, content.fields, content.facts)
    found = [Change(d.setting, d.before, d.after) for d in differences(rules_of(was), now)]
    for label, name in (
        ("In force from", "starts_on"),
        ("Last day", "ends_on"),
        ("Source of the version", "source"),
        ("Version checked on", "checked_on"),
        ("Why", "why"),
    ):
        before, after = getattr(was, name), getattr(content, name)
        if before != after:
            found.append(Change(label, _shown(before), _shown(after)))
    return found + _fact_changes(facts_of(was), content.facts)


def _fact_changes(before: Facts, after: Facts) -> list[Change]:
    from_to = ((name, before.get(name, {}), after[name]) for name in sorted(after))
    return [
        Change(f"Source of {name}", _fact(old), _fact(new))
        for name, old, new in from_to
        if old != new
    ]


def _fact(fact: dict[str, str]) -> str:
    order = ("source", "link", "checked_on", "confidence")
    return " · ".join(fact[key] for key in order if fact.get(key))


def _shown(value: object) -> str:
    return f"{value:%m/%d/%Y}" if isinstance(value, date) else str(value or "")


@transaction.atomic
def discard_draft(draft: PayerPolicy, *, by: User, revision: int) -> None:
    draft = locked(draft)
    if draft.revision != revision:
        raise Conflict(
            f"{draft.saved_by} changed this draft after you opened it: look at it again first.",
            theirs=draft,
        )
    remember(
        "policy.draft_discarded",
        area=SettingArea.POLICY,
        by=by,
        subject=f"{draft.payer}, {draft.name}",
        payer=draft.payer,
        row=draft,
        changes=[Change("Draft", f"from {_shown(draft.starts_on)}", "discarded")],
    )
    draft.delete()
