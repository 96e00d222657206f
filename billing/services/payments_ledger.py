"""Writing the ledger, and adding it up."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from billing.desk_enums import EntryKind
from billing.models import ChargeSet, LedgerEntry
from clinic.models import Patient, User


@dataclass(frozen=True, slots=True)
class Balance:
    """What is still owed, by whom."""

    patient_cents: int
    payer_cents: int

    @property
    def total_cents(self) -> int:
        return self.patient_cents + self.payer_cents


def post(
    *,
    kind: str,
    patient_id: int,
    by: User | None,
    on: date,
    act: uuid.UUID | None = None,
    **fields: Any,
) -> LedgerEntry:
    """Append one entry. Nothing else writes the ledger."""
    return LedgerEntry.objects.create(
        kind=kind,
        patient_id=patient_id,
        act=act or uuid.uuid4(),
        happened_on=on,
        posted_at=timezone.now(),
        posted_by=by,
        **fields,
    )


def post_charge(charge_set: ChargeSet, *, to_payer: bool, by: User | None) -> LedgerEntry | None:
    """The visit's charge, once, on the side of whoever is asked first."""
    existing = LedgerEntry.objects.filter(charge_set=charge_set, kind=EntryKind.CHARGE).first()
    if existing is not None or not charge_set.total_cents:
        return existing
    visit = charge_set.note.visit
    side = "payer_cents" if to_payer else "patient_cents"
    return post(
        kind=EntryKind.CHARGE,
        patient_id=visit.patient_id,
        charge_set=charge_set,
        by=by,
        on=visit.date,
        **{side: charge_set.total_cents},
    )


def move(charge_set: ChargeSet, *, to_payer: bool, by: User | None, reason: str) -> None:
    """What is open goes over to the other side: a payer's to the patient, or back."""
    balance = balance_of(charge_set)
    cents = balance.patient_cents if to_payer else balance.payer_cents
    if cents:
        post(
            kind=EntryKind.MOVED,
            patient_id=charge_set.note.visit.patient_id,
            charge_set=charge_set,
            by=by,
            on=timezone.localdate(),
            reason=reason[:300],
            patient_cents=-cents if to_payer else cents,
            payer_cents=cents if to_payer else -cents,
        )


def balance_of(charge_set: ChargeSet) -> Balance:
    return _sum(LedgerEntry.objects.filter(charge_set=charge_set))


def balances_of(charge_sets: Iterable[ChargeSet]) -> dict[int, Balance]:
    """By charge set, in one query."""
    rows = (
        LedgerEntry.objects.filter(charge_set__in=[c.pk for c in charge_sets])
        .order_by()
        .values("charge_set")
        .annotate(patient=Sum("patient_cents"), payer=Sum("payer_cents"))
    )
    return {row["charge_set"]: Balance(row["patient"], row["payer"]) for row in rows}


def account_of(patient: Patient) -> Balance:
    """All of the patient's visits and credit together."""
    return _sum(LedgerEntry.objects.filter(patient=patient))


def credit_of(patient: Patient) -> int:
    """Money received that no visit has used yet."""
    rows = LedgerEntry.objects.filter(patient=patient, charge_set=None)
    return -(rows.aggregate(s=Sum("patient_cents"))["s"] or 0)


def _sum(rows) -> Balance:
    found = rows.aggregate(patient=Sum("patient_cents"), payer=Sum("payer_cents"))
    return Balance(found["patient"] or 0, found["payer"] or 0)
