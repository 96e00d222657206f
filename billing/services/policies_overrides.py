"""Exceptions for one episode: a payer agreed to something else for this patient's problem."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from billing.enums import SettingArea
from billing.models import PolicyOverride
from billing.services.policies_difference import Rules, differences
from billing.services.policies_history import Change, remember
from clinic.errors import NotAllowed
from clinic.models import Payer, User
from notes.models import EpisodeOfCare


@transaction.atomic
def make_override(
    episode: EpisodeOfCare,
    *,
    by: User,
    payer: Payer,
    base: Rules,
    fields: dict[str, Any],
    reason: str,
    starts_on: date,
    ends_on: date | None,
) -> PolicyOverride:
    """From that day the episode's visits follow these fields instead of the payer's."""
    if not fields:
        raise NotAllowed("Change at least one setting: an exception has to differ.")
    EpisodeOfCare.objects.select_for_update().get(pk=episode.pk)
    clash = PolicyOverride.objects.filter(episode=episode, payer=payer).filter(
        Q(ends_on=None) | Q(ends_on__gte=starts_on)
    )
    if ends_on:
        clash = clash.filter(starts_on__lte=ends_on)
    if other := clash.first():
        raise NotAllowed(
            f"This episode has an exception from {other.starts_on:%m/%d/%Y} already: end it first."
        )
    row = PolicyOverride.objects.create(
        episode=episode,
        payer=payer,
        fields=fields,
        reason=reason,
        starts_on=starts_on,
        ends_on=ends_on,
        made_at=timezone.now(),
        made_by=by,
    )
    otherwise = Rules("exception", base.fields | fields, {})
    _remember(row, by, reason, [Change(d.setting, d.before, d.after)
                                for d in differences(base, otherwise)])  # fmt: skip
    return row


@transaction.atomic
def end_override(row: PolicyOverride, *, by: User, ends_on: date, why: str) -> PolicyOverride:
    """The exception holds up to and including that day."""
    row = PolicyOverride.objects.select_for_update().get(pk=row.pk)
    if row.ends_on is not None:
        raise NotAllowed(f"This exception ended on {row.ends_on:%m/%d/%Y} already.")
    if ends_on < row.starts_on:
        raise NotAllowed(
            f"The exception began on {row.starts_on:%m/%d/%Y}: it cannot end before that."
        )
    row.ends_on = ends_on
    row.save(update_fields=["ends_on"])
    _remember(row, by, why, [Change("Last day", "", f"{ends_on:%m/%d/%Y}")])
    return row


def _remember(row: PolicyOverride, by: User, why: str, changes: list[Change]) -> None:
    remember(
        "policy.override_changed",
        area=SettingArea.OVERRIDE,
        by=by,
        subject=f"{row.payer}, {row.episode.patient.record_number} {row.episode}",
        payer=row.payer,
        row=row,
        why=why,
        changes=changes,
    )
