"""The day sheet: everything posted on a day, by kind, and what it comes to.

The sums are the database's, so that a day with a hundred thousand entries costs a page no more
than a quiet one; the entries are read page by page, or one after the other for a file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Min, QuerySet, Sum

from billing.desk_enums import EntryKind, Method
from billing.models import LedgerEntry
from clinic.models import Practice
from clinic.scope import scope

READ = 500


@dataclass(frozen=True, slots=True)
class KindSum:
    """What the entries of one kind changed: of what patients owe, and of what payers owe."""

    kind: str
    label: str
    count: int
    patient_cents: int
    payer_cents: int


@dataclass(frozen=True, slots=True)
class DaySheet:
    """``taken`` by method; ``entries`` in the order they were posted, not read yet."""

    day: date
    sums: tuple[KindSum, ...]
    taken: tuple[tuple[str, int], ...]
    entries: QuerySet[LedgerEntry]

    @property
    def change_cents(self) -> int:
        return sum(one.patient_cents + one.payer_cents for one in self.sums)


def day_sheet(practice: Practice, day: date) -> DaySheet:
    entries = _entries(practice, day)
    return DaySheet(day, tuple(_sums(entries)), tuple(_taken(entries)), entries)


def of_kind(sheet: DaySheet, kind: str) -> QuerySet[LedgerEntry]:
    """All entries, or those of one kind."""
    return sheet.entries.filter(kind=kind) if kind in EntryKind.values else sheet.entries


def in_turn(practice: Practice, day: date) -> Iterator[LedgerEntry]:
    """For a file: few at a time, after the request's own scope has ended."""
    with scope(practice):
        yield from _entries(practice, day).iterator(chunk_size=READ)


def _sums(entries: QuerySet[LedgerEntry]) -> Iterator[KindSum]:
    """In the order in which the day met them."""
    rows = (
        entries.order_by()
        .values("kind")
        .annotate(first=Min("pk"), count=Count("pk"))
        .annotate(patient=Sum("patient_cents"), payer=Sum("payer_cents"))
        .order_by("first")
    )
    for row in rows:
        label = EntryKind(row["kind"]).label
        yield KindSum(row["kind"], label, row["count"], row["patient"], row["payer"])


def _taken(entries: QuerySet[LedgerEntry]) -> Iterator[tuple[str, int]]:
    rows = (
        entries.exclude(payment=None)
        .order_by()
        .values("payment__method")
        .annotate(first=Min("pk"), cents=Sum("patient_cents"))
        .order_by("first")
    )
    for row in rows:
        yield Method(row["payment__method"]).label, -row["cents"]
    paid = entries.filter(kind=EntryKind.PAYER_PAYMENT).aggregate(cents=Sum("payer_cents"))
    if paid["cents"] is not None:
        yield "Payers", -paid["cents"]


def _entries(practice: Practice, day: date) -> QuerySet[LedgerEntry]:
    start = datetime.combine(day, time(), tzinfo=practice.zone)
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=practice.zone)
    return (
        LedgerEntry.objects.filter(posted_at__gte=start, posted_at__lt=end)
        .select_related("payment", "patient", "charge_set__note__visit", "posted_by")
        .order_by("posted_at", "pk")
    )
