"""The claim form: each value in its box, and the payers' own rules."""

from dataclasses import replace

import pytest

from billing.claims.form1500 import COLUMNS, LINES, pages_of
from tests.billing.claims.build import (
    make_claim,
    make_compensation,
    make_dependent,
    make_elsewhere,
    make_line,
    make_secondary,
)


def cells(claim, page: int = 0) -> dict[tuple[int, int], str]:
    return {(c.line, c.column): c.text for c in pages_of(claim)[page].cells}


def test_dependents_claim_fills_the_boxes():
    found = cells(make_dependent())

    assert {place: found[place] for place in (
        (2, 41), (8, 50), (10, 1), (10, 31), (10, 50), (12, 42), (32, 16), (32, 31), (38, 3),
        (40, 50), (44, 25), (46, 25), (46, 33), (46, 45), (46, 50), (46, 59), (46, 68), (56, 52),
        (56, 62), (61, 50),
    )} == {
        (2, 41): "EXAMPLE PPO",
        (8, 50): "W123456789",
        (10, 1): "PUBLIC, MARY ANN",
        (10, 31): "01",
        (10, 50): "PUBLIC, JOHN",
        (12, 42): "X",
        (32, 16): "431",
        (32, 31): "454",
        (38, 3): "M542",
        (40, 50): "AUTH12345",
        (44, 25): "98941",
        (46, 25): "97140",
        (46, 33): "59 GP",
        (46, 45): "B",
        (46, 50): "   62 00",
        (46, 59): "1",
        (46, 68): "1497758544",
        (56, 52): "  128 00",
        (56, 62): "   25 00",
        (61, 50): "1234567893",
    }  # fmt: skip


def test_medicare_wants_none_in_11_and_no_qualifier_in_14():
    found = cells(make_claim())

    assert found[18, 50] == "NONE"
    assert [(32, 16) in found, (26, 52) in found, (26, 57) in found] == [False, False, False]
    assert (found[32, 2], found[32, 5], found[32, 8]) == ("09", "01", "26")


def test_medicare_chiropractic_prints_the_initial_treatment_in_14():
    claim = replace(make_dependent(), insured=make_claim().insured, patient=None)

    found = cells(claim)

    assert (found[32, 2], found[32, 5], found[32, 8]) == ("11", "03", "26")


def test_work_accident_is_ticked():
    found = cells(make_compensation())

    assert [found.get((20, column)) for column in (35, 41)] == ["X", None]
    assert found[8, 45] == "X"


def test_second_plan_names_the_first():
    found = cells(make_secondary())

    assert (found[18, 1], found[26, 1], found[26, 52]) == (
        "SAMPLE, JORDAN", "MEDICARE PART B", "X",
    )  # fmt: skip


def test_seven_lines_take_two_forms_and_each_has_its_total():
    claim = make_claim(lines=tuple(make_line(n) for n in range(1, 8)))

    totals = [cells(claim, page)[56, 52] for page in (0, 1)]

    assert (len(pages_of(claim)), totals) == (2, ["  744 00", "  124 00"])


@pytest.mark.parametrize(
    "claim",
    [make_claim(), make_dependent(), make_secondary(), make_elsewhere()],
    ids=lambda claim: claim.number,
)
def test_everything_stays_on_the_grid_and_nothing_overlaps(claim):
    for page in pages_of(claim):
        taken: set[tuple[int, int]] = set()
        for cell in page.cells:
            place = {(cell.line, cell.column + n) for n in range(len(cell.text))}
            assert not place & taken, cell
            assert cell.line <= LINES
            assert cell.column + len(cell.text) - 1 <= COLUMNS, cell
            taken |= place


def test_void_names_the_payers_number_in_22():
    found = cells(make_claim(frequency="8", payer_control="PCN1"))

    assert (found[38, 50], found[38, 62]) == ("8", "PCN1")


def test_boxes_of_people_and_places_are_filled():
    found = cells(make_elsewhere())

    assert {place: found[place] for place in (
        (16, 15), (16, 19), (16, 65), (16, 69), (18, 50), (20, 53), (20, 56), (20, 59), (20, 68),
        (24, 50), (36, 1), (58, 23), (59, 23), (60, 23), (61, 23), (61, 6),
    )} == {
        (16, 15): "518",
        (16, 19): "5550122",
        (16, 65): "518",
        (16, 69): "5550111",
        (18, 50): "GRP77",
        (20, 53): "04",
        (20, 56): "02",
        (20, 59): "1970",
        (20, 68): "X",
        (24, 50): "GOLD",
        (36, 1): "TREATED AT THE ANNEX",
        (58, 23): "NORTH CLINIC ANNEX",
        (59, 23): "5 OAK AVENUE",
        (60, 23): "ALBANY NY 122071234",
        (61, 23): "1234567893",
        (61, 6): "11 19 26",
    }  # fmt: skip


def test_supervisor_stands_in_17_where_nobody_referred():
    claim = make_claim()
    alone = replace(claim, supervising=claim.rendering, referring=None)

    assert cells(alone)[34, 1] == "DQ"
    assert cells(alone)[34, 33] == "1679576722"
    assert cells(replace(alone, referring=claim.referring))[34, 1] == "DN"


def test_medicare_after_another_plan_names_that_policy_in_11():
    other = make_secondary()
    claim = replace(other, insured=replace(other.insured, filing="MB"))

    found = cells(claim)

    first = other.earlier[0]
    assert (found[18, 50], found[24, 50]) == (first.insured.member_id, first.payer.name.upper())
    assert [(26, 52) in found, (18, 1) in found] == [False, False]


def test_accident_stands_in_15_where_no_initial_treatment_does():
    found = cells(make_compensation())

    assert found[32, 31] == "439"
    assert "".join(found[32, column] for column in (37, 40, 43)) == (
        f"{make_compensation().accident.on:%m%d%y}"
    )
