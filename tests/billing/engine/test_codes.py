"""Which code an entry counts for, and what is said of a code that cannot be billed."""

from datetime import date
from typing import Any

import pytest

from billing.engine.derive import derive
from billing.engine.presets import PresetLibrary
from billing.engine.tables import starter_tables
from billing.engine.types import Block, Day
from tests.billing.engine.asking import ask, block, rules, shown, texts, unbilled

FREE = {"policy": "self-pay"}


def technique(key: str, **rest: Any) -> Any:
    return ask({**FREE, "blocks": [{"technique": key, "minutes": 15, **rest}]})


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("joint_mobilization", "97140"), ("joint_manipulation", "97140"),
        ("soft_tissue_mobilization", "97140"), ("myofascial_release", "97140"),
        ("trigger_point_release", "97140"), ("manual_traction", "97140"),
        ("manual_lymphatic_drainage", "97140"), ("massage_effleurage", "97124"),
        ("massage_petrissage", "97124"), ("massage_tapotement", "97124"),
        ("therapeutic_exercise", "97110"), ("neuromuscular_reeducation", "97112"),
        ("aquatic_exercise", "97113"), ("gait_training", "97116"),
        ("therapeutic_activities", "97530"), ("self_care_training", "97535"),
        ("ultrasound", "97035"), ("attended_estim", "97032"), ("unattended_estim", "G0283"),
        ("hot_cold_pack", "97010"), ("mechanical_traction", "97012"), ("group_therapy", "97150"),
        ("dry_needling", "20560"), ("dry_needling_three_or_more", "20561"),
        ("performance_test", "97750"), ("orthotic_training", "97760"),
    ],
)  # fmt: skip
def test_a_technique_implies_its_code(key: str, code: str) -> None:
    answer = technique(key)

    assert [line["code"] for line in answer["lines"]] == [code]
    assert answer["findings"] == []


def test_a_technique_is_read_with_hyphens_spaces_and_capitals() -> None:
    assert shown(technique("Joint-Mobilization")) == shown(technique("joint mobilization"))


def test_massage_charted_as_manual_therapy_is_named() -> None:
    answer = ask({**FREE, "blocks": [
        {"technique": "massage_petrissage", "code": "97140", "minutes": 8, "regions": ["knee"]},
        {"technique": "massage_petrissage", "code": "97140", "minutes": 8, "regions": ["knee"]},
        {"technique": "rest", "code": "97110", "minutes": 15},
        {"technique": "flexion_distraction", "code": "98940", "regions": ["lumbar"], "minutes": 5},
        {"technique": "flexion_distraction", "code": "97012", "minutes": 5}]})  # fmt: skip

    assert [(f["text"], f["blocks"]) for f in answer["findings"]] == [
        ("Flexion-distraction is CMT, but is charted as 97012.", ["b5"]),
        ("Massage: kneading is 97124, but is charted as 97140.", ["b1", "b2"]),
        ("Rest has no code of its own, but is charted as 97110.", ["b3"]),
        ("97140 is distinct from 98940 by region but has no diagnosis of its own; point it at one "
         "for the region treated.", ["b1", "b2"]),
    ]  # fmt: skip
    assert {finding["level"] for finding in answer["findings"]} == {"warn"}


def adjusted(code: str, *regions: str) -> Any:
    return ask({**FREE, "procedures": [{"code": code, "regions": list(regions)}]})


@pytest.mark.parametrize(
    ("regions", "lines"),
    [
        (["lumbar"], ["98940 x1"]),
        (["lumbar", "sacral"], ["98940 x1"]),
        (["lumbar", "sacral", "pelvic"], ["98941 x1"]),
        (["lumbar", "sacral", "pelvic", "thoracic"], ["98941 x1"]),
        (["lumbar", "sacral", "pelvic", "thoracic", "cervical"], ["98942 x1"]),
        (["cervical_upper", "cervical_lower", "atlanto_occipital"], ["98940 x1"]),
        (["shoulder"], ["98943 x1"]),
        (["shoulder", "knee", "ribs", "tmj", "abdomen"], ["98943 x1"]),
        (["lumbar", "shoulder"], ["98940 x1", "98943 x1"]),
        (["upper_trapezius"], ["98940 x1"]),
    ],
)
def test_the_level_of_an_adjustment_follows_the_regions(
    regions: list[str], lines: list[str]
) -> None:
    answer = adjusted("CMT", *regions)

    assert shown(answer) == lines
    assert answer["findings"] == []


def test_the_level_is_explained() -> None:
    answer = adjusted("CMT", "lumbar", "cervical", "thoracic", "knee")

    assert [line["reasons"][0]["text"] for line in answer["lines"]] == [
        "3 spinal regions adjusted (cervical, lumbar and thoracic): 98941.",
        "Lower extremity adjusted outside the spine: 98943, once.",
    ]
    assert adjusted("OMT", "knee")["lines"][0]["reasons"][0]["text"] == (
        "1 body region treated on the day (lower extremity): 98925."
    )


@pytest.mark.parametrize(
    ("count", "code"),
    [(1, "98925"), (2, "98925"), (3, "98926"), (4, "98926"), (5, "98927"), (6, "98927"),
     (7, "98928"), (8, "98928"), (9, "98929"), (10, "98929")],
)  # fmt: skip
def test_the_level_of_osteopathic_treatment_follows_the_regions(count: int, code: str) -> None:
    regions = ["head", "cervical", "thoracic", "lumbar", "sacral", "pelvic", "rib_cage", "abdomen",
               "upper_extremity", "lower_extremity"]  # fmt: skip

    answer = adjusted("OMT", *regions[:count])

    assert shown(answer) == [f"{code} x1"]
    assert answer["findings"] == []


def test_all_of_a_days_adjustments_are_one_code() -> None:
    answer = ask({**FREE, "procedures": [
        {"code": "CMT", "regions": ["lumbar"], "minutes": 5},
        {"code": "CMT", "regions": ["cervical", "thoracic", "knee"], "minutes": 6},
        {"code": "CMT", "regions": ["shoulder"], "minutes": 2}]})  # fmt: skip

    assert [(line["code"], line["minutes"]) for line in answer["lines"]] == [
        ("98941", 11), ("98943", 2),
    ]  # fmt: skip


def test_an_adjustment_joins_the_code_already_charted() -> None:
    low = block("CMT", "09:00", "09:10", regions=["lumbar", "sacral", "pelvic"])

    answer = ask(
        {**FREE, "blocks": [low], "procedures": [{"code": "98940", "regions": ["cervical"]}]}
    )

    assert shown(answer) == ["98940 x1"]
    assert [r["rule"] for r in answer["lines"][0]["reasons"]] == ["units.untimed"]
    assert answer["findings"][0]["text"] == (
        "The regions charted (cervical, lumbar, pelvic and sacral) call for 98941, not for 98940."
    )
    more = {"code": "OMT", "regions": ["lumbar", "cervical"]}
    omt = ask({**FREE, "procedures": [{"code": "98926", "regions": ["head"]}, more]})
    assert shown(omt) == ["98926 x1"]
    assert omt["lines"][0]["reasons"][0]["rule"] == "units.untimed"


def test_an_adjustment_outside_the_spine_has_no_minutes_of_its_own_beside_one_of_the_spine() -> (
    None
):
    answer = ask({**FREE, "procedures": [
        block("CMT", "09:00", "09:08", regions=["lumbar", "knee"]),
        block("CMT", "09:04", "09:12", regions=["shoulder"])]})  # fmt: skip

    assert [(line["code"], line["minutes"]) for line in answer["lines"]] == [
        ("98940", 8), ("98943", 8),
    ]  # fmt: skip
    assert answer["treatment_minutes"] == 12


def test_a_code_that_is_not_known_stands_beside_an_adjustment() -> None:
    answer = ask({**FREE, "procedures": [{"code": "97001"}, {"code": "CMT", "regions": ["hip"]}]})

    assert shown(answer) == ["98943 x1"]


def test_flexion_distraction_is_an_adjustment() -> None:
    answer = technique("flexion_distraction", regions=["lumbar"])

    assert shown(answer) == ["98940 x1"]
    assert answer["lines"][0]["minutes"] == 15


@pytest.mark.parametrize("code", ["CMT", "OMT"])
def test_an_adjustment_without_regions_has_no_code(code: str) -> None:
    answer = ask({**FREE, "procedures": [{"code": code, "id": "p", "minutes": 5}]})

    said = f"{code} without body regions has no code; chart the regions treated."
    assert answer["lines"] == []
    assert answer["unbilled"] == [
        {"code": code, "minutes": 5, "blocks": ["p"], "rule": "codes.regions-missing", "text": said}
    ]
    assert answer["findings"] == [
        {"level": "warn", "rule": "codes.regions-missing", "text": said, "blocks": ["p"]}
    ]


@pytest.mark.parametrize(
    ("code", "regions", "said"),
    [
        ("98941", ["lumbar"], "The regions charted (lumbar) call for 98940, not for 98941."),
        ("98940", ["knee"], "The regions charted (lower extremity) call for 98943, not for 98940."),
        ("98943", ["lumbar"], "The regions charted (lumbar) call for 98940, not for 98943."),
        ("98925", ["lumbar", "head", "pelvic"],
         "The regions charted (head, lumbar and pelvic) call for 98926, not for 98925."),
        ("98942", [], "The regions of 98942 are not charted; its level depends on them."),
    ],
)  # fmt: skip
def test_a_level_that_the_regions_do_not_carry_is_named(
    code: str, regions: list[str], said: str
) -> None:
    answer = adjusted(code, *regions)

    assert shown(answer) == [f"{code} x1"]
    assert [finding["text"] for finding in answer["findings"]] == [said]


@pytest.mark.parametrize(
    ("code", "regions"),
    [("98940", ["lumbar", "knee"]), ("98943", ["knee", "lumbar"]), ("98926", ["head", "knee", "hip",
     "lumbar"]), ("97012", [])],
)  # fmt: skip
def test_a_level_that_fits_is_not_named(code: str, regions: list[str]) -> None:
    assert adjusted(code, *regions)["findings"] == []


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("97001", "97001 ended on 2016-12-31; a PT evaluation is 97161 to 97163 by complexity."),
        ("97762", "97762 ended on 2017-12-31; follow-up of an orthosis or prosthesis is 97763."),
        ("97410", "97410 is a misprint; manual therapy is 97140."),
        ("97350", "97350 never was a code; therapeutic activities are 97530."),
    ],
)
def test_a_code_that_ended_or_never_was_is_not_billed_and_its_successor_named(
    code: str, said: str
) -> None:
    answer = ask({**FREE, "blocks": [{"code": code, "minutes": 20}]})

    assert answer["lines"] == []
    assert answer["timed_minutes"] == 0
    assert answer["unbilled"] == [
        {"code": code, "minutes": 20, "blocks": ["b1"], "rule": "codes.replaced", "text": said}
    ]
    assert answer["findings"] == [
        {"level": "block", "rule": "codes.replaced", "text": said, "blocks": ["b1"]}
    ]


def test_a_code_is_billed_until_it_ended() -> None:
    last = ask({**FREE, "date": "2016-12-31", "procedures": [{"code": "97001"}]})
    late = ask({**FREE, "date": "2017-01-01", "procedures": [{"code": "97001"}]})

    assert (shown(last), shown(late)) == (["97001 x1"], [])
    assert texts(last, "codes.replaced") == []
    assert unbilled(late) == {"97001 codes.replaced": 0}


def test_a_code_is_not_billed_before_it_began() -> None:
    early = ask({**FREE, "date": "2016-12-31", "procedures": [{"code": "97161"}]})
    first = ask({**FREE, "date": "2017-01-01", "procedures": [{"code": "97161"}]})

    assert texts(early, "codes.not-yet-valid")[0] == (
        "97161 began on 2017-01-01, after this visit."
    )
    assert (shown(early), shown(first)) == ([], ["97161 x1"])


def test_the_payers_list_for_a_licence_blocks_and_takes_nothing_away() -> None:
    blocks = [{"code": "97110", "minutes": 15}, {"code": "97124", "minutes": 15}]

    answer = ask({"clinician": {"discipline": "MT"}, "blocks": blocks})

    assert shown(answer) == ["97110 x1", "97124 x1"]
    assert answer["findings"][0] == {
        "level": "block", "rule": "codes.allow-list", "blocks": [],
        "text": "97110 by MT: this payer takes only 97010, 97124 and 97140 from that licence.",
    }  # fmt: skip
    assert "codes.allow-list" not in rules(
        ask({"clinician": {"discipline": "PT"}, "blocks": blocks})
    )
    medicare = ask({"policy": "medicare", "clinician": {"discipline": "MT"}, "blocks": blocks[1:]})
    assert texts(medicare, "codes.allow-list") == [
        "97124 by MT: this payer takes no code from that licence."
    ]
    assert "codes.allow-list" not in rules(
        ask({**FREE, "clinician": {"discipline": "MT"}, "blocks": blocks})
    )


def test_an_add_on_code_needs_its_base() -> None:
    alone = ask({**FREE, "blocks": [{"code": "97130", "minutes": 15}]})
    beside = ask({**FREE, "blocks": [{"code": "97129", "minutes": 15},
                                     {"code": "97130", "minutes": 15}]})  # fmt: skip

    assert texts(alone, "codes.add-on") == ["97130 is an add-on to 97129, not billed here."]
    assert texts(beside, "codes.add-on") == []
    assert texts(ask({**FREE, "procedures": [{"code": "97811"}]}), "codes.add-on") == [
        "97811 is an add-on to 97810 or 97813, not billed here."
    ]


def test_a_code_outside_the_list_is_kept_and_not_billed() -> None:
    """A chart may hold one: only the command refuses it when it reads."""
    policy = PresetLibrary().find("commercial", date(2026, 3, 2))
    day = Day("v", date(2026, 3, 2), blocks=(Block("b", "12345", 0, 900),))

    result = derive(day, policy, starter_tables())

    assert (result.lines, [(part.code, part.minutes, part.rule) for part in result.unbilled]) == (
        (), [("12345", 15, "codes.unknown")],
    )  # fmt: skip
    assert result.unbilled[0].text == (
        "12345 is not in the code list; check it, or add it to the list."
    )
