"""The last day, the last unit, the last word: where a check turns."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from billing.engine.checks.text import likeness
from billing.engine.record import Authorization, Certification, OtherInterval
from billing.engine.tables import tables_from_rows
from billing.engine.types import Procedure
from tests.billing.engine.asking import ask, block, shown, texts
from tests.billing.engine.test_checks import CLEAN, NINE, SERVED, found, lacking, manual, visit

ONE = timedelta(days=1)


def granted(**fields: Any) -> set[str]:
    grant = Authorization(required=True, number="A7", **fields)
    return set(found(visit(), lacking(authorization=grant)))


def test_authorization_holds_from_its_first_day_to_its_last() -> None:
    assert granted(valid_from=SERVED, valid_to=SERVED) == set()
    assert granted(valid_from=SERVED + ONE) == {"authorization.expired"}
    assert granted(valid_to=SERVED - ONE) == {"authorization.expired"}


def test_authorization_is_used_up_with_its_last_visit_and_its_last_unit() -> None:
    assert granted(visits_granted=4, visits_used=3) == set()
    assert granted(visits_granted=4, visits_used=4) == {"authorization.used-up"}
    assert granted(units_granted=5, units_used=4) == set()
    assert granted(units_granted=5, units_used=5) == {"authorization.used-up"}
    assert granted(units_per_visit=1) == set()


def test_no_unit_is_left_of_an_authorization_that_was_overdrawn() -> None:
    grant = Authorization(number="A7", units_granted=5, units_used=9)

    [finding] = found(visit(), lacking(authorization=grant)).values()

    assert finding.text == "Authorization A7 has 0 units left, and 1 unit is billed."


def test_plan_that_was_sent_on_the_thirtieth_day_was_sent_in_time() -> None:
    plan_on = SERVED - 20 * ONE
    sent = Certification(sent_on=plan_on + 30 * ONE, order_on_file=True)

    assert found(visit(), lacking(certification=sent)) == {}
    assert set(
        found(visit(), lacking(certification=replace(sent, sent_on=plan_on + 31 * ONE)))
    ) == {"plan.certification"}


def test_time_shared_with_other_patients_is_told_block_by_block() -> None:
    day = visit(
        manual(id="b2", start=NINE + 900, end=NINE + 1800),
        manual(),
        procedures=(Procedure("97150", id="p1", start=NINE, end=NINE + 1800, seconds=1800),),
    )
    record = replace(
        CLEAN,
        other_intervals=(OtherInterval(NINE, NINE + 1800, "12"),),
        rationales={"b1": "Restricted", "b2": "Restricted"},
        goal_links={"b1": ("1",), "b2": ("1",)},
    )

    finding = found(day, record)["elsewhere.one-on-one"]

    assert finding.text.startswith("Block 2 overlaps one-on-one time in the chart of record 12 ")
    assert finding.text.endswith(
        "from 09:15 to 09:30: correct one of the two, or chart group time."
    )


@pytest.mark.parametrize(
    ("words", "earlier", "share"),
    [
        ("a b c d e f g h i j", "a b c d e f g h i x", 0.9),
        ("a a b b", "a b", 0.0),
        ("a b c d e f g h i j", "j a b c d e f g h i", 0.9),
        ("a b c d e f g h i j", "a b c d e f g h y x", 0.0),
    ],
)
def test_nine_in_ten_words_in_order_are_alike(words: str, earlier: str, share: float) -> None:
    assert likeness(words.split(), earlier.split()) == share


@pytest.mark.parametrize(
    ("exercise", "manual_therapy", "stays"),
    [
        (38, 24, ["97110 x2", "97140 x2"]),  # third unit on 8 minutes, second on 9
        (39, 23, ["97110 x3", "97140 x1"]),  # third unit on 9 minutes, second on 8
    ],
)
def test_a_cap_weighs_the_minutes_of_each_codes_last_unit(
    exercise: int, manual_therapy: int, stays: list[str]
) -> None:
    blocks = [{"code": "97110", "minutes": exercise}, {"code": "97140", "minutes": manual_therapy}]

    answer = ask({"policy": "self-pay", "blocks": blocks,
                  "policy_overrides": {"cap": {"basis": "units", "limit": 4}}})  # fmt: skip

    assert shown(answer) == stays


def test_block_without_a_region_is_pointed_at() -> None:
    assert found(visit(manual(regions=())), CLEAN)["chart.region"].blocks == ("b1",)


def test_a_procedure_with_end_and_length_has_its_place() -> None:
    traction = {"code": "97012", "end": "09:20", "minutes": 10}

    apart = ask({"blocks": [block("97140", "09:20", "09:35")], "procedures": [traction]})
    beside = ask({"blocks": [block("97140", "09:19", "09:35")], "procedures": [traction]})

    assert shown(apart) == ["97012 x1", "97140-59 x1"]
    assert shown(beside) == ["97012 x1"]


def test_times_with_the_length_that_they_say_are_no_contradiction() -> None:
    answer = ask({"blocks": [block("97140", "09:00", "09:15", minutes=15)]})

    assert shown(answer) == ["97140 x1"]


def test_rest_is_taken_out_where_it_lies_and_nowhere_else() -> None:
    blocks = [{"code": "97140", "minutes": 15}, {"technique": "rest", "minutes": 5}]
    traction = {"code": "97012", "start": "10:00", "end": "10:10"}

    answer = ask({"policy": "self-pay", "blocks": blocks, "procedures": [traction]})

    assert (answer["timed_minutes"], answer["treatment_minutes"]) == (15, 25)


def test_without_any_threshold_none_is_named() -> None:
    bare = tables_from_rows(pairs={}, limits=(), thresholds=())

    answer = ask({"policy": "medicare", "clinician": {"discipline": "PT"},
                  "blocks": [block("97140", "09:00", "09:15")]}, tables=bare)  # fmt: skip

    assert texts(answer, "modifiers.threshold-not-loaded") == [
        "The KX threshold of 2026 is not loaded. No line carries KX."
    ]


def test_a_tie_of_two_is_said() -> None:
    answer = ask({"policy": "tricare", "blocks": [{"code": "97110", "minutes": 4},
                                                  {"code": "97140", "minutes": 4}]})  # fmt: skip

    assert answer["alternatives"] == [{"97140": 1}]
    assert texts(answer, "units.cms-tie") == [
        "The left-over minutes of 97110 and 97140 tie; the rule admits 2 ways to bill."
    ]
