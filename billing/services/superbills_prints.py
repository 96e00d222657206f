"""Superbills going to paper: the first time, or again as the same bytes."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from billing.models import PrintEvent, Superbill, SuperbillVisit
from billing.services.desk_refresh import full_all, refresh_loaded
from clinic.models import User
from clinic.services import audit


def record_print(superbill: Superbill, *, by: User) -> PrintEvent:
    """It goes to paper; the second time is a reprint of the same bytes."""
    return record_prints([superbill], by=by)[0]


@transaction.atomic
def record_prints(superbills: Sequence[Superbill], *, by: User, job=None) -> list[PrintEvent]:
    """The same for the superbills of a batch."""
    keys = [bill.pk for bill in superbills]
    before = set(
        PrintEvent.objects.filter(superbill__in=keys).values_list("superbill_id", flat=True)
    )
    with audit.held_back():
        events = [
            _record(bill, is_reprint=bill.pk in before, by=by, job=job) for bill in superbills
        ]
        listed = SuperbillVisit.objects.filter(superbill__in=keys)
        refresh_loaded(full_all(listed.values_list("charge_set_id", flat=True)))
    return events


def _record(bill: Superbill, *, is_reprint: bool, by: User, job) -> PrintEvent:
    audit.record(
        "superbill.reprinted" if is_reprint else "superbill.printed",
        actor=by,
        subject=bill,
        patient_id=bill.document.patient_id,
        number=bill.number,
        sha256=bill.document.sha256,
    )
    return PrintEvent.objects.create(
        superbill=bill, job=job, is_reprint=is_reprint, at=timezone.now(), by=by
    )
