"""The day sheet: everything posted on a day, by kind, and what it comes to."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from billing.desk_enums import EntryKind
from billing.models import LedgerEntry
from clinic.models import Practice


@dataclass(frozen=True, slots=True)
class DaySheet:
    """``sums`` by kind; ``taken`` by method; the entries in the order they were posted."""

    day: date
    sums: tuple[tuple[str, int, int], ...]
    taken: tuple[tuple[str, int], ...]
    entries: tuple[LedgerEntry, ...]

    @property
    def change_cents(self) -> int:
        return sum(patient + payer for _, patient, payer in self.sums)


def day_sheet(practice: Practice, day: date) -> DaySheet:
    entries = list(_entries(practice, day))
    sums: dict[str, list[int]] = {}
    taken: dict[str, int] = {}
    for entry in entries:
        row = sums.setdefault(entry.get_kind_display(), [0, 0])
        row[0] += entry.patient_cents
        row[1] += entry.payer_cents
        if entry.payment is not None:
            method = entry.payment.get_method_display()
            taken[method] = taken.get(method, 0) - entry.patient_cents
        elif entry.kind == EntryKind.PAYER_PAYMENT:
            taken["Payers"] = taken.get("Payers", 0) - entry.payer_cents
    return DaySheet(
        day,
        tuple((label, patient, payer) for label, (patient, payer) in sums.items()),
        tuple(taken.items()),
        tuple(entries),
    )


def _entries(practice: Practice, day: date) -> QuerySet[LedgerEntry]:
    start = datetime.combine(day, time(), tzinfo=practice.zone)
    return (
        LedgerEntry.objects.filter(posted_at__gte=start, posted_at__lt=start + timedelta(days=1))
        .select_related("payment", "patient", "charge_set__note__visit", "posted_by")
        .order_by("posted_at", "pk")
    )
