"""Claims for tests, as the pure types: sensible defaults, any field can be given."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from billing.claims.preflight import Ground
from billing.claims.types import (
    Accident,
    Address,
    Adjustment,
    Billing,
    Claim,
    Facility,
    Insured,
    Interchange,
    Line,
    LinePaid,
    Name,
    OtherPayer,
    Patient,
    Payer,
    Provider,
    Receiver,
    Span,
    Submitter,
)
from billing.engine.tables import shipped_codes

TODAY = date(2026, 11, 22)
GROUND = Ground(today=TODAY, procedures=frozenset(fact.code for fact in shipped_codes()))
SEEN = date(2026, 11, 19)


def make_address(**fields: Any) -> Address:
    return Address(**{"street": "12 Elm Street", "city": "Albany", "state": "NY",
                      "zip_code": "12207-1234"} | fields)  # fmt: skip


def make_line(number: int = 1, **fields: Any) -> Line:
    defaults = {
        "id": f"HL1L{number}",
        "code": "97140",
        "units": 2,
        "charge_cents": 12400,
        "served_on": SEEN,
        "pointers": (1,),
        "modifiers": ("GP",),
        "place": "11",
    }
    return Line(**defaults | fields)


def make_claim(**fields: Any) -> Claim:
    """A physical therapist's visit, insured by Medicare, one timed line."""
    lines = fields.get("lines", (make_line(),))
    defaults = {
        "number": "HL1",
        "billing": Billing(
            Name("North Clinic", is_person=False), "1234567893", "12-3456789", make_address(),
            taxonomy="225100000X", phone="518-555-0100",
        ),
        "payer": Payer("Medicare Part B", "14112"),
        "insured": Insured(
            Name("Sample", "Jordan"), "1EG4TE5MK73", "MB", address=make_address(),
            born_on=date(1950, 5, 17), sex="F",
        ),
        "total_cents": sum(line.charge_cents for line in lines),
        "diagnoses": ("M54.2", "M25.511"),
        "lines": lines,
        "rendering": Provider(Name("Hand", "Robin"), "1679576722", "225100000X"),
        "referring": Provider(Name("Referrer", "Lee"), "1245319599"),
        "onset_on": date(2026, 9, 1),
    }  # fmt: skip
    return Claim(**defaults | fields)


def make_dependent(**fields: Any) -> Claim:
    """A child under a parent's commercial plan, adjusted by a chiropractor."""
    claim = make_claim(
        number="HL2",
        payer=Payer("Example PPO", "60054"),
        insured=Insured(Name("Public", "John"), "W123456789", "CI", is_patient=False,
                        group="GRP77"),
        patient=Patient(Name("Públic", "Mary Ann"), "19", make_address(), date(2008, 1, 15), "F"),
        lines=(
            make_line(1, id="HL2L1", code="98941", units=1, charge_cents=6600, modifiers=()),
            make_line(2, id="HL2L2", code="97140", units=1, charge_cents=6200,
                      modifiers=("59", "GP"), pointers=(2,)),
        ),
        rendering=Provider(Name("Lindqvist", "Jonas"), "1497758544", "111N00000X"),
        referring=None,
        initial_treatment_on=date(2026, 11, 3),
        authorization="AUTH-12345",
        patient_paid_cents=2500,
    )  # fmt: skip
    return replace(claim, **fields)


def make_secondary(**fields: Any) -> Claim:
    """After Medicare paid 80 of 100 allowed dollars: the rest goes to the second payer."""
    earlier = LinePaid(
        8000, (Adjustment("CO", "45", 2400), Adjustment("PR", "2", 2000)), date(2026, 11, 21)
    )
    first = make_claim()
    claim = make_claim(
        number="HL3",
        payer=Payer("Granite Supplement", "GRM60"),
        insured=replace(first.insured, rank="S", filing="CI", member_id="SUP1"),
        lines=(make_line(1, id="HL3L1", earlier=earlier),),
        earlier=(OtherPayer(first.payer, first.insured, paid_cents=8000),),
    )
    return replace(claim, **fields)


def make_compensation(**fields: Any) -> Claim:
    claim = make_claim(
        number="HL4",
        payer=Payer("Dockside Compensation", "DWC09"),
        insured=replace(make_claim().insured, filing="WC"),
        accident=Accident(employment=True, on=date(2026, 8, 30)),
    )
    return replace(claim, **fields)


def make_full_compensation() -> Claim:
    """A work accident with all that the record can know of it."""
    return replace(
        make_compensation(),
        number="HL6",
        other_claim_id="WC2026-778",
        conditions=("W3", "W2"),
        off_work=Span(date(2026, 8, 31), date(2026, 9, 14)),
        in_hospital=Span(date(2026, 8, 30), date(2026, 9, 1)),
        lines=(make_line(id="HL6L1", emergency=True),),
    )


def make_screened() -> Claim:
    """A child whom Medicaid's screening led to therapy."""
    claim = make_dependent()
    return replace(
        claim,
        number="HL7",
        insured=replace(claim.insured, filing="MC"),
        total_cents=12400,
        lines=(make_line(id="HL7L1", epsdt=True),),
    )


def make_file(*claims: Claim, control: int = 1) -> Interchange:
    return Interchange(
        control=control,
        made_at=datetime(2026, 11, 22, 1, 30, tzinfo=UTC),
        submitter=Submitter(Name("North Clinic", is_person=False), "SUB0001", "Ruth Calder",
                            "518-555-0100"),
        receiver=Receiver("Example Clearinghouse", "99999"),
        claims=claims,
        usage="T",
    )  # fmt: skip


def make_elsewhere() -> Claim:
    """Treated away from the practice's address, with every box of the form that can be filled."""
    claim = make_dependent()
    assert claim.patient is not None
    return replace(
        claim,
        number="HL5",
        insured=replace(claim.insured, phone="5185550111", born_on=date(1970, 4, 2), sex="M",
                        group="GRP77", plan="GOLD", address=make_address()),
        patient=replace(claim.patient, phone="518-555-0122"),
        facility=Facility("North Clinic Annex", make_address(street="5 Oak Avenue"), "1234567893"),
        signed_on=SEEN,
        remark="TREATED AT THE ANNEX",
    )  # fmt: skip
