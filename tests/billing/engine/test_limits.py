"""Daily limits and visit caps: what is cut stays visible."""

from typing import Any

import pytest

from tests.billing.engine.asking import ask, rules, shown, texts, unbilled

MUE = {"daily_limits": "mue", "unit_rule": "cms"}


def limited(*codes: tuple[str, int], **overrides: Any) -> Any:
    return ask({"policy": "self-pay", "policy_overrides": {**MUE, **overrides},
                "blocks": [{"code": code, "minutes": m} for code, m in codes]})  # fmt: skip


def test_an_absolute_limit_cuts_and_shows_what_it_cut() -> None:
    answer = limited(("97129", 45))

    assert shown(answer) == ["97129 x1"]
    assert answer["lines"][0]["minutes"] == 45
    said = "3 units by the minutes, cut to the absolute daily limit of 1."
    assert answer["lines"][0]["reasons"][1] == {
        "rule": "limits.mue", "text": said,
        "source": "CMS MUE practitioner file; NCCI Policy Manual ch. I.V",
    }  # fmt: skip
    assert texts(answer, "limits.mue") == [said, f"97129: {said}"]


def test_a_limit_that_records_may_exceed_warns_and_cuts_nothing() -> None:
    answer = limited(("97035", 45))

    assert shown(answer) == ["97035 x3"]
    assert answer["findings"] == [{
        "level": "warn", "rule": "limits.mue", "blocks": [],
        "text": "97035: 3 units are above the daily limit of 2 (indicator 3); expect a denial and "
                "appeal with the record.",
    }]  # fmt: skip


@pytest.mark.parametrize(("code", "minutes"), [("97035", 30), ("97129", 15), ("S8948", 90)])
def test_at_the_limit_or_without_one_nothing_is_said(code: str, minutes: int) -> None:
    assert "limits.mue" not in rules(limited((code, minutes)))


def test_a_payer_without_daily_limits_cuts_nothing() -> None:
    answer = limited(("97129", 45), ("97010", 10), daily_limits="none")

    assert shown(answer) == ["97010 x1", "97129 x3"]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("97010", "97010 is bundled into other services (daily limit 0)."),
        ("97014", "97014 is not payable (daily limit 0); Medicare takes G0283 instead."),
        ("98943", "98943 is not payable (daily limit 0)."),
    ],
)
def test_a_limit_of_0_means_recorded_and_not_billed(code: str, why: str) -> None:
    answer = limited((code, 12), ("97110", 15))

    assert shown(answer) == ["97110 x1"]
    assert answer["unbilled"] == [
        {"code": code, "minutes": 12, "blocks": ["b1"], "rule": "limits.not-billable", "text": why}
    ]


def capped(basis: str, limit: int, *codes: tuple[str, int], **rest: Any) -> Any:
    overrides = {"cap": {"basis": basis, "limit": limit}, "unit_rule": "ama"}
    blocks = [{"code": code, "minutes": m} for code, m in codes]
    return ask({"policy": "self-pay", "policy_overrides": overrides, "blocks": blocks, **rest})


def test_a_cap_on_units_takes_those_that_rest_on_fewest_minutes() -> None:
    answer = capped("units", 4, ("97110", 38), ("97140", 25), ("97112", 15))

    assert shown(answer) == ["97110 x2", "97112 x1", "97140 x1"]
    said = ("3 units by the rule, cut to 2: this payer takes 4 units a visit, and the units on "
            "fewest minutes give way.")  # fmt: skip
    assert texts(answer, "limits.visit-cap")[0] == said
    assert f"97110: {said}" in texts(answer, "limits.visit-cap")
    assert {line["code"]: line["minutes"] for line in answer["lines"]}["97110"] == 38


def test_equal_last_minutes_are_taken_from_the_code_with_more_units() -> None:
    answer = capped("units", 3, ("97110", 15), ("97140", 45))

    assert shown(answer) == ["97110 x1", "97140 x2"]


def test_a_code_that_a_cap_takes_whole_stays_in_sight() -> None:
    answer = capped("units", 1, ("97110", 9), ("97140", 15))

    assert shown(answer) == ["97140 x1"]
    assert unbilled(answer) == {"97110 limits.visit-cap": 9}
    assert answer["unbilled"][0]["text"] == (
        "1 unit by the rule, cut to 0: this payer takes 1 unit a visit, and the units on fewest "
        "minutes give way."
    )
    assert answer["findings"][0]["blocks"] == ["b1"]


def test_untimed_services_count_as_one_whole_unit() -> None:
    answer = capped("units", 2, ("97110", 15), ("97112", 14), procedures=[{"code": "97012"}])

    assert shown(answer) == ["97012 x1", "97110 x1"]


def test_a_cap_on_codes_takes_those_with_fewest_minutes() -> None:
    answer = capped("codes", 2, ("97110", 45), ("97140", 8), ("97112", 15))

    assert shown(answer) == ["97110 x3", "97112 x1"]
    assert texts(answer, "limits.visit-cap")[0] == (
        "1 unit by the rule, cut to 0: this payer takes 2 codes a visit, and the units on fewest "
        "minutes give way."
    )


def test_a_cap_on_codes_looks_at_all_the_minutes_of_a_code() -> None:
    assert shown(capped("codes", 1, ("97110", 45), ("97140", 20))) == ["97110 x3"]


def test_among_equal_last_units_the_code_with_fewer_minutes_gives_way() -> None:
    assert shown(capped("units", 1, ("97110", 22), ("97140", 15))) == ["97110 x1"]
    assert shown(capped("units", 1, ("97110", 15), ("97140", 22))) == ["97140 x1"]
    assert shown(capped("units", 1, ("97110", 15), ("97140", 15))) == ["97140 x1"]


def test_what_is_no_physical_medicine_is_not_counted() -> None:
    others = [{"code": code, "regions": ["lumbar"]} for code in ("97161", "99213", "98940")]

    answer = capped("codes", 1, ("97110", 15), procedures=others)

    assert shown(answer) == ["97110 x1", "97161 x1", "98940 x1", "99213 x1"]


def test_at_the_cap_nothing_is_cut() -> None:
    for basis in ("units", "codes"):
        answer = capped(basis, 2, ("97110", 15), ("97140", 15))
        assert shown(answer) == ["97110 x1", "97140 x1"]
        assert answer["findings"] == []


def test_a_modifier_goes_with_the_line_it_was_for() -> None:
    """Without the column-1 line there is nothing to be distinct from."""
    overrides = {"cap": {"basis": "units", "limit": 1}}
    answer = ask({"policy_overrides": overrides, "blocks": [
        {"code": "97140", "start": "09:00", "end": "09:15"},
        {"code": "97750", "start": "09:15", "end": "09:25"}]})  # fmt: skip

    assert shown(answer) == ["97140 x1"]


def test_aetnas_four_units_are_a_preset() -> None:
    blocks = [{"code": code, "minutes": 30} for code in ("97110", "97112", "97140")]

    assert shown(ask({"policy": "aetna", "blocks": blocks})) == [
        "97110 x1", "97112 x1", "97140 x2",
    ]  # fmt: skip
