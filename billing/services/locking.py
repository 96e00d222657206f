"""What acts at the desk wait for, always in this order: accounts, visits, claims, queue rows.

Each function takes its rows by key, so that two acts over the same rows never wait for each
other. NO KEY: rows that only point at a locked one may be written meanwhile. After these comes
the audit trail's own lock, which is why acts here hold their events back.
"""

from collections.abc import Iterable

from django.db import connection
from django.db.models import QuerySet

from billing.models import ChargeSet, Claim, DeskItem
from clinic.models import Patient, Practice
from clinic.scope import current_practice_id


def lock_practice() -> Practice:
    """For what a practice does one at a time, such as reading a payer's file."""
    return Practice.objects.select_for_update(no_key=True).get(pk=current_practice_id())


def lock_account(patient_id: int) -> Patient:
    """The patient's row stands for the account: whoever changes a balance waits for the other."""
    return Patient.objects.select_for_update(no_key=True).get(pk=patient_id)


def lock_accounts(patient_ids: Iterable[int]) -> None:
    _lock(Patient.objects.filter(pk__in=set(patient_ids)).order_by("pk"))


def lock_visits(keys: Iterable[int]) -> None:
    _lock(ChargeSet.objects.filter(pk__in=set(keys)).order_by("pk"))


def lock_claims(claims: Iterable[Claim]) -> None:
    """With the accounts before them and the queue rows after them."""
    rows = list(claims)
    lock_accounts(row.coverage.patient_id for row in rows)
    _lock(Claim.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk"))
    lock_items(row.charge_set_id for row in rows)


def lock_items(charge_set_keys: Iterable[int]) -> None:
    _lock(DeskItem.objects.filter(charge_set__in=set(charge_set_keys)).order_by("charge_set"))


def _lock(rows: QuerySet) -> None:
    # SQLite has one writer anyway.
    if connection.features.has_select_for_update:
        list(rows.select_for_update(no_key=True).values_list("pk"))
