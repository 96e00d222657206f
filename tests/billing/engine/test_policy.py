"""A payer's rules as JSON: whole, clear where refused, and back again."""

import re
from datetime import date
from typing import Any

import pytest

from billing.engine.policy import FIELDS, policy_from_wire, policy_to_wire, with_overrides
from billing.engine.presets import PresetLibrary, preset, preset_versions
from billing.engine.reading import BadInput
from billing.engine.types import Cap, Edits, Overlay
from tests.billing.engine.asking import ask, rules, shown, texts

MEDICARE = preset("medicare", on=date(2026, 3, 2))
WIRE = policy_to_wire(MEDICARE)
PAIR = {"column1": "97140", "column2": "97530", "indicator": 1, "ground": "time"}


def changed(**values: Any) -> dict[str, Any]:
    return {**WIRE, **values}


def refusal(**values: Any) -> str:
    with pytest.raises(BadInput) as refused:
        policy_from_wire(changed(**values))
    return str(refused.value)


def test_a_policy_has_exactly_the_documented_fields() -> None:
    assert list(WIRE) == list(FIELDS) == [
        "unit_rule", "tie_break", "edits", "overlays", "distinct_modifier", "modifier_line", "cap",
        "daily_limits", "plan_modifier", "assistant_modifier", "threshold_modifier",
        "chiropractic", "cmt_with_97140", "never_paid_together", "code_allow_list",
        "traction_visit_limit", "modifier_order", "documentation",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "version", [v for versions in preset_versions().values() for v in versions],
    ids=lambda version: version.policy.version,
)  # fmt: skip
def test_every_preset_goes_out_and_comes_back(version: Any) -> None:
    wire = policy_to_wire(version.policy)

    assert policy_from_wire(wire, version=version.policy.version) == version.policy
    assert policy_to_wire(policy_from_wire(wire)) == wire


def test_every_kind_of_value_comes_back() -> None:
    policy = policy_from_wire(
        changed(
            version="own@1",
            edits={"source": "ncci-hospital", "as_of": "2019-12-31"},
            overlays=[PAIR],
            cap={"basis": "codes", "limit": 4},
            never_paid_together=[["97140", "97530"]],
            code_allow_list={"MT": ["97140", "97124", "97140"]},
            traction_visit_limit=None,
            documentation={"pairs.unproven": "block", "limits.mue": "off"},
            tie_break=[],
        )
    )

    assert policy.version == "own@1"
    assert policy.edits == Edits("ncci-hospital", date(2019, 12, 31))
    assert policy.overlays == (Overlay("97140", "97530", 1, "time"),)
    assert policy.cap == Cap("codes", 4)
    assert policy.never_paid_together == (("97140", "97530"),)
    assert policy.code_allow_list == {"MT": ("97124", "97140")}
    assert policy.documentation == {"limits.mue": "off", "pairs.unproven": "block"}
    assert (policy.traction_visit_limit, policy.tie_break) == (None, ())
    wire = policy_to_wire(policy)
    assert wire["edits"] == {"source": "ncci-hospital", "as_of": "2019-12-31"}
    assert policy_from_wire(wire, version="own@1") == policy


def test_a_policy_without_a_version_is_custom() -> None:
    assert policy_from_wire(WIRE).version == "custom"


REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({"extra": 1}, "policy has an unknown key"),
    ({"version": ""}, 'policy.version must be a text that is not empty, not "".'),
    ({"unit_rule": "CMS"}, 'policy.unit_rule is "CMS"; write cms, ama or full15.'),
    ({"tie_break": "more-minutes"}, 'policy.tie_break must be a list, not "more-minutes".'),
    ({"tie_break": ["fee"]}, 'policy.tie_break has an unknown tie break "fee"; known: '
     "more-minutes, no-unit-yet, first-performed."),
    ({"tie_break": ["no-unit-yet", "no-unit-yet"]}, "policy.tie_break names no-unit-yet twice; "
     "name each tie break once."),
    ({"edits": None}, "policy.edits must be an object, not null."),
    ({"edits": {"source": "ncci"}}, 'policy.edits.source is "ncci"; write ncci-practitioner, '
     "ncci-hospital, ncci-medicaid, ncci-medicaid-hospital or none."),
    ({"edits": {"source": "none", "asof": 1}}, 'policy.edits has an unknown key "asof"; known: '
     "source, as_of."),
    ({"edits": {"source": "none", "as_of": "2019"}}, 'policy.edits.as_of is "2019"; write a date '
     "as YYYY-MM-DD."),
    ({"overlays": [{**PAIR, "column2": "97140"}]}, "policy.overlays[0] names 97140 in both "
     "columns; a pair needs two codes."),
    ({"overlays": [PAIR, {**PAIR, "column1": "97530", "column2": "97140"}]},
     "policy.overlays names the pair 97530 and 97140 twice; keep one row for a pair."),
    ({"overlays": [{**PAIR, "indicator": 2}]}, "policy.overlays[0].indicator is 2; write a whole "
     "number from 0 to 1."),
    ({"overlays": [{**PAIR, "indicator": True}]}, "policy.overlays[0].indicator is true; write a "
     "whole number from 0 to 1."),
    ({"overlays": [{**PAIR, "ground": "place"}]}, 'policy.overlays[0].ground is "place"; write '
     "time or region."),
    ({"overlays": [{**PAIR, "column1": "9714"}]}, 'policy.overlays[0].column1 is "9714"; write a '
     "procedure code of five characters."),
    ({"overlays": [{**PAIR, "column2": None}]}, "policy.overlays[0].column2 is null; write a "
     "procedure code of five characters."),
    ({"overlays": [{**PAIR, "note": ""}]}, 'policy.overlays[0] has an unknown key "note"; known: '
     "column1, column2, indicator, ground."),
    ({"overlays": [5]}, "policy.overlays[0] must be an object, not 5."),
    ({"overlays": [PAIR] * 501}, "policy.overlays holds 501 entries; at most 500 are read."),
    ({"distinct_modifier": 59}, "policy.distinct_modifier is 59; write 59 or X."),
    ({"modifier_line": "both"}, 'policy.modifier_line is "both"; write column2 or column1.'),
    ({"cap": {"basis": "units", "limit": -1}}, "policy.cap.limit is -1; write a whole number from "
     "1 to 100."),
    ({"cap": {"basis": "units", "limit": 0}}, "policy.cap.limit is 0; write a whole number from 1 "
     "to 100."),
    ({"cap": {"basis": "units", "limit": 101}}, "policy.cap.limit is 101; write a whole number "
     "from 1 to 100."),
    ({"cap": {"basis": "lines", "limit": 4}}, 'policy.cap.basis is "lines"; write units or codes.'),
    ({"cap": {"basis": "units", "limit": 4, "per": "day"}}, 'policy.cap has an unknown key "per"; '
     "known: basis, limit."),
    ({"cap": 4}, "policy.cap must be an object, not 4."),
    ({"daily_limits": True}, "policy.daily_limits is true; write mue or none."),
    ({"plan_modifier": "GP"}, 'policy.plan_modifier must be true or false, not "GP".'),
    ({"assistant_modifier": None}, "policy.assistant_modifier must be true or false, not null."),
    ({"threshold_modifier": 1}, "policy.threshold_modifier must be true or false, not 1."),
    ({"chiropractic": "bcbs"}, 'policy.chiropractic is "bcbs"; write medicare or none.'),
    ({"cmt_with_97140": "never"}, 'policy.cmt_with_97140 is "never"; write separate-region, deny '
     "or attach-records."),
    ({"never_paid_together": [["97140"]]}, "policy.never_paid_together[0] must name two different "
     "codes."),
    ({"never_paid_together": [["97140", "97140"]]}, "policy.never_paid_together[0] must name two "
     "different codes."),
    ({"never_paid_together": [["97140", "97530", "97110"]]}, "policy.never_paid_together[0] holds "
     "3 entries; at most 2 are read."),
    ({"never_paid_together": ["97140"]}, 'policy.never_paid_together[0] must be a list, not '
     '"97140".'),
    ({"code_allow_list": {"LMT": []}}, 'policy.code_allow_list has an unknown key "LMT"; known: '
     "PT, OT, SLP, DC, DO, MT."),
    ({"code_allow_list": {"MT": "97124"}},
     'policy.code_allow_list.MT must be a list, not "97124".'),
    ({"code_allow_list": {"MT": ["massage"]}}, 'policy.code_allow_list.MT is "massage"; write a '
     "procedure code of five characters."),
    ({"traction_visit_limit": 0}, "policy.traction_visit_limit is 0; write a whole number from 1 "
     "to 999."),
    ({"modifier_order": ["59", "ZZ"]}, 'policy.modifier_order has an unknown modifier "ZZ"; known: '
     "22, 24, 52, CQ, CO, 25, 57, 59, XE, XS, XP, XU, 51, 76, 77, 95, GT, GP, GO, GN, KX, AT, GA, "
     "GX, GY, GZ, 96, 97, LT, RT."),
    ({"modifier_order": ["59", "59"]}, "policy.modifier_order names 59 twice; name each modifier "
     "once."),
    ({"documentation": {"pairs.unprovn": "block"}}, 'policy.documentation names "pairs.unprovn", '
     "which is no rule; docs/rules.md lists them."),
    ({"documentation": {"pairs.unproven": "stop"}},
     'policy.documentation.pairs.unproven is "stop"; write block, warn, info or off.'),
    ({"documentation": []}, "policy.documentation must be an object, not a list."),
]  # fmt: skip


@pytest.mark.parametrize(("values", "sentence"), REFUSALS, ids=lambda value: str(value)[:50])
def test_a_wrong_value_is_refused_with_a_sentence(values: dict[str, Any], sentence: str) -> None:
    said = refusal(**values)

    assert said == sentence or (sentence.endswith("key") and said.startswith(sentence))


def test_a_field_that_is_left_out_is_not_assumed() -> None:
    partial = {name: value for name, value in WIRE.items() if name not in ("cap", "edits")}

    with pytest.raises(BadInput) as refused:
        policy_from_wire(partial)

    assert str(refused.value) == ("policy lacks edits, cap; give every field, or a preset's key.")


def test_overrides_replace_fields_and_are_named_in_the_version() -> None:
    changed = with_overrides(MEDICARE, {"cap": None, "unit_rule": "ama"})

    assert changed.version == "medicare@2026-01-01+unit_rule+cap"
    assert (changed.unit_rule, changed.plan_modifier) == ("ama", True)
    assert with_overrides(MEDICARE, {}) is MEDICARE


def test_the_command_takes_a_whole_policy_and_overrides() -> None:
    blocks = [{"code": "97110", "minutes": 10}, {"code": "97112", "minutes": 10}]

    whole = ask({"policy": changed(plan_modifier=False), "blocks": blocks})
    over = ask({"policy": "self-pay", "policy_overrides": {"unit_rule": "cms"}, "blocks": blocks})
    null = ask({"policy": "self-pay", "policy_overrides": None, "blocks": blocks})

    assert (whole["policy"], shown(whole)) == ("custom", ["97110 x1"])
    assert (over["policy"], shown(over)) == ("self-pay@2000-04-01+unit_rule", ["97110 x1"])
    assert (null["policy"], shown(null)) == ("self-pay@2000-04-01", ["97110 x1", "97112 x1"])


def test_the_payer_sets_the_level_of_a_finding() -> None:
    visit = {"blocks": [{"code": "97140", "minutes": 15}, {"code": "97124", "minutes": 15}]}

    def levels(**documentation: str) -> list[tuple[str, str]]:
        answer = ask({**visit, "policy_overrides": {"documentation": documentation}})
        return [(finding["level"], finding["rule"]) for finding in answer["findings"]]

    assert levels() == [("warn", "pairs.not-payable"), ("info", "tables.edition")]
    assert levels(**{"tables.edition": "block"}) == [
        ("block", "tables.edition"), ("warn", "pairs.not-payable"),
    ]  # fmt: skip
    assert levels(**{"pairs.not-payable": "off"}) == [("info", "tables.edition")]


def test_the_nine_presets_are_there() -> None:
    assert list(preset_versions()) == [
        "medicare", "medicaid", "tricare", "uhc", "aetna", "commercial", "commercial-legacy-edits",
        "workers-comp", "self-pay",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "day", "version"),
    [
        ("medicare", date(2026, 3, 2), "medicare@2026-01-01"),
        ("medicare", date(2026, 1, 1), "medicare@2026-01-01"),
        ("medicare", date(2025, 12, 31), "medicare@2022-01-01"),
        ("medicare", date(2019, 12, 31), "medicare@2000-04-01"),
        ("uhc", date(2020, 6, 30), "uhc@2000-04-01"),
        ("uhc", date(2020, 7, 1), "uhc@2020-07-01"),
    ],
)
def test_the_version_in_force_on_the_day_answers(key: str, day: date, version: str) -> None:
    assert PresetLibrary().find(key, day).version == version


def test_a_version_keeps_what_it_does_not_change() -> None:
    before, after = (preset("uhc", on=date(2020, month, 1)) for month in (6, 7))

    assert (before.plan_modifier, after.plan_modifier) == (False, True)
    assert (before.unit_rule, after.unit_rule) == ("cms", "cms")


def test_the_presets_say_what_the_design_says() -> None:
    on = date(2026, 3, 2)
    chosen = {key: preset(key, on=on) for key in preset_versions()}

    assert {key: policy.unit_rule for key, policy in chosen.items()} == {
        "medicare": "cms", "medicaid": "cms", "tricare": "cms", "uhc": "cms", "aetna": "ama",
        "commercial": "ama", "commercial-legacy-edits": "ama", "workers-comp": "ama",
        "self-pay": "ama",
    }  # fmt: skip
    medicare = chosen["medicare"]
    assert (medicare.plan_modifier, medicare.assistant_modifier, medicare.threshold_modifier) == (
        True, True, True,
    )  # fmt: skip
    assert (medicare.daily_limits, medicare.chiropractic) == ("mue", "medicare")
    assert chosen["aetna"].cap == Cap("units", 4)
    assert chosen["aetna"].cmt_with_97140 == "attach-records"
    assert chosen["commercial-legacy-edits"].edits.as_of == date(2019, 12, 31)
    assert {key for key, policy in chosen.items() if policy.edits.source == "none"} == {
        "workers-comp", "self-pay",
    }  # fmt: skip
    assert chosen["uhc"].plan_modifier is True


def test_every_field_of_every_version_has_a_source_and_a_confidence() -> None:
    for versions in preset_versions().values():
        for version in versions:
            assert set(version.facts) == set(FIELDS)
            for fact in version.facts.values():
                assert fact.source
                assert fact.confidence in {"A", "B", "C", "M", "-"}
            assert version.policy.version == f"{version.key}@{version.starts_on}"
            assert version.checked_on == date(2026, 11, 22)
            assert version.label


def test_a_source_of_the_two_best_confidences_can_be_looked_up() -> None:
    """Official text that was read, and a professional body's word, are where somebody can go."""
    unlinked = [
        f"{version.policy.version}: {name}"
        for versions in preset_versions().values()
        for version in versions
        for name, fact in version.facts.items()
        if fact.confidence in {"A", "B"} and not re.fullmatch(r"https://[^\s/]+/\S*", fact.link)
    ]

    assert unlinked == []


def test_a_finding_of_the_engine_is_a_known_rule() -> None:
    answer = ask({"policy": "medicare", "diagnoses": ["neck"],
                  "blocks": [{"code": "97140", "minutes": 15, "telehealth": True}]})  # fmt: skip

    everything = dict.fromkeys(rules(answer), "info")
    again = ask({"policy": "medicare", "diagnoses": ["neck"],
                 "policy_overrides": {"documentation": everything},
                 "blocks": [{"code": "97140", "minutes": 15, "telehealth": True}]})  # fmt: skip
    assert sorted(rules(again)) == sorted(rules(answer))
    assert texts(again, "diagnoses.shape") == ["neck does not look like an ICD-10-CM code."]
