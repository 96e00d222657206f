"""What a patient accrued toward the year's therapy threshold, from frozen bills, and when it ends.

Only payers whose policy adds KX count. A bill counts at what Medicare's schedule allows for
it, with the practice-expense half taken off every therapy unit but the dearest, because the
threshold counts allowed amounts, not charges.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from billing.enums import EditionStatus
from billing.models import ChargeLine, FeeReference, PayerPolicy
from billing.services.reference import tables_on
from clinic.models import Payer
from notes.models import Visit

ALWAYS_THERAPY = "5"
HALF = Decimal("0.5")
RECENT = timedelta(days=28)
Group = str  # "ot" or "pt_slp"


@dataclass(frozen=True, slots=True)
class Billed:
    """One frozen bill: whose, when, for which threshold, and its code lines."""

    patient_id: int
    day: date
    group: Group
    lines: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Accrued:
    """Cents so far, what a visit adds on average, and how often the patient comes."""

    cents: int
    unknown: int
    visits: int
    recent: int

    @property
    def per_visit(self) -> int:
        return self.cents // self.visits if self.visits else 0


def group_of(discipline: str) -> Group:
    return "ot" if discipline == "OT" else "pt_slp"


def accrued_before(visit: Visit, codes: Iterable[str] = ()) -> dict[str, Any]:
    """The engine's facts for a visit with these codes; empty where the payer has no threshold."""
    if visit.coverage is None or visit.coverage.payer_id not in payers_with_threshold():
        return {}
    group = group_of(visit.note.author.discipline)
    bills, day = _bills([visit.patient_id], visit.date, visit.pk), set(codes)
    values = _values({*day, *(code for bill in bills for code, _ in bill.lines)}, visit.date)
    row = _summed(bills, values, visit.date).get((visit.patient_id, group), Accrued(0, 0, 0, 0))
    return {
        f"accrued_{group}_cents": None if row.unknown else row.cents,
        "allowed_cents": {code: _unit_cents(values[code]) for code in day & values.keys()},
    }


def payers_with_threshold() -> set[int]:
    """Payers whose newest published policy adds KX."""
    newest: dict[int, PayerPolicy] = {}
    for row in PayerPolicy.objects.filter(status="published").order_by("version"):
        newest[row.payer_id] = row
    return {pk for pk, row in newest.items() if row.fields.get("threshold_modifier")}


def accrued(
    patients: Iterable[int], *, until: date, but: int | None = None
) -> dict[tuple[int, Group], Accrued]:
    """Of the year up to the day, over every episode. The same few queries for any number."""
    bills = _bills(patients, until, but)
    return _summed(bills, _values({code for bill in bills for code, _ in bill.lines}, until), until)


def _summed(
    bills: Iterable[Billed], values: dict[str, FeeReference], until: date
) -> dict[tuple[int, Group], Accrued]:
    sums: dict[tuple[int, Group], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for bill in bills:
        row = sums[bill.patient_id, bill.group]
        cents = allowed_cents(bill.lines, values)
        row[0] += cents or 0
        row[1] += cents is None
        row[2] += 1
        row[3] += bill.day > until - RECENT
    return {key: Accrued(*row) for key, row in sums.items()}


def _bills(patients: Iterable[int], until: date, but: int | None) -> list[Billed]:
    visit = "charge_set__note__visit__"
    rows = (
        ChargeLine.objects.filter(
            **{
                f"{visit}patient__in": list(patients),
                f"{visit}date__gte": date(until.year, 1, 1),
                f"{visit}date__lte": until,
                f"{visit}coverage__payer__in": payers_with_threshold(),
            }
        )
        .exclude(**{f"{visit}pk": but})
        .values_list(
            "charge_set_id", f"{visit}patient", f"{visit}date",
            "charge_set__note__author__discipline", "code", "units",
        )
    )  # fmt: skip
    found: dict[int, Billed] = {}
    for key, patient, day, discipline, code, units in rows:
        bill = found.setdefault(key, Billed(patient, day, group_of(discipline), []))
        bill.lines.append((code, units))
    return list(found.values())


def _values(codes: set[str], on: date) -> dict[str, FeeReference]:
    rows = FeeReference.objects.filter(
        code__in=codes, edition__status=EditionStatus.ACTIVE, edition__effective_from__lte=on
    ).order_by("edition__effective_from", "-edition__starter", "edition__pk")
    return {row.code: row for row in rows}


def _unit_cents(row: FeeReference) -> tuple[int, int]:
    """One unit whole, and with half of the practice expense where that is taken off."""
    less = row.pe_nonfacility * HALF if row.multiple_procedure == ALWAYS_THERAPY else 0
    whole = row.work + row.malpractice + row.pe_nonfacility
    return _cents(whole * row.conversion_factor), _cents((whole - less) * row.conversion_factor)


def _cents(dollars: Decimal) -> int:
    return int((dollars * 100).quantize(Decimal(1), ROUND_HALF_UP))


def allowed_cents(lines: Sequence[tuple[str, int]], values: dict[str, FeeReference]) -> int | None:
    """What the schedule allows for one bill; None where a code has no value."""
    if any(code not in values for code, _ in lines):
        return None
    therapy = [c for c, _ in lines if values[c].multiple_procedure == ALWAYS_THERAPY]
    dearest = max(therapy, key=lambda code: values[code].pe_nonfacility, default=None)
    total = Decimal(0)
    for code, units in lines:
        row = values[code]
        full = 1 if code == dearest else 0
        reduced = units - full if code in therapy else 0
        expense = row.pe_nonfacility * (units - reduced) + row.pe_nonfacility * HALF * reduced
        total += ((row.work + row.malpractice) * units + expense) * row.conversion_factor
    return _cents(total)


@dataclass(frozen=True, slots=True)
class Forecast:
    """How far the patient is from the year's threshold, and when it will be reached."""

    cents: int
    limit: int
    visits_left: int | None
    about: date | None

    @property
    def share(self) -> int:
        return self.cents * 100 // self.limit


def limits_of(year: int) -> dict[Group, int]:
    """The year's thresholds in cents; empty where they are not loaded."""
    row = tables_on(None).thresholds.get(year)
    return {"ot": row.ot_cents, "pt_slp": row.pt_slp_cents} if row else {}


def forecast(row: Accrued, limit: int, *, today: date) -> Forecast:
    """At the amount of an average visit, and as often as in the last four weeks."""
    if row.cents >= limit or not row.per_visit:
        return Forecast(row.cents, limit, 0 if row.cents >= limit else None, None)
    left = -(-(limit - row.cents) // row.per_visit)
    about = today + left * RECENT / row.recent if row.recent else None
    return Forecast(row.cents, limit, left, about if about and about.year == today.year else None)


def counts(payer: Payer) -> bool:
    return payer.pk in payers_with_threshold()
