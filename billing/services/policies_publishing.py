"""Publishing a draft: from its first day on, visits are billed by it."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from billing.enums import PolicyStatus, SettingArea
from billing.models import ChargeSet, PayerPolicy
from billing.services.policies import engine_policy, make_room, no_room
from billing.services.policies_cases import cases_of, run_cases
from billing.services.policies_difference import differences, predecessor, rules_of
from billing.services.policies_drafts import locked
from billing.services.policies_history import Change, remember
from billing.services.policies_words import BY_NAME
from clinic.errors import Conflict, NotAllowed
from clinic.models import Payer, User


def obstacles(draft: PayerPolicy) -> list[str]:
    """What stands in the way of publishing, each as a sentence that says what to do."""
    found = [no_room(draft.payer, draft.starts_on), *_unsourced(draft), *_failing(draft)]
    if not draft.why:
        found.append("Say why these rules change, so that the next admin knows.")
    return [sentence for sentence in found if sentence]


def rebilled_visits(draft: PayerPolicy) -> int:
    """Signed visits on days that the draft would govern."""
    found = ChargeSet.objects.filter(
        note__visit__coverage__payer=draft.payer_id, note__visit__date__gte=draft.starts_on
    )
    if draft.ends_on:
        found = found.filter(note__visit__date__lte=draft.ends_on)
    return found.count()


def backdated(draft: PayerPolicy, count: int) -> str:
    """The refusal of a start date before visits that are signed."""
    visits = "1 signed visit is" if count == 1 else f"{count:,} signed visits are"
    return (
        f"{visits} on or after {draft.starts_on:%m/%d/%Y} and billed already: start later, or "
        "give the reason for the earlier date. Their bills stay as they were signed."
    )


def _unsourced(draft: PayerPolicy) -> list[str]:
    """A rule that changed needs a source that was looked at for the change."""
    before = predecessor(draft)
    if before is None:
        return []
    old, new = rules_of(before), rules_of(draft)
    names = {difference.name for difference in differences(old, new)}
    return [
        f"{BY_NAME[name].label} changed, but its source is still that of {before.name}: say where "
        "the payer says so, or confirm the source with the day you checked it."
        for name in BY_NAME
        if name in names and old.facts.get(name) == new.facts.get(name)
    ]


def _failing(draft: PayerPolicy) -> list[str]:
    return [
        f"Test case “{outcome.case}” gives {outcome.given_words} instead of "
        f"{outcome.expected_words}: change the draft, or accept the new answer."
        for outcome in run_cases(cases_of(draft.payer), engine_policy(draft))
        if not outcome.passes
    ]


@transaction.atomic
def publish_draft(
    draft: PayerPolicy, *, by: User, revision: int, backdating_reason: str = ""
) -> PayerPolicy:
    """Close the version in force the day before, and put the draft in force."""
    payer = Payer.objects.select_for_update().get(pk=draft.payer_id)
    draft = locked(draft)
    if draft.revision != revision:
        raise Conflict(
            f"{draft.saved_by} changed this draft after you opened it: look at it again, then "
            "publish.",
            theirs=draft,
        )
    if found := obstacles(draft):
        more = f" And {len(found) - 1} more." if len(found) > 1 else ""
        raise NotAllowed(found[0] + more)
    count = rebilled_visits(draft)
    if count and not backdating_reason:
        raise NotAllowed(backdated(draft, count))
    make_room(payer, draft.starts_on)
    draft.status, draft.published_at, draft.published_by = (
        PolicyStatus.PUBLISHED,
        timezone.now(),
        by,
    )
    draft.backdating_reason = backdating_reason if count else ""
    draft.save(update_fields=["status", "published_at", "published_by", "backdating_reason"])
    _remember(draft, by)
    return draft


def _remember(row: PayerPolicy, by: User) -> None:
    changes = [Change("In force", "", _span(row.starts_on, row.ends_on))]
    if before := predecessor(row):
        changes += [
            Change(d.setting, d.before, d.after)
            for d in differences(rules_of(before), rules_of(row))
        ]
    if row.backdating_reason:
        changes.append(Change("Start before signed visits", "", row.backdating_reason))
    remember(
        "policy.published",
        area=SettingArea.POLICY,
        by=by,
        subject=f"{row.payer}, {row.name}",
        payer=row.payer,
        row=row,
        why=row.why,
        changes=changes,
    )


def _span(starts_on: date, ends_on: date | None) -> str:
    until = f" to {ends_on:%m/%d/%Y}" if ends_on else ""
    return f"from {starts_on:%m/%d/%Y}{until}"
