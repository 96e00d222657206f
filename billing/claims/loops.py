"""The loops of one claim: subscriber, patient, claim, providers, other payers, lines."""

from collections.abc import Iterator
from datetime import date

from billing.claims.segments import Segment, composite, row
from billing.claims.types import (
    Address,
    Adjustment,
    Claim,
    Insured,
    Line,
    Name,
    OtherPayer,
    Payer,
    Provider,
    Span,
)
from billing.claims.words import amount, digits


def claim_loops(claim: Claim, level: int, parent: int) -> tuple[list[Segment], int]:
    """Its segments, and the number of the last hierarchical level used."""
    subscriber = level + 1
    segments = list(_subscriber(claim, subscriber, parent))
    if claim.patient is not None:
        level = subscriber + 1
        segments += _patient(claim, level, subscriber)
    else:
        level = subscriber
    return segments + list(_claim(claim)), level


def name_segment(entity: str, of: Name, qualifier: str = "", code: str = "") -> Segment:
    if of.is_person:
        return row("NM1", entity, "1", of.last, of.first, of.middle, "", of.suffix, qualifier, code)
    return row("NM1", entity, "2", of.last, "", "", "", "", qualifier, code)


def _subscriber(claim: Claim, level: int, parent: int) -> Iterator[Segment]:
    insured = claim.insured
    yield row("HL", str(level), str(parent), "22", "0" if claim.patient is None else "1")
    yield _sbr(insured)
    yield name_segment("IL", insured.name, "MI", insured.member_id)
    if insured.is_patient:
        yield from address_segments(insured.address)
        yield row("DMG", "D8", _day(insured.born_on), insured.sex)
        yield from _casualty(claim)
    yield from _payer(claim.payer)


def _sbr(of: Insured) -> Segment:
    relation = "18" if of.is_patient else ""
    return row("SBR", of.rank, relation, of.group, "" if of.group else of.plan, "", "", "", "",
               of.filing)  # fmt: skip


def _payer(of: Payer) -> Iterator[Segment]:
    yield row("NM1", "PR", "2", of.name, "", "", "", "", "PI", of.payer_id)
    if of.address.is_complete:
        yield from address_segments(of.address)


def _patient(claim: Claim, level: int, parent: int) -> Iterator[Segment]:
    patient = claim.patient
    assert patient is not None  # noqa: S101 - the caller asked
    yield row("HL", str(level), str(parent), "23", "0")
    yield row("PAT", patient.relationship)
    yield name_segment("QC", patient.name)
    yield from address_segments(patient.address)
    yield row("DMG", "D8", _day(patient.born_on), patient.sex)
    yield from _casualty(claim)


def _casualty(claim: Claim) -> Iterator[Segment]:
    """The insurer's number stands with whoever had the accident: the patient."""
    if claim.other_claim_id:
        yield row("REF", "Y4", claim.other_claim_id)


def _claim(claim: Claim) -> Iterator[Segment]:
    yield row(
        "CLM", claim.number, amount(claim.total_cents), "", "",
        composite(claim.place, "B", claim.frequency), "Y", claim.assignment, "Y", "Y", "P",
        _accident(claim),
    )  # fmt: skip
    yield from _dates(claim)
    if claim.patient_paid_cents:
        yield row("AMT", "F5", amount(claim.patient_paid_cents))
    if claim.authorization:
        yield row("REF", "G1", claim.authorization.replace("-", ""))
    if claim.payer_control:
        yield row("REF", "F8", claim.payer_control)
    if claim.remark:
        yield row("NTE", "ADD", claim.remark)
    yield row("HI", *(f"{'ABK' if place == 0 else 'ABF'}:{code}"
                      for place, code in enumerate(claim.diagnoses)))  # fmt: skip
    if claim.conditions:
        yield row("HI", *(f"BG:{code}" for code in claim.conditions))
    yield from _providers(claim)
    for other in claim.earlier:
        yield from _other_payer(other)
    for number, line in enumerate(claim.lines, start=1):
        yield from _line(number, line, claim)


def _accident(claim: Claim) -> str:
    of = claim.accident
    if of is None:
        return ""
    causes = [c for c, yes in (("EM", of.employment), ("AA", of.auto), ("OA", of.other)) if yes]
    causes += [""] * (3 - len(causes))
    return composite(*causes, of.state if of.auto else "")


def _dates(claim: Claim) -> Iterator[Segment]:
    accident = claim.accident
    for qualifier, day in (
        ("431", claim.onset_on),
        ("454", claim.initial_treatment_on),
        ("439", accident.on if accident else None),
    ):
        if day is not None:
            yield row("DTP", qualifier, "D8", _day(day))
    yield from _off_work(claim.off_work)
    for qualifier, day in (("435", claim.in_hospital.start), ("096", claim.in_hospital.end)):
        if day is not None:
            yield row("DTP", qualifier, "D8", _day(day))


def _off_work(of: Span) -> Iterator[Segment]:
    """Both ends in one segment where both are known."""
    if of.start and of.end:
        yield row("DTP", "314", "RD8", f"{_day(of.start)}-{_day(of.end)}")
    elif of.start:
        yield row("DTP", "360", "D8", _day(of.start))
    elif of.end:
        yield row("DTP", "361", "D8", _day(of.end))


def _providers(claim: Claim) -> Iterator[Segment]:
    if claim.referring is not None:
        yield name_segment("DN", claim.referring.name, "XX" if claim.referring.npi else "",
                           claim.referring.npi)  # fmt: skip
    if claim.rendering is not None and claim.rendering.npi != claim.billing.npi:
        yield name_segment("82", claim.rendering.name, "XX", claim.rendering.npi)
        yield from _taxonomy(claim.rendering)
    if claim.facility is not None:
        at = claim.facility
        yield name_segment("77", Name(at.name, is_person=False), "XX" if at.npi else "", at.npi)
        yield from address_segments(at.address)
    if claim.supervising is not None:
        yield name_segment("DQ", claim.supervising.name, "XX", claim.supervising.npi)


def _taxonomy(of: Provider) -> Iterator[Segment]:
    if of.taxonomy:
        yield row("PRV", "PE", "PXC", of.taxonomy)


def _other_payer(of: OtherPayer) -> Iterator[Segment]:
    yield _sbr(of.insured)
    yield from _adjustments(of.adjustments)
    if of.paid_cents is not None:
        yield row("AMT", "D", amount(of.paid_cents))
    yield row("OI", "", "", "Y", "P", "", "Y")
    yield name_segment("IL", of.insured.name, "MI", of.insured.member_id)
    if of.insured.address.is_complete:
        yield from address_segments(of.insured.address)
    yield row("NM1", "PR", "2", of.payer.name, "", "", "", "", "PI", of.payer.payer_id)


def _adjustments(of: tuple[Adjustment, ...]) -> Iterator[Segment]:
    """At most six reasons to a segment, grouped."""
    for group in dict.fromkeys(item.group for item in of):
        rows = [item for item in of if item.group == group]
        for start in range(0, len(rows), 6):
            parts: list[str] = []
            for item in rows[start : start + 6]:
                parts += [item.reason, amount(item.cents), ""]
            yield row("CAS", group, *parts)


def _line(number: int, line: Line, claim: Claim) -> Iterator[Segment]:
    yield row("LX", str(number))
    place = line.place if line.place and line.place != claim.place else ""
    yield row(
        "SV1", composite("HC", line.code, *line.modifiers), amount(line.charge_cents), "UN",
        str(line.units), place, "", composite(*map(str, line.pointers)), "",
        "Y" if line.emergency else "", "", "Y" if line.epsdt else "",
    )  # fmt: skip
    yield row("DTP", "472", "D8", _day(line.served_on))
    yield row("REF", "6R", line.id)
    if line.earlier is not None and claim.earlier:
        payer = claim.earlier[0].payer
        yield row("SVD", payer.payer_id, amount(line.earlier.paid_cents),
                  composite("HC", line.code, *line.modifiers), "", str(line.units))  # fmt: skip
        yield from _adjustments(line.earlier.adjustments)
        yield row("DTP", "573", "D8", _day(line.earlier.on))


def address_segments(of: Address) -> Iterator[Segment]:
    yield row("N3", of.street, of.street2)
    yield row("N4", of.city, of.state, digits(of.zip_code))


def _day(value: date | None) -> str:
    return value.strftime("%Y%m%d") if value else ""
