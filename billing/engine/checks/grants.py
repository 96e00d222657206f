"""The order or referral, and what the payer authorized."""

from collections.abc import Iterator

from billing.engine.record import Authorization, Record
from billing.engine.remarks import Bill
from billing.engine.rules import Rule
from billing.engine.types import Block, Finding
from billing.engine.words import listed, many

ORDER = Rule(
    "order.missing",
    "A referral that the payer or the state asks for is on file and signed",
    "Noridian review results for 97140; payer contracts",
    "warn",
)
ORDER_DATES = Rule("order.expired", "An order is used within its dates", "Payer contracts", "warn")
ORDER_TECHNIQUE = Rule(
    "order.technique",
    "Where the payer wants it, the order names the technique that is billed",
    "Massage therapy plans; Noridian review results for 97140",
    "warn",
)
ORDER_UNITS = Rule(
    "order.units",
    "No more units are billed than the order names",
    "Noridian review results for 97140: units above the order",
    "block",
)
AUTHORIZATION = Rule(
    "authorization.missing", "A payer that asks for authorization gave one", "Payer contracts",
    "block",
)  # fmt: skip
AUTHORIZATION_DATES = Rule(
    "authorization.expired", "The visit lies in the authorized dates", "Payer contracts", "block"
)
AUTHORIZATION_USED = Rule(
    "authorization.used-up",
    "Authorized visits and units are not exceeded",
    "Payer contracts",
    "block",
)
AUTHORIZATION_CODES = Rule(
    "authorization.codes", "The billed codes are among the authorized ones", "Payer contracts",
    "warn",
)  # fmt: skip
RULES = (
    ORDER, ORDER_DATES, ORDER_TECHNIQUE, ORDER_UNITS, AUTHORIZATION, AUTHORIZATION_DATES,
    AUTHORIZATION_USED, AUTHORIZATION_CODES,
)  # fmt: skip


def ordered(bill: Bill, record: Record) -> Iterator[Finding]:
    order = record.order
    if order is None:
        return
    served = bill.scene.day.date
    if order.on_file is False:
        yield ORDER.finding("The order or referral is not on file.")
    elif order.signed is False:
        yield ORDER.finding("The order or referral is not signed.")
    if order.valid_from is not None and served < order.valid_from:
        yield ORDER_DATES.finding(f"The order begins on {order.valid_from:%m/%d/%Y}.")
    if order.valid_to is not None and served > order.valid_to:
        yield ORDER_DATES.finding(f"The order ended on {order.valid_to:%m/%d/%Y}.")


def within_order(bill: Bill, record: Record) -> Iterator[Finding]:
    order = record.order
    if order is None:
        return
    units = _timed_units(bill)
    if order.units_per_visit is not None and units > order.units_per_visit:
        yield ORDER_UNITS.finding(
            f"{_billed(units, 'timed unit')}, but the order names {order.units_per_visit} a visit."
        )
    if order.must_name_technique:
        missing = sorted(_techniques(bill) - set(order.techniques))
        if missing:
            yield ORDER_TECHNIQUE.finding(
                f"The order does not name {listed(name.replace('_', ' ') for name in missing)}."
            )


def authorized(bill: Bill, record: Record) -> Iterator[Finding]:
    grant = record.authorization
    if grant is None:
        return
    if grant.required and not grant.number:
        yield AUTHORIZATION.finding("This payer asks for an authorization, and none is on file.")
        return
    yield from _in_dates(bill, grant)
    yield from _within_grant(bill, grant)
    others = sorted({line.code for line in bill.lines} - set(grant.codes)) if grant.codes else []
    if others:
        yield AUTHORIZATION_CODES.finding(
            f"Authorization {grant.number} does not name {listed(others)}."
        )


def _in_dates(bill: Bill, grant: Authorization) -> Iterator[Finding]:
    served = bill.scene.day.date
    if grant.valid_from is not None and served < grant.valid_from:
        yield AUTHORIZATION_DATES.finding(
            f"Authorization {grant.number} begins on {grant.valid_from:%m/%d/%Y}."
        )
    if grant.valid_to is not None and served > grant.valid_to:
        yield AUTHORIZATION_DATES.finding(
            f"Authorization {grant.number} ended on {grant.valid_to:%m/%d/%Y}."
        )


def _within_grant(bill: Bill, grant: Authorization) -> Iterator[Finding]:
    units = _timed_units(bill)
    if grant.visits_granted is not None and grant.visits_used >= grant.visits_granted:
        yield AUTHORIZATION_USED.finding(
            f"All {grant.visits_granted} visits of authorization {grant.number} are used."
        )
    if grant.units_granted is not None and grant.units_used + units > grant.units_granted:
        left = max(0, grant.units_granted - grant.units_used)
        yield AUTHORIZATION_USED.finding(
            f"Authorization {grant.number} has {many(left, 'unit')} left, and "
            f"{_billed(units, 'unit')}."
        )
    if grant.units_per_visit is not None and units > grant.units_per_visit:
        yield AUTHORIZATION_USED.finding(
            f"Authorization {grant.number} allows {many(grant.units_per_visit, 'unit')} a visit, "
            f"and {_billed(units, 'unit')}."
        )


def _billed(units: int, thing: str) -> str:
    return f"{many(units, thing)} {'is' if units == 1 else 'are'} billed"


def _timed_units(bill: Bill) -> int:
    return sum(part.units for part in bill.parts if part.service.timed)


def _techniques(bill: Bill) -> set[str]:
    return {
        piece.item.technique
        for part in bill.parts
        for piece in part.pieces
        if isinstance(piece.item, Block) and piece.item.technique
    }
