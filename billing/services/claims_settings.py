"""Saving how the practice sends claims, and what a claim needs of a coverage."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from billing.models import ChargeSet, ClaimDetails, ClaimMarks, ClaimSettings
from billing.services.desk_refresh import refresh
from billing.services.locking import lock_items
from clinic.models import Coverage, Practice, User
from clinic.services import audit
from clinic.services.edit_conflicts import check_seen


@transaction.atomic
def save_settings(
    row: ClaimSettings, *, by: User, values: Mapping[str, Any], seen: str | None = None
) -> ClaimSettings:
    """Raises Conflict when ``seen`` is not the fingerprint of what is stored."""
    # The first settings have no row yet: the practice's own keeps two admins apart.
    Practice.objects.select_for_update(no_key=True).get(pk=row.practice_id)
    stored = ClaimSettings.objects.filter(practice_id=row.practice_id).first()
    row = stored or ClaimSettings(practice_id=row.practice_id)
    check_seen(row, values, seen)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    audit.record("claims.settings_saved", actor=by, subject=row, fields=sorted(values))
    return row


@transaction.atomic
@audit.held_back()
def save_details(
    coverage: Coverage, *, by: User, values: Mapping[str, Any], seen: str | None = None
) -> ClaimDetails:
    """The visits under this coverage that are not billed yet are looked at anew."""
    coverage = Coverage.objects.select_for_update(no_key=True).get(pk=coverage.pk)
    row = ClaimDetails.objects.filter(coverage=coverage).first() or ClaimDetails(coverage=coverage)
    check_seen(row, values, seen)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    audit.record("claims.details_saved", actor=by, subject=row, patient_id=coverage.patient_id)
    waiting = list(ChargeSet.objects.filter(note__visit__coverage=coverage, claims=None))
    lock_items(charge_set.pk for charge_set in waiting)
    for charge_set in waiting:
        refresh(charge_set)
    return row


@transaction.atomic
@audit.held_back()
def save_marks(
    charge_set: ChargeSet, *, by: User, values: Mapping[str, Any], seen: str | None = None
) -> ClaimMarks:
    """For the visit's next claim; one that is out keeps what it said."""
    charge_set = ChargeSet.objects.select_for_update(no_key=True).get(pk=charge_set.pk)
    row = ClaimMarks.objects.filter(charge_set=charge_set).first() or ClaimMarks(
        charge_set=charge_set
    )
    check_seen(row, values, seen)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    audit.record(
        "claims.marks_saved",
        actor=by,
        subject=row,
        patient_id=charge_set.note.visit.patient_id,
        **{name: str(value) for name, value in values.items()},
    )
    refresh(charge_set)
    return row
