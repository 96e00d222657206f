"""Payer policies: which one is in force, and publishing the next."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from billing.engine.policy import policy_from_wire, policy_to_wire, with_overrides
from billing.engine.presets import preset, preset_versions
from billing.engine.reading import BadInput
from billing.engine.types import Policy
from billing.enums import PolicyStatus
from billing.models import PayerPolicy, PolicyOverride
from billing.services.policies_difference import preset_facts, preset_on
from clinic.errors import NotAllowed
from clinic.models import Payer, User
from clinic.services import audit
from notes.models import Visit

SELF_PAY = "self-pay"


@dataclass(frozen=True, slots=True)
class PolicyInForce:
    policy: Policy
    row: PayerPolicy | None
    label: str


def policy_for(visit: Visit) -> PolicyInForce:
    """The rules that this visit is billed by. Raises NotAllowed where no version is in force."""
    if visit.coverage is None:
        policy = _preset(SELF_PAY, visit.date)
        since = date.fromisoformat(policy.version.partition("@")[2])
        return PolicyInForce(policy, None, f"Self-pay (rules from {since:%m/%d/%Y})")
    row = policy_on(visit.coverage.payer, visit.date)
    if row is None:
        raise NotAllowed(
            f"{visit.coverage.payer} has no published policy for {visit.date:%m/%d/%Y}: "
            "ask an admin to publish one under Payers."
        )
    override = override_on(visit.episode_id, visit.coverage.payer, visit.date)
    policy = engine_policy(row)
    if override is None:
        return PolicyInForce(policy, row, str(row))
    label = f"{row}, with an exception for this episode"
    return PolicyInForce(with_overrides(policy, override.fields), row, label)


def override_on(episode_id: int, payer: Payer, day: date) -> PolicyOverride | None:
    """The exception that an admin made for this episode, where one is in force on the day."""
    return (
        PolicyOverride.objects.filter(episode=episode_id, payer=payer, starts_on__lte=day)
        .filter(Q(ends_on=None) | Q(ends_on__gte=day))
        .first()
    )


def policy_on(payer: Payer, day: date) -> PayerPolicy | None:
    return (
        PayerPolicy.objects.filter(payer=payer, status=PolicyStatus.PUBLISHED, starts_on__lte=day)
        .exclude(ends_on__lt=day)
        .select_related("payer")
        .order_by("-version")
        .first()
    )


def engine_policy(row: PayerPolicy) -> Policy:
    return policy_from_wire(row.fields, version=f"{row.payer.name} v{row.version}")


def _preset(key: str, on: date) -> Policy:
    """The shipped rules on that day; what the engine refuses is said to the person."""
    try:
        return preset(key, on=on)
    except BadInput as refusal:
        raise NotAllowed(str(refusal)) from refusal


@transaction.atomic
def publish_from_preset(
    payer: Payer, *, key: str, starts_on: date, by: User | None, source: str = ""
) -> PayerPolicy:
    """Publish the payer's next version as the preset has it on that day."""
    return publish(
        payer,
        policy=_preset(key, starts_on),
        preset_key=key,
        starts_on=starts_on,
        by=by,
        source=source or f"shipped preset {key}",
        checked_on=preset_versions()[key][-1].checked_on,
        facts=preset_facts(preset_on(key, starts_on)),
    )


@transaction.atomic
def publish(
    payer: Payer,
    *,
    policy: Policy,
    preset_key: str,
    starts_on: date,
    by: User | None,
    source: str,
    checked_on: date,
    facts: dict[str, dict[str, str]] | None = None,
) -> PayerPolicy:
    """Close the open version the day before and open the next one."""
    payer = Payer.objects.select_for_update().get(pk=payer.pk)
    if draft := payer.policies.filter(status=PolicyStatus.DRAFT).first():
        raise NotAllowed(f"{draft.name} is open: publish or discard it first.")
    make_room(payer, starts_on)
    row = PayerPolicy.objects.create(
        payer=payer,
        version=next_version(payer),
        status=PolicyStatus.PUBLISHED,
        preset=preset_key,
        fields=policy_to_wire(policy),
        facts=facts or {},
        starts_on=starts_on,
        source=source,
        checked_on=checked_on,
        published_at=timezone.now(),
        published_by=by,
    )
    audit.record("policy.published", actor=by, subject=row, starts_on=starts_on.isoformat())
    return row


def next_version(payer: Payer) -> int:
    return (payer.policies.aggregate(last=Max("version"))["last"] or 0) + 1


def make_room(payer: Payer, starts_on: date) -> None:
    """End the open version on the day before. Raises NotAllowed where versions would overlap."""
    if refusal := no_room(payer, starts_on):
        raise NotAllowed(refusal)
    payer.policies.filter(status=PolicyStatus.PUBLISHED, ends_on=None).update(
        ends_on=starts_on - timedelta(days=1)
    )


def no_room(payer: Payer, starts_on: date) -> str:
    """Why a version cannot start on that day; empty where it can."""
    last = payer.policies.filter(status=PolicyStatus.PUBLISHED).order_by("-starts_on").first()
    if last is not None and starts_on <= last.starts_on:
        return (
            f"Version {last.version} starts on {last.starts_on:%m/%d/%Y}: "
            "the next one has to start after it."
        )
    if last is not None and last.ends_on is not None and starts_on <= last.ends_on:
        return (
            f"Version {last.version} is in force until {last.ends_on:%m/%d/%Y}: "
            "the next one has to start after that."
        )
    return ""
