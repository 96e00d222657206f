"""Minutes to units, and the sentence for each."""

from typing import Any

import pytest

from billing.engine.derive import derive
from billing.engine.presets import preset
from billing.engine.record import Record
from billing.engine.tables import starter_tables
from billing.engine.types import Result
from billing.engine.units import MOST_ALTERNATIVES, by_midpoint
from billing.engine.wire import parse_visit
from tests.billing.engine.asking import MONDAY, ask, block, texts, units
from tests.billing.engine.visits import CODES


def counted(rule: str, /, **minutes: int) -> dict[str, Any]:
    """Asked with minutes by code, such as c97110=15."""
    return ask({
        "policy": "self-pay", "policy_overrides": {"unit_rule": rule},
        "blocks": [{"code": code[1:], "minutes": m} for code, m in minutes.items()],
    })  # fmt: skip


def sentences(answer: dict[str, Any]) -> list[str]:
    return [line["reasons"][0]["text"] for line in answer["lines"]] + [
        part["text"] for part in answer["unbilled"]
    ]


SENTENCES: list[tuple[str, dict[str, int], list[str]]] = [
    ("cms", {"c97110": 33, "c97140": 7}, [
        "40 timed minutes allow 3 units (38 to 52). 30 of 33 minutes are two full quarters; the 3 "
        "left over lose to 97140's 7.",
        "40 timed minutes allow 3 units (38 to 52). Its 7 minutes win a left-over unit over "
        "97110's 3."]),
    ("cms", {"c97110": 18, "c97140": 13, "c97116": 10, "c97035": 8}, [
        "49 timed minutes allow 3 units (38 to 52). 15 of 18 minutes are one full quarter; the 3 "
        "left over lose to 97116's 10.",
        "49 timed minutes allow 3 units (38 to 52). Its 10 minutes win a left-over unit over "
        "97035's 8.",
        "49 timed minutes allow 3 units (38 to 52). Its 13 minutes win a left-over unit over "
        "97035's 8.",
        "49 timed minutes allow 3 units (38 to 52). The 8 minutes of 97035 lose to 97116's 10."]),
    ("cms", {"c97110": 20, "c97112": 20}, [
        "40 timed minutes allow 3 units (38 to 52). 15 of 20 minutes are one full quarter; the 5 "
        "left over win one more; 97112's 5 tie, and the tie break puts these first.",
        "40 timed minutes allow 3 units (38 to 52). 15 of 20 minutes are one full quarter; the 5 "
        "left over tie with 97110's 5, which the tie break puts first."]),
    ("cms", {"c97110": 30, "c97140": 7}, [
        "37 timed minutes allow 2 units (23 to 37). 97110's 30 minutes are two full quarters.",
        "37 timed minutes allow 2 units (23 to 37). The 7 minutes of 97140 earn nothing, because "
        "full quarters use up every unit."]),
    ("cms", {"c97110": 30, "c97140": 8}, [
        "38 timed minutes allow 3 units (38 to 52). 97110's 30 minutes are two full quarters.",
        "38 timed minutes allow 3 units (38 to 52). Its 8 minutes win a left-over unit."]),
    ("cms", {"c97110": 23}, [
        "23 timed minutes allow 2 units (23 to 37). 15 of 23 minutes are one full quarter; the 8 "
        "left over win one more."]),
    ("cms", {"c97110": 8}, [
        "8 timed minutes allow 1 unit (8 to 22). Its 8 minutes win a left-over unit."]),
    ("cms", {"c97110": 15, "c97112": 1}, [
        "16 timed minutes allow 1 unit (8 to 22). 97110's 15 minutes are one full quarter.",
        "16 timed minutes allow 1 unit (8 to 22). The 1 minute of 97112 earn nothing, because "
        "full quarters use up every unit."]),
    ("cms", {"c97110": 14, "c97112": 8, "c97140": 9}, [
        "31 timed minutes allow 2 units (23 to 37). Its 14 minutes win a left-over unit over "
        "97112's 8.",
        "31 timed minutes allow 2 units (23 to 37). Its 9 minutes win a left-over unit over "
        "97112's 8.",
        "31 timed minutes allow 2 units (23 to 37). The 8 minutes of 97112 lose to 97140's 9."]),
    ("cms", {"c97110": 24, "c97112": 8, "c97140": 14}, [
        "46 timed minutes allow 3 units (38 to 52). 15 of 24 minutes are one full quarter; the 9 "
        "left over win one more over 97112's 8.",
        "46 timed minutes allow 3 units (38 to 52). Its 14 minutes win a left-over unit over "
        "97112's 8.",
        "46 timed minutes allow 3 units (38 to 52). The 8 minutes of 97112 lose to 97110's 9."]),
    ("cms", {"c97110": 23, "c97116": 8}, [
        "31 timed minutes allow 2 units (23 to 37). 15 of 23 minutes are one full quarter; the 8 "
        "left over win one more; 97116's 8 tie, and the tie break puts these first.",
        "31 timed minutes allow 2 units (23 to 37). The 8 minutes of 97116 tie with 97110's 8, "
        "which the tie break puts first."]),
    ("cms", {"c97110": 3, "c97112": 5, "c97140": 10}, [
        "18 timed minutes allow 1 unit (8 to 22). Its 10 minutes win a left-over unit over "
        "97112's 5.",
        "18 timed minutes allow 1 unit (8 to 22). The 3 minutes of 97110 lose to 97140's 10.",
        "18 timed minutes allow 1 unit (8 to 22). The 5 minutes of 97112 lose to 97140's 10."]),
    ("cms", {"c97110": 1}, ["The day has 1 timed minute; the first unit takes 8."]),
    ("cms", {"c97110": 4, "c97140": 3},
     ["The day has 7 timed minutes; the first unit takes 8."] * 2),
    ("cms", {"c97110": 165}, [
        "165 timed minutes allow 11 units (158 to 172). 97110's 165 minutes are 11 full "
        "quarters."]),
    ("ama", {"c97110": 22, "c97140": 7, "c97112": 38}, [
        "22 minutes make 1 unit: the midpoint of unit 1 is passed at 8, the next one's only at 23.",
        "38 minutes make 3 units: the midpoint of unit 3 is passed at 38, the next one's only at "
        "53.",
        "7 minutes of 97140: the midpoint at 8 is not passed."]),
    ("ama", {"c97110": 8, "c97112": 1}, [
        "8 minutes make 1 unit: the midpoint of unit 1 is passed at 8, the next one's only at 23.",
        "1 minute of 97112: the midpoint at 8 is not passed."]),
    ("full15", {"c97110": 22, "c97112": 30, "c97140": 14}, [
        "22 minutes hold one full quarter; the 7 left over do not count.",
        "30 minutes hold two full quarters.",
        "14 minutes of 97140: not one complete quarter of an hour."]),
    ("full15", {"c97110": 16, "c97140": 1}, [
        "16 minutes hold one full quarter; the 1 left over do not count.",
        "1 minute of 97140: not one complete quarter of an hour."]),
    ("cms", {"c97012": 30, "c97110": 7}, [
        "97012 is billed once a day, whatever its minutes.",
        "The day has 7 timed minutes; the first unit takes 8."]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "minutes", "expected"), SENTENCES, ids=str)
def test_each_count_is_explained_with_its_numbers(
    rule: str, minutes: dict[str, int], expected: list[str]
) -> None:
    assert sentences(counted(rule, **minutes)) == expected


def test_each_count_names_its_rule() -> None:
    def named(rule: str, code: str = "97110") -> tuple[str, str]:
        answer = counted(rule, **{f"c{code}": 15, "c97112": 4})
        return answer["lines"][0]["reasons"][0]["rule"], answer["unbilled"][0]["rule"]

    assert named("cms") == ("units.cms-total", "units.cms-total")
    assert named("ama") == ("units.ama-midpoint", "units.ama-midpoint")
    assert named("full15") == ("units.full-quarter", "units.full-quarter")
    assert named("cms", "97012") == ("units.untimed", "units.cms-total")


@pytest.mark.parametrize(
    ("minutes", "count"),
    [(0, 0), (7, 0), (8, 1), (22, 1), (23, 2), (37, 2), (38, 3), (127, 8), (128, 9), (1000, 67)],
)
def test_a_unit_begins_at_its_midpoint(minutes: int, count: int) -> None:
    assert by_midpoint(minutes) == count


def test_a_tie_lists_every_other_way_and_proposes_by_the_policy() -> None:
    answer = counted("cms", c97140=7, c97110=7, c97112=7)

    assert units(answer) == {"97110": 1}
    assert answer["alternatives"] == [{"97112": 1}, {"97140": 1}]
    assert texts(answer, "units.cms-tie") == [
        "The left-over minutes of 97110, 97112 and 97140 tie; the rule admits 3 ways to bill."
    ]


def test_a_tie_goes_to_more_minutes_first() -> None:
    answer = counted("cms", c97116=8, c97140=23)

    assert units(answer) == {"97140": 2}
    assert answer["alternatives"] == [{"97116": 1, "97140": 1}]


def test_a_tie_may_go_to_the_code_without_a_unit_first() -> None:
    answer = ask({
        "policy": "self-pay",
        "policy_overrides": {"unit_rule": "cms", "tie_break": ["no-unit-yet"]},
        "blocks": [{"code": "97110", "minutes": 23}, {"code": "97140", "minutes": 8}],
    })  # fmt: skip

    assert units(answer) == {"97110": 1, "97140": 1}


def test_a_tie_may_go_to_what_was_done_first_where_the_clock_says_so() -> None:
    policy = {"policy": "self-pay", "policy_overrides": {"unit_rule": "cms"}}
    on_the_clock = [block("97140", "09:00", "09:11"), block("97110", "09:11", "09:22")]

    assert units(ask({**policy, "blocks": on_the_clock})) == {"97140": 1}
    assert units(counted("cms", c97140=11, c97110=11)) == {"97110": 1}


def test_remainders_are_settled_before_ties() -> None:
    """One place is sure, the other is between two."""
    answer = counted("cms", c97110=14, c97112=8, c97116=8)

    assert units(answer) == {"97110": 1, "97112": 1}
    assert answer["alternatives"] == [{"97110": 1, "97116": 1}]


def test_a_great_many_ways_are_counted_and_the_first_ones_listed() -> None:
    codes = sorted(set(CODES))
    answer = counted("cms", **{f"c{code}": 7 for code in codes})

    ways = 462  # 77 minutes are 5 units among 11 codes
    assert len(codes) == 11
    assert len(answer["alternatives"]) == MOST_ALTERNATIVES
    assert texts(answer, "units.cms-tie")[0].endswith(
        f"tie; the rule admits {ways} ways to bill. The first 200 of the others are listed."
    )


def chosen(choice: dict[str, int], each: int = 20) -> Result:
    """97110 and 97140, as many minutes each, with the clinician's choice on record."""
    visit = {
        "date": MONDAY,
        "policy": "self-pay",
        "policy_overrides": {"unit_rule": "cms"},
        "blocks": [{"code": code, "minutes": each} for code in ("97110", "97140")],
    }

    class Presets:
        find = staticmethod(lambda key, on: preset(key, on=on))

    day, policy = parse_visit(visit, Presets())
    return derive(day, policy, starter_tables(), Record(chosen_units=choice))


def test_the_clinician_may_choose_among_the_admissible() -> None:
    result = chosen({"97110": 1, "97140": 2})

    assert {line.code: line.units for line in result.lines} == {"97110": 1, "97140": 2}
    assert result.alternatives == ({"97110": 2, "97140": 1},)
    assert [line.reasons[0].text.split("; ")[1:] for line in result.lines] == [
        ["the 5 left over tie with 97140's 5, which the clinician put first."],
        ["the 5 left over win one more", "97110's 5 tie, and the clinician put these first."],
    ]


def test_the_clinician_may_choose_which_code_is_billed_at_all() -> None:
    assert {line.code for line in chosen({"97140": 1}, each=7).lines} == {"97140"}


@pytest.mark.parametrize("choice", [{"97110": 3}, {"97110": 2, "97140": 2}, {"97110": 1}, {},
                                    {"97110": 1, "97140": 2, "97530": 1}])  # fmt: skip
def test_a_choice_that_the_rule_does_not_admit_is_not_followed(choice: dict[str, int]) -> None:
    result = chosen(choice)

    assert {line.code: line.units for line in result.lines} == {"97110": 2, "97140": 1}


def test_a_code_of_another_time_basis_gets_one_unit_and_a_question() -> None:
    answer = counted("cms", c97545=120, c97550=30)

    assert units(answer) == {"97545": 1, "97550": 1}
    assert answer["timed_minutes"] == 0
    assert texts(answer, "units.other-basis") == [
        "97545 and 97550: counted by another measure than 15 minutes, so one unit is proposed; "
        "check it."
    ]


def test_nothing_charted_is_nothing_billed() -> None:
    answer = ask({})

    assert answer == {
        "id": "v", "policy": "commercial@2000-04-01", "engine": "1.2", "timed_minutes": 0,
        "treatment_minutes": 0, "lines": [], "unbilled": [], "alternatives": [], "findings": [],
    }  # fmt: skip
