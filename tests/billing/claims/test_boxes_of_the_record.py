"""Boxes 10d, 11b, 16, 17 (DQ), 18, 24C and 24H: on the form, in the file, refused if wrong."""

from dataclasses import replace
from datetime import date

import pytest

from billing.claims.form1500 import pages_of
from billing.claims.preflight import check_file, preflight
from billing.claims.read_837p import read_837p
from billing.claims.types import Span
from billing.claims.writer import write_837p
from tests.billing.claims.build import (
    GROUND,
    make_claim,
    make_compensation,
    make_file,
    make_full_compensation,
    make_line,
    make_screened,
)


def cells(claim) -> dict[tuple[int, int], str]:
    return {(c.line, c.column): c.text for c in pages_of(claim)[0].cells}


def segments(claim) -> list[str]:
    return [line.rstrip("~") for line in write_837p(make_file(claim)).splitlines()]


def test_work_accident_fills_its_boxes_on_the_form():
    found = cells(make_full_compensation())

    assert {place: found[place] for place in (
        (22, 50), (22, 53), (26, 34), (32, 54), (32, 57), (32, 60), (32, 68), (32, 71), (32, 74),
        (34, 54), (34, 57), (34, 60), (34, 68), (34, 71), (34, 74), (44, 22),
    )} == {
        (22, 50): "Y4", (22, 53): "WC2026-778", (26, 34): "W3 W2",
        (32, 54): "08", (32, 57): "31", (32, 60): "26",
        (32, 68): "09", (32, 71): "14", (32, 74): "26",
        (34, 54): "08", (34, 57): "30", (34, 60): "26",
        (34, 68): "09", (34, 71): "01", (34, 74): "26",
        (44, 22): "Y",
    }  # fmt: skip


def test_work_accident_fills_its_segments_in_the_file():
    found = segments(make_full_compensation())

    assert [s for s in found if s.startswith(("REF*Y4", "DTP*314", "DTP*435", "DTP*096", "HI*BG",
                                              "SV1"))] == [
        "REF*Y4*WC2026-778",
        "DTP*314*RD8*20260831-20260914",
        "DTP*435*D8*20260830",
        "DTP*096*D8*20260901",
        "HI*BG:W3*BG:W2",
        "SV1*HC:97140:GP*124*UN*2***1**Y",
    ]  # fmt: skip


def test_number_of_the_accident_stands_with_the_patient_where_somebody_else_is_insured():
    claim = replace(make_full_compensation(), patient=make_screened().patient,
                    insured=replace(make_compensation().insured, is_patient=False))  # fmt: skip

    found = segments(claim)

    assert found.index("REF*Y4*WC2026-778") > next(
        place for place, s in enumerate(found) if s.startswith("NM1*QC")
    )


@pytest.mark.parametrize(("span", "segment"), [
    (Span(date(2026, 8, 31)), "DTP*360*D8*20260831"),
    (Span(None, date(2026, 9, 14)), "DTP*361*D8*20260914"),
])  # fmt: skip
def test_open_time_off_work_has_a_segment_of_its_own(span, segment):
    assert segment in segments(make_claim(off_work=span))


def test_screened_child_is_marked_on_form_and_in_file():
    claim = make_screened()

    assert cells(claim)[44, 63] == "Y"
    assert "SV1*HC:97140:GP*124*UN*2***1****Y" in segments(claim)


@pytest.mark.parametrize(
    "claim", [make_full_compensation(), make_screened()], ids=["accident", "screened"]
)
def test_boxes_read_back_from_the_file_as_they_were(claim):
    (read,), problems = read_837p(write_837p(make_file(claim)))

    assert problems == ()
    assert (read.other_claim_id, read.conditions, read.off_work, read.in_hospital) == (
        claim.other_claim_id, claim.conditions, claim.off_work, claim.in_hospital,
    )  # fmt: skip
    assert read.diagnoses == ("M542", "M25511")
    assert [(n.emergency, n.epsdt) for n in read.lines] == [
        (n.emergency, n.epsdt) for n in claim.lines
    ]
    assert check_file(write_837p(make_file(claim)), GROUND) == []


LATER = date(2026, 12, 1)
WRONG = {
    "off work ends first": (
        make_claim(off_work=Span(date(2026, 9, 2), date(2026, 9, 1))),
        "Box 16: the time off work ends before it begins (09/01/2026). Correct it under Insured "
        "and accident.",
    ),
    "off work to come": (
        make_claim(off_work=Span(LATER)),
        "Box 16: the time off work is still to begin (12/01/2026). Enter it when it has begun.",
    ),
    "discharged first": (
        make_claim(in_hospital=Span(date(2026, 9, 2), date(2026, 9, 1))),
        "Box 18: the hospital stay ends before it begins (09/01/2026). Correct it under Insured "
        "and accident.",
    ),
    "never admitted": (
        make_claim(in_hospital=Span(None, date(2026, 9, 1))),
        "Box 18: there is a day of discharge, but none of admission. Enter both under Insured and "
        "accident.",
    ),
    "in a hospital bed": (
        make_claim(place="21"),
        "Box 18: care in a hospital bed needs the day of admission. Enter it under Insured and "
        "accident.",
    ),
    "odd code": (
        make_compensation(conditions=("W33",)),
        "Box 10d: a claim code is two letters or digits (W33). Correct it.",
    ),
    "code of compensation": (
        make_claim(conditions=("W2",)),
        "Box 10d: this claim code belongs to workers' compensation (W2). Take it out, or choose "
        "WC as the kind of plan.",
    ),
    "five codes": (
        make_compensation(conditions=("W2", "W3", "W4", "W5", "A1")),
        "Box 10d: the form has room for 4 claim codes (W2 W3 W4 W5 A1). Keep those the payer "
        "asked for.",
    ),
    "odd number": (
        make_compensation(other_claim_id="WC~1"),
        "Box 11b: the insurer's claim number holds a character that no claim can carry (~). Write "
        "it in letters and digits.",
    ),
    "screened for a commercial plan": (
        make_claim(lines=(make_line(epsdt=True),)),
        "Box 24H: only Medicaid asks whether the visit follows an EPSDT screening. Take the mark "
        "out on the visit's page.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong_box_is_refused_with_a_sentence(name):
    claim, sentence = WRONG[name]

    assert [problem.text for problem in preflight(claim, GROUND)] == [sentence]


def test_supervisor_stands_in_17_where_nobody_referred():
    supervisor = make_claim().rendering
    claim = make_claim(referring=None, supervising=supervisor,
                       insured=replace(make_claim().insured, filing="CI"))  # fmt: skip

    found = cells(claim)

    assert (found[34, 1], found[34, 4], found[34, 33]) == ("DQ", "ROBIN HAND", "1679576722")
    assert "NM1*DQ*1*HAND*ROBIN****XX*1679576722" in segments(claim)
