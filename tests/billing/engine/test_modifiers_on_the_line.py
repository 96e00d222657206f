"""Telehealth, cut-short services, order and exclusion of modifiers on a line."""

from dataclasses import replace
from typing import Any

import pytest

from billing.engine.derive import derive
from billing.engine.modifiers import MODIFIER_RULES, exclude_each_other, in_order
from billing.engine.presets import PresetLibrary, preset_versions
from billing.engine.tables import starter_tables
from billing.engine.wire import parse_visit
from tests.billing.engine.asking import MONDAY, ask, block, rules, shown, texts

ORDER = preset_versions()["medicare"][-1].policy.modifier_order


def medicare(discipline: str | None = "PT", /, *blocks: dict[str, Any], **rest: Any) -> Any:
    clinician = {} if discipline is None else {"clinician": {"discipline": discipline}}
    return ask({"policy": "medicare", **clinician, "blocks": list(blocks), **rest})


def exercise(minutes: int = 15, by: str = "therapist", code: str = "97110") -> dict[str, Any]:
    return {"code": code, "minutes": minutes, "by": by}


def test_live_telehealth_carries_95() -> None:
    far = {"code": "97110", "minutes": 15, "telehealth": True}

    answer = medicare("PT", far)

    assert shown(answer) == ["97110-95-GP x1"]
    assert texts(answer, "modifiers.telehealth") == ["Given live by audio and video."]


def test_hands_on_work_is_never_telehealth() -> None:
    answer = medicare("PT", {"code": "97140", "minutes": 15, "telehealth": True})

    assert shown(answer) == ["97140-GP x1"]
    assert answer["findings"][0] == {
        "level": "block", "rule": "modifiers.hands-on-telehealth", "blocks": ["b1"],
        "text": "97140 is hands-on and cannot be given by telehealth.",
    }  # fmt: skip


def test_a_line_that_is_only_partly_telehealth_carries_no_95() -> None:
    answer = medicare("PT", {"code": "97110", "minutes": 15, "telehealth": True}, exercise(8))

    assert shown(answer) == ["97110-GP x2"]
    assert texts(answer, "modifiers.telehealth") == [
        "Only a part of 97110 was given by telehealth; its line carries no 95."
    ]
    assert rules(medicare("PT", exercise())) == ["modifiers.accrual-unknown", "tables.edition"]


def test_52_is_for_untimed_services_that_were_cut_short() -> None:
    visit = {"date": MONDAY, "policy": "self-pay",
             "procedures": [{"code": "97012"}, {"code": "97110", "minutes": 15}]}  # fmt: skip
    day, policy = parse_visit(visit, PresetLibrary())
    short = replace(day, procedures=tuple(replace(p, reduced=True) for p in day.procedures))

    lines = derive(short, policy, starter_tables()).lines

    assert [(line.code, line.modifiers) for line in lines] == [("97012", ("52",)), ("97110", ())]
    assert lines[0].reasons[-1].text == "The service was cut short."


def test_four_modifiers_fit_and_the_rest_is_named() -> None:
    visit = {
        "policy": "medicare", "clinician": {"discipline": "PT"},
        "patient": {"accrued": {"pt_slp": 9000}},
        "blocks": [block("97150", "09:00", "09:30"),
                   block("97110", "09:30", "09:45", by="assistant", telehealth=True)],
    }  # fmt: skip
    answer = ask(visit)

    assert shown(answer) == ["97110-CQ-59-95-GP x1", "97150-GP-KX x1"]
    assert answer["findings"][0] == {
        "level": "block", "rule": "modifiers.order", "blocks": ["b2"],
        "text": "97110 would carry more than four modifiers; KX did not fit.",
    }  # fmt: skip


def test_the_payers_order_comes_before_ours() -> None:
    assert in_order(("KX", "GP", "59", "CQ"), ORDER) == ("CQ", "59", "GP", "KX")
    assert in_order(("KX", "GP", "59", "CQ"), ("KX", "GP")) == ("KX", "GP", "CQ", "59")
    assert in_order(("ZZ", "GP", "GP"), ORDER) == ("GP", "ZZ")


@pytest.mark.parametrize(
    ("held", "pair"),
    [
        (("AT", "GA"), ("AT", "GA")),
        (("AT", "GZ"), ("AT", "GZ")),
        (("AT", "GY"), ("AT", "GY")),
        (("KX", "GA"), ("KX", "GA")),
        (("GA", "GZ"), ("GA", "GZ")),
        (("GP", "59", "XU"), ("59", "XU")),
        (("XE", "XS"), ("XE", "XS")),
        (("GP", "KX", "59"), None),
        ((), None),
    ],
)
def test_some_modifiers_exclude_each_other(
    held: tuple[str, ...], pair: tuple[str, str] | None
) -> None:
    assert exclude_each_other(held) == pair


def test_every_modifier_rule_is_in_the_tuple_once() -> None:
    assert [rule.__name__ for rule in MODIFIER_RULES] == [
        "reduced", "assistant", "office_visit", "distinct_service", "telehealth", "plan_of_care",
        "threshold", "chiropractic",
    ]  # fmt: skip


def test_a_procedure_may_be_telehealth_too() -> None:
    far = [{"code": "97161", "telehealth": True}, {"code": "97012", "telehealth": True}]

    answer = medicare("PT", procedures=far)

    assert shown(answer) == ["97012-GP x1", "97161-95-GP x1"]
    assert texts(answer, "modifiers.hands-on-telehealth") == [
        "97012 is hands-on and cannot be given by telehealth."
    ]
