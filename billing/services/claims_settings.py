"""Saving how the practice sends claims, and what a claim needs of a coverage."""

from typing import Any

from django.db import transaction

from billing.models import ChargeSet, ClaimDetails, ClaimSettings
from billing.services.desk_refresh import refresh
from clinic.models import User
from clinic.services import audit


@transaction.atomic
def save_settings(row: ClaimSettings, *, by: User, **fields: Any) -> ClaimSettings:
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    audit.record("claims.settings_saved", actor=by, subject=row, fields=sorted(fields))
    return row


@transaction.atomic
def save_details(row: ClaimDetails, *, by: User, **fields: Any) -> ClaimDetails:
    """The visits under this coverage that are not billed yet are looked at anew."""
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    coverage = row.coverage
    audit.record("claims.details_saved", actor=by, subject=row, patient_id=coverage.patient_id)
    for charge_set in ChargeSet.objects.filter(note__visit__coverage=coverage, claims=None):
        refresh(charge_set)
    return row
