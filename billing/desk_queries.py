"""Reading the queue: filters from the address, counts that follow, a fixed number of queries."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce

from billing.desk_enums import DeskState
from billing.models import ChargeSet, DeskItem
from billing.services.desk_refresh import full
from clinic.models import Clinician, Payer
from notes.enums import VisitStatus
from notes.models import Visit

PAGE_SIZE = 50
UNSIGNED_DAYS = 90
SELF_PAY = "self"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for. What cannot be read counts as not asked."""

    state: str = ""
    q: str = ""
    payer: str = ""
    clinician: str = ""
    since: date | None = None
    until: date | None = None
    distinct: bool = False


def read_filters(query: Mapping[str, str]) -> Filters:
    state = query.get("state", "")
    return Filters(
        state=state if state in DeskState.values else "",
        q=query.get("q", "").strip()[:80],
        payer=query.get("payer", ""),
        clinician=query.get("clinician", ""),
        since=_day(query.get("since", "")),
        until=_day(query.get("until", "")),
        distinct=query.get("distinct", "") == "1",
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def filtered(f: Filters) -> QuerySet[DeskItem]:
    """Everything the filters let through, whatever its state."""
    rows = DeskItem.objects.all()
    for word in f.q.lower().split():
        rows = rows.filter(words__contains=word)
    if f.payer == SELF_PAY:
        rows = rows.filter(payer=None)
    elif f.payer.isdigit():
        rows = rows.filter(payer=int(f.payer))
    if f.clinician.isdigit():
        rows = rows.filter(clinician=int(f.clinician))
    if f.since:
        rows = rows.filter(served_on__gte=f.since)
    if f.until:
        rows = rows.filter(served_on__lte=f.until)
    return rows


@dataclass(frozen=True, slots=True)
class Tally:
    """How many, and how much."""

    count: int = 0
    cents: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.count + other.count, self.cents + other.cents)


def tallies(f: Filters) -> dict[str, Tally]:
    """By state, and for the distinct ones over all states; one query."""
    found = (
        filtered(f)
        .order_by()
        .values("state", "distinct")
        .annotate(n=Count("pk"), cents=Coalesce(Sum("total_cents"), 0))
    )
    counts = dict.fromkeys([*DeskState.values, "distinct", "all"], Tally())
    for row in found:
        one = Tally(row["n"], row["cents"])
        counts["all"] += one
        if row["distinct"]:
            counts["distinct"] += one
        if row["distinct"] or not f.distinct:
            counts[row["state"]] += one
    return counts


class Counted(Paginator):
    """The tiles have counted already."""

    def __init__(self, rows, *, count: int) -> None:
        super().__init__(rows, PAGE_SIZE)
        self.__dict__["count"] = count


def page_of(f: Filters, counts: Mapping[str, Tally], number: str | None):
    rows = filtered(f).select_related("patient", "clinician", "payer", "visit")
    if f.distinct:
        rows = rows.filter(distinct=True)
    if f.state:
        rows = rows.filter(state=f.state)
        count = counts[f.state].count
    else:
        count = counts["distinct" if f.distinct else "all"].count
    return Counted(rows.order_by("-served_on", "-starts_at", "-pk"), count=count).get_page(number)


@dataclass(frozen=True, slots=True)
class Unsigned:
    count: int
    oldest: date | None


def unsigned(today: date) -> Unsigned:
    """Visits of the last ninety days whose note waits for its signature."""
    rows = Visit.objects.filter(
        status=VisitStatus.CHARTING, date__gte=today - timedelta(days=UNSIGNED_DAYS),
        date__lte=today,
    ).order_by("date")  # fmt: skip
    days = list(rows.values_list("date", flat=True))
    return Unsigned(len(days), days[0] if days else None)


def choices() -> dict[str, list]:
    """What the filters offer."""
    return {
        "payers": list(Payer.objects.order_by("name")),
        "clinicians": list(Clinician.objects.order_by("last_name", "first_name")),
    }


def charge_set_of(visit_id: uuid.UUID) -> ChargeSet | None:
    """The visit's frozen charges with all the desk reads; None outside the practice."""
    pk = ChargeSet.objects.filter(note__visit__public_id=visit_id).values_list("pk", flat=True)
    found = pk.first()
    return full(found) if found else None
