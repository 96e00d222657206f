"""Claim form CMS-1500 (02/12) as characters on its grid: 10 to the inch across, 6 down.

Line and column of each box are facts of the form (the published grid of 64 by 79). Payers'
own rules come from the kind of coverage: Medicare wants no qualifier in 14, the word NONE in 11
and 11d left blank; for a chiropractor under Medicare 14 is the date of initial treatment.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from billing.claims.types import Address, Claim, Facility, Insured, Line, Name, Span
from billing.claims.words import digits, normalised

LINES, COLUMNS = 64, 79
LINES_A_PAGE = 6
_TYPE_COLUMN = {"MB": 1, "MC": 8, "CH": 15, "VA": 24, "FI": 39, "WC": 45}
_GROUP_PLAN = {"BL", "CI", "12", "13", "14", "15", "16", "HM"}
_RELATION_COLUMN = {"18": 33, "01": 38, "19": 42}


@dataclass(frozen=True, slots=True)
class Cell:
    """Text that starts at this line and column, both counted from 1."""

    line: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    cells: tuple[Cell, ...]


def pages_of(claim: Claim) -> tuple[Page, ...]:
    """Six lines to a form; each form carries its own total."""
    claim = normalised(claim)
    parts = [
        claim.lines[start : start + LINES_A_PAGE]
        for start in range(0, len(claim.lines), LINES_A_PAGE)
    ]
    return tuple(
        Page(tuple(cell for cell in _page(claim, part, place == 0) if cell.text))
        for place, part in enumerate(parts)
    )


def _page(claim: Claim, lines: tuple[Line, ...], first: bool) -> Iterator[Cell]:
    yield from _head(claim)
    yield from _people(claim)
    yield from _conditions(claim)
    yield from _dates(claim)
    yield from _diagnoses(claim)
    for place, line in enumerate(lines):
        yield from _service(line, 44 + 2 * place, claim)
    yield from _foot(claim, lines, first)


def _head(claim: Claim) -> Iterator[Cell]:
    payer = claim.payer
    yield Cell(2, 41, payer.name[:31])
    yield Cell(3, 41, payer.address.street[:31])
    if payer.address.city:
        yield Cell(4, 41, _town(payer.address)[:31])
    filing = claim.insured.filing
    yield Cell(8, _TYPE_COLUMN.get(filing, 31 if filing in _GROUP_PLAN else 45), "X")
    yield Cell(8, 50, claim.insured.member_id[:29])


def _people(claim: Claim) -> Iterator[Cell]:
    insured, patient = claim.insured, claim.patient
    person = patient.name if patient else insured.name
    born, sex = (patient.born_on, patient.sex) if patient else (insured.born_on, insured.sex)
    home = patient.address if patient else insured.address
    yield Cell(10, 1, _name(person)[:28])
    yield from _split_date(born, 10, (31, 34, 37), full_year=True)
    yield Cell(10, 42 if sex == "M" else 47, "X" if sex in "MF" else "")
    yield Cell(10, 50, _name(insured.name)[:29])
    yield Cell(12, 1, home.street[:28])
    relation = patient.relationship if patient else "18"
    yield Cell(12, _RELATION_COLUMN.get(relation, 47), "X")
    yield Cell(14, 1, home.city[:20])
    yield Cell(14, 26, home.state)
    yield Cell(16, 1, digits(home.zip_code))
    yield from _phone((patient or insured).phone, 16, 15)
    if insured.address.is_complete:
        yield Cell(12, 50, insured.address.street[:28])
        yield Cell(14, 50, insured.address.city[:20])
        yield Cell(14, 74, insured.address.state)
        yield Cell(16, 50, digits(insured.address.zip_code))
        yield from _phone(insured.phone, 16, 65)
    for other in claim.earlier[:1] if insured.filing != "MB" else ():
        yield Cell(18, 1, _name(other.insured.name)[:28])
        yield Cell(20, 1, (other.insured.group or other.insured.member_id)[:28])
        yield Cell(26, 1, other.payer.name[:28])


def _conditions(claim: Claim) -> Iterator[Cell]:
    of = claim.accident
    for line, yes in (
        (20, bool(of and of.employment)),
        (22, bool(of and of.auto)),
        (24, bool(of and of.other)),
    ):
        yield Cell(line, 35 if yes else 41, "X")
    if of and of.auto:
        yield Cell(22, 45, of.state)
    yield Cell(26, 34, " ".join(claim.conditions))
    if claim.other_claim_id:
        yield Cell(22, 50, "Y4")
        yield Cell(22, 53, claim.other_claim_id[:27])
    medicare = claim.insured.filing == "MB"
    before = claim.earlier[0].insured if claim.earlier else None
    if medicare:
        # The policy that pays before Medicare, or the word NONE; 11d stays blank.
        yield Cell(18, 50, ((before.group or before.member_id) if before else "NONE")[:29])
        yield from _insured_born(before)
        yield Cell(24, 50, claim.earlier[0].payer.name[:29] if claim.earlier else "")
    else:
        yield Cell(18, 50, claim.insured.group[:29])
        yield from _insured_born(claim.insured)
        yield Cell(24, 50, claim.insured.plan[:29])
        yield Cell(26, 52 if claim.earlier else 57, "X")
    yield Cell(29, 7, "SIGNATURE ON FILE")
    yield Cell(29, 55, "SIGNATURE ON FILE")


def _insured_born(of: Insured | None) -> Iterator[Cell]:
    if of is not None and of.born_on is not None:
        yield from _split_date(of.born_on, 20, (53, 56, 59), full_year=True)
        yield Cell(20, 68 if of.sex == "M" else 75, "X" if of.sex in "MF" else "")


def _dates(claim: Claim) -> Iterator[Cell]:
    if claim.insured.filing == "MB":
        yield from _split_date(claim.initial_treatment_on or claim.onset_on, 32, (2, 5, 8))
    elif claim.onset_on:
        yield from _split_date(claim.onset_on, 32, (2, 5, 8))
        yield Cell(32, 16, "431")
    if claim.insured.filing != "MB":
        yield from _other_date(claim)
    yield from _span(claim.off_work, 32)
    yield from _span(claim.in_hospital, 34)
    named = claim.referring or claim.supervising  # one name: who referred goes first
    if named:
        yield Cell(34, 1, "DN" if claim.referring else "DQ")
        yield Cell(34, 4, _first_last(named.name)[:24])
        yield Cell(34, 33, named.npi)
    yield Cell(36, 1, claim.remark[:48])
    yield Cell(36, 57, "X")


def _span(of: Span, line: int) -> Iterator[Cell]:
    yield from _split_date(of.start, line, (54, 57, 60))
    yield from _split_date(of.end, line, (68, 71, 74))


def _other_date(claim: Claim) -> Iterator[Cell]:
    """15 has room for one: the initial treatment, or else the accident."""
    accident = claim.accident.on if claim.accident else None
    for qualifier, day in (("454", claim.initial_treatment_on), ("439", accident)):
        if day is not None:
            yield Cell(32, 31, qualifier)
            yield from _split_date(day, 32, (37, 40, 43))
            return


def _diagnoses(claim: Claim) -> Iterator[Cell]:
    yield Cell(37, 42, "0")
    for place, code in enumerate(claim.diagnoses[:12]):
        row, column = divmod(place, 4)
        yield Cell(38 + row, (3, 16, 29, 42)[column], code[:8])
    if claim.frequency in "78":
        yield Cell(38, 50, claim.frequency)
        yield Cell(38, 62, claim.payer_control[:18])
    yield Cell(40, 50, claim.authorization.replace("-", "")[:29])


def _service(line: Line, row: int, claim: Claim) -> Iterator[Cell]:
    yield from _split_date(line.served_on, row, (1, 4, 7))
    yield from _split_date(line.served_on, row, (10, 13, 16))
    yield Cell(row, 19, line.place or claim.place)
    yield Cell(row, 22, "Y" if line.emergency else "")
    yield Cell(row, 25, line.code)
    yield Cell(row, 33, " ".join(line.modifiers))
    yield Cell(row, 45, "".join(chr(ord("A") + p - 1) for p in line.pointers))
    yield Cell(row, 50, _money(line.charge_cents))
    yield Cell(row, 59, str(line.units))
    yield Cell(row, 63, "Y" if line.epsdt else "")
    if claim.rendering:
        if claim.rendering.taxonomy:
            yield Cell(row - 1, 65, "ZZ")
            yield Cell(row - 1, 68, claim.rendering.taxonomy)
        yield Cell(row, 68, claim.rendering.npi)


def _foot(claim: Claim, lines: tuple[Line, ...], first: bool) -> Iterator[Cell]:
    billing = claim.billing
    yield Cell(56, 1, digits(billing.tax_id))
    yield Cell(56, 17 if billing.tax_kind == "SY" else 19, "X")
    yield Cell(56, 23, claim.number[:15])
    yield Cell(56, 38 if claim.assignment == "A" else 43, "X")
    yield Cell(56, 52, _money(sum(line.charge_cents for line in lines)))
    if claim.patient_paid_cents and first:
        yield Cell(56, 62, _money(claim.patient_paid_cents))
    phone = digits(billing.phone)
    yield Cell(57, 66, f"{phone[:3]} {phone[3:6]}-{phone[6:]}" if len(phone) == 10 else "")
    yield Cell(58, 50, _first_last(billing.name)[:29])
    yield Cell(59, 50, billing.address.street[:29])
    yield Cell(60, 50, _town(billing.address)[:29])
    if claim.rendering:
        yield Cell(60, 1, _first_last(claim.rendering.name)[:20])
    yield Cell(61, 6, f"{claim.signed_on:%m %d %y}" if claim.signed_on else "")
    yield from _facility(claim.facility)
    yield Cell(61, 50, billing.npi)
    if billing.taxonomy:
        yield Cell(61, 63, f"ZZ{billing.taxonomy}")


def _facility(of: Facility | None) -> Iterator[Cell]:
    if of is not None:
        yield Cell(58, 23, of.name[:26])
        yield Cell(59, 23, of.address.street[:26])
        yield Cell(60, 23, _town(of.address)[:26])
        yield Cell(61, 23, of.npi)


def _phone(number: str, line: int, column: int) -> Iterator[Cell]:
    found = digits(number)
    if len(found) == 10:
        yield Cell(line, column, found[:3])
        yield Cell(line, column + 4, found[3:])


def _split_date(
    day: date | None, line: int, columns: tuple[int, int, int], *, full_year: bool = False
) -> Iterator[Cell]:
    if day is None:
        return
    year = f"{day:%Y}" if full_year else f"{day:%y}"
    for column, text in zip(columns, (f"{day:%m}", f"{day:%d}", year), strict=True):
        yield Cell(line, column, text)


def _money(cents: int) -> str:
    """Dollars to the right, a blank, cents: no sign, no point."""
    return f"{cents // 100:>5} {cents % 100:02d}"


def _name(of: Name) -> str:
    return ", ".join(part for part in (of.last, of.first, of.middle[:1]) if part)


def _first_last(of: Name) -> str:
    return " ".join(part for part in (of.first, of.last) if part)


def _town(of: Address) -> str:
    return f"{of.city} {of.state} {digits(of.zip_code)}".strip()
