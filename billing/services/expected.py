"""What a payer is likely to pay for a bill. For display only: never for choosing units."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Q

from billing.enums import EditionStatus, SettingArea
from billing.models import ExpectedRate, FeeReference
from billing.services.fees import dollars
from billing.services.policies_history import Change, remember
from clinic.errors import NotAllowed
from clinic.models import Payer, User

ALWAYS_THERAPY = "5"  # the relative value file's mark of codes under the reduction
REDUCED_SHARE = Decimal("0.5")


class Billed(Protocol):
    code: str
    units: int


@dataclass(frozen=True, slots=True)
class ExpectedLine:
    """One code's expected cents; None where the rate is not known."""

    code: str
    units: int
    cents: int | None
    reduced_units: int = 0


@dataclass(frozen=True, slots=True)
class Expected:
    lines: tuple[ExpectedLine, ...]
    basis: str

    @property
    def cents(self) -> int | None:
        """The whole bill, where every line is known."""
        amounts = [line.cents for line in self.lines]
        return None if None in amounts or not amounts else sum(amounts)

    @property
    def words(self) -> str:
        return "" if self.cents is None else dollars(self.cents)

    @property
    def reduced(self) -> bool:
        return any(line.reduced_units for line in self.lines)


def expected_payment(payer: Payer, lines: Iterable[Billed], on: date) -> Expected | None:
    """By the payer's own rates, else its share of Medicare's schedule; None without either."""
    rates = _rates(payer, on)
    if not rates:
        return None
    billed = list(lines)
    values = _values([line.code for line in billed], on)
    whole = rates.get("")
    full_unit = _unit_paid_in_full(billed, values) if whole and whole.reduces else None
    found = tuple(
        _line(place, line, rates, values.get(line.code), full_unit)
        for place, line in enumerate(billed)
    )
    return Expected(found, whole.source if whole else next(iter(rates.values())).source)


def _rates(payer: Payer, on: date) -> dict[str, ExpectedRate]:
    rows = ExpectedRate.objects.filter(payer=payer, starts_on__lte=on).filter(
        Q(ends_on=None) | Q(ends_on__gte=on)
    )
    return {row.code: row for row in rows}


def _values(codes: Sequence[str], on: date) -> dict[str, FeeReference]:
    """Medicare's values by code: the newest release not later that lists it."""
    rows = FeeReference.objects.filter(
        code__in=codes, edition__status=EditionStatus.ACTIVE, edition__effective_from__lte=on
    ).order_by("edition__effective_from", "-edition__starter", "edition__pk")
    return {row.code: row for row in rows}


def _unit_paid_in_full(billed: Sequence[Billed], values: Mapping[str, FeeReference]) -> int | None:
    """The line whose one unit keeps its whole practice expense: the highest among them."""
    under = [
        (values[line.code].pe_nonfacility, values[line.code].price_cents, -place)
        for place, line in enumerate(billed)
        if line.code in values and values[line.code].multiple_procedure == ALWAYS_THERAPY
    ]
    return -max(under)[2] if under else None


def _line(
    place: int,
    line: Billed,
    rates: Mapping[str, ExpectedRate],
    value: FeeReference | None,
    full_unit: int | None,
) -> ExpectedLine:
    own, whole = rates.get(line.code), rates.get("")
    if own is not None and own.amount_cents is not None:
        return ExpectedLine(line.code, line.units, own.amount_cents * line.units)
    share = own or whole
    if share is None or share.percent is None or value is None:
        return ExpectedLine(line.code, line.units, None)
    reduced = 0
    if full_unit is not None and value.multiple_procedure == ALWAYS_THERAPY:
        reduced = line.units - (1 if place == full_unit else 0)
    factor = value.conversion_factor * share.percent / 100
    full = (value.work + value.pe_nonfacility + value.malpractice) * factor
    less = (value.work + value.pe_nonfacility * REDUCED_SHARE + value.malpractice) * factor
    cents = _cents(full) * (line.units - reduced) + _cents(less) * reduced
    return ExpectedLine(line.code, line.units, cents, reduced)


def _cents(amount: Decimal) -> int:
    return int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))


@transaction.atomic
def set_rate(payer: Payer, *, by: User, values: Mapping[str, Any], why: str = "") -> ExpectedRate:
    """Open the payer's next rate for a code, or for every code; the one before it ends."""
    Payer.objects.select_for_update().get(pk=payer.pk)
    code, starts_on = values["code"], values["starts_on"]
    last = ExpectedRate.objects.filter(payer=payer, code=code).first()
    if last is not None and starts_on <= (last.ends_on or last.starts_on):
        since = f"{last.ends_on or last.starts_on:%m/%d/%Y}"
        raise NotAllowed(f"There is a rate from {since} already: the next one starts after it.")
    if last is not None and last.ends_on is None:
        last.ends_on = starts_on - timedelta(days=1)
        last.save(update_fields=["ends_on"])
    row = ExpectedRate.objects.create(payer=payer, **values)
    remember(
        "rates.changed",
        area=SettingArea.RATE,
        by=by,
        subject=f"{payer}, expected payment",
        payer=payer,
        row=row,
        why=why,
        changes=[Change(f"{code or 'Every code'}", say(last) if last else "", say(row))],
    )
    return row


def say(rate: ExpectedRate) -> str:
    since = f"from {rate.starts_on:%m/%d/%Y}"
    if rate.amount_cents is not None:
        return f"{dollars(rate.amount_cents)} a unit {since}"
    share = f"{rate.percent.normalize():f} % of Medicare's schedule"
    reduction = "with" if rate.reduces else "without"
    return f"{share}, {reduction} the multiple-procedure reduction, {since}"
