"""What a patient accrued toward the year's therapy threshold, from frozen bills.

Only payers whose policy adds KX count. A bill counts at what Medicare's schedule allows for
it (or the payer's own rates), as the threshold counts allowed amounts, not charges.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from billing.enums import EditionStatus
from billing.models import ChargeLine, ChargeSet, FeeReference
from billing.services.expected import expected_payment
from clinic.models import Payer
from notes.models import Visit

KEYS = {"OT": "accrued_ot_cents"}
DEFAULT_KEY = "accrued_pt_slp_cents"


@dataclass(frozen=True, slots=True)
class Accrued:
    """Cents by the key of the threshold they count to, and the bills whose amount is not known."""

    cents: int
    unknown: int


def accrued_before(visit: Visit) -> dict[str, int | None]:
    """The engine's facts for a visit; unknown where the payer has no threshold or no bill yet."""
    if visit.coverage is None or not counts(visit.coverage.payer):
        return {}
    discipline = visit.note.author.discipline
    found = accrued(visit.patient_id, discipline, until=visit.date, but=visit.pk)
    return {KEYS.get(discipline, DEFAULT_KEY): found.cents if not found.unknown else None}


def counts(payer: Payer) -> bool:
    """Whether the payer's newest published policy adds KX."""
    row = payer.policies.filter(status="published").order_by("-version").first()
    return bool(row and row.fields.get("threshold_modifier"))


def accrued(patient_id: int, discipline: str, *, until: date, but: int | None = None) -> Accrued:
    """Of the year up to the day, over every episode of the patient."""
    sets = ChargeSet.objects.filter(
        note__visit__patient=patient_id,
        note__visit__date__gte=date(until.year, 1, 1),
        note__visit__date__lte=until,
        note__visit__coverage__isnull=False,
    ).exclude(note__visit=but)
    sets = sets.filter(note__author__discipline__in=_group(discipline))
    rows = sets.select_related("note__visit__coverage__payer").prefetch_related("lines")
    amounts = [amount_of(row) for row in rows if counts(row.note.visit.coverage.payer)]
    return Accrued(
        sum(amount for amount in amounts if amount is not None),
        sum(amount is None for amount in amounts),
    )


def _group(discipline: str) -> tuple[str, ...]:
    return ("OT",) if discipline == "OT" else ("PT", "SLP")


def amount_of(charge_set: ChargeSet) -> int | None:
    """What the bill is likely to be allowed; None where a code's value is not known."""
    visit = charge_set.note.visit
    lines = list(charge_set.lines.all())
    expected = expected_payment(visit.coverage.payer, lines, visit.date)
    if expected is not None:
        return expected.cents
    return scheduled(lines, visit.date)


def scheduled(lines: Iterable[ChargeLine], on: date) -> int | None:
    """Medicare's whole schedule for the lines, without the reduction: never too little."""
    lines = list(lines)
    rows = FeeReference.objects.filter(
        code__in=[line.code for line in lines],
        edition__status=EditionStatus.ACTIVE,
        edition__effective_from__lte=on,
    ).order_by("edition__effective_from", "-edition__starter", "edition__pk")
    prices = {row.code: row.price_cents for row in rows}
    if any(prices.get(line.code) is None for line in lines):
        return None
    return sum(prices[line.code] * line.units for line in lines)
