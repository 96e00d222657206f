"""Which minutes count, and what is said of those that do not."""

from typing import Any

import pytest

from tests.billing.engine.asking import ask, block, shown, texts, unbilled, units

FREE = {"policy": "self-pay"}
CMS = {"policy": "self-pay", "policy_overrides": {"unit_rule": "cms"}}


def minutes(answer: dict[str, Any]) -> dict[str, int]:
    return {line["code"]: line["minutes"] for line in answer["lines"]}


def free(*blocks: dict[str, Any], **rest: Any) -> dict[str, Any]:
    """Asked under a policy that counts each code alone and edits nothing."""
    return ask({**FREE, "blocks": list(blocks), **rest})


def test_an_overlap_is_counted_once_for_the_earlier_block_and_named() -> None:
    answer = ask(
        {**CMS, "blocks": [block("97140", "09:10", "09:30"), block("97110", "09:00", "09:20")]}
    )

    assert answer["timed_minutes"] == answer["treatment_minutes"] == 30
    assert minutes(answer) == {"97110": 20, "97140": 10}
    assert unbilled(answer) == {"97140 minutes.overlap": 10}
    said = (
        "97140 09:10–09:30 overlaps 97110 09:00–09:20 from 09:10 to 09:20: 10 minutes counted "
        "once, for the one that began first."
    )
    assert texts(answer, "minutes.overlap") == [said, said]
    assert answer["findings"] == [
        {"level": "warn", "rule": "minutes.overlap", "text": said, "blocks": ["b2", "b1"]}
    ]
    assert answer["unbilled"][0]["blocks"] == ["b1"]


def test_a_block_inside_another_loses_everything() -> None:
    answer = free(block("97110", "09:00", "09:30"), block("97140", "09:10", "09:20"))

    assert minutes(answer) == {"97110": 30}
    assert unbilled(answer) == {"97140 minutes.overlap": 10, "97140 units.ama-midpoint": 0}


def test_blocks_that_only_touch_do_not_overlap() -> None:
    answer = free(block("97110", "09:00", "09:15"), block("97140", "09:15", "09:30"))

    assert minutes(answer) == {"97110": 15, "97140": 15}
    assert (answer["unbilled"], answer["findings"]) == ([], [])


def test_a_third_block_is_measured_against_the_longest_before_it() -> None:
    answer = free(
        block("97110", "09:00", "09:40"),
        block("97112", "09:05", "09:10"),
        block("97140", "09:30", "09:55"),
    )

    assert minutes(answer) == {"97110": 40, "97140": 15}
    assert unbilled(answer)["97140 minutes.overlap"] == 10
    assert "97140 09:30–09:55 overlaps 97110 09:00–09:40 from 09:30 to 09:40: 10 minutes" in (
        "".join(texts(answer, "minutes.overlap"))
    )


def test_where_two_begin_together_the_shorter_one_is_credited_first() -> None:
    answer = free(block("97110", "09:00", "09:30"), block("97140", "09:00", "09:10"))

    assert minutes(answer) == {"97110": 20, "97140": 10}


def test_where_two_are_at_the_same_time_the_lower_code_is_credited() -> None:
    pair = [block("97140", "09:00", "09:20"), block("97110", "09:00", "09:20")]

    assert minutes(free(*pair)) == minutes(free(*pair[::-1])) == {"97110": 20}


def test_a_block_that_continues_an_earlier_one_keeps_its_claim() -> None:
    """Split at 09:10, where the other one begins, the first stretch is still the earlier."""
    answer = free(
        block("97530", "09:00", "09:10"),
        block("97530", "09:10", "09:20"),
        block("97140", "09:10", "09:30"),
    )

    assert minutes(answer) == {"97140": 10, "97530": 20}
    assert texts(answer, "minutes.overlap")[0] == (
        "97140 09:10–09:30 overlaps 97530 09:00–09:20 from 09:10 to 09:20: 10 minutes counted "
        "once, for the one that began first."
    )


def test_the_same_block_twice_is_one_stretch() -> None:
    answer = free(block("97140", "09:00", "09:20"), block("97140", "09:10", "09:31"))

    assert minutes(answer) == {"97140": 31}
    assert unbilled(answer) == {"97140 minutes.overlap": 10}
    assert texts(answer, "minutes.overlap")[0] == (
        "Entries of 97140 09:00–09:31 overlap one another by 10 minutes; counted once."
    )


def test_split_episodes_add_up() -> None:
    answer = free(
        block("97140", "09:00", "09:08"),
        block("97110", "09:08", "09:20"),
        block("97140", "09:20", "09:27"),
    )

    assert minutes(answer) == {"97110": 12, "97140": 15}
    assert [line["blocks"] for line in answer["lines"]] == [["b2"], ["b1", "b3"]]


def test_seconds_are_summed_per_code_and_floored() -> None:
    answer = free(block("97140", "09:00:00", "09:03:50"), block("97140", "09:10:00", "09:14:09"))

    assert unbilled(answer) == {"97140 units.ama-midpoint": 7}
    assert answer["timed_minutes"] == 7

    answer = free(block("97140", "09:00:00", "09:03:50"), block("97140", "09:10:00", "09:14:10"))

    assert minutes(answer) == {"97140": 8}


def test_an_overlap_of_seconds_is_said_exactly() -> None:
    answer = free(block("97110", "09:00", "09:20:30"), block("97140", "09:20", "09:40"))

    assert minutes(answer) == {"97110": 20, "97140": 19}
    assert unbilled(answer) == {"97140 minutes.overlap": 1}
    assert texts(answer, "minutes.overlap")[0] == (
        "97140 09:20–09:40 overlaps 97110 09:00–09:20:30 from 09:20 to 09:20:30: 0.5 minutes "
        "counted once, for the one that began first."
    )


def test_a_single_minute_is_said_in_the_singular() -> None:
    answer = free(block("97110", "09:00", "09:21"), block("97140", "09:20", "09:40"))

    assert "from 09:20 to 09:21: 1 minute counted once" in texts(answer, "minutes.overlap")[0]


def test_group_minutes_are_not_one_on_one() -> None:
    answer = free(block("97110", "09:00", "09:30"), block("97150", "09:10", "09:20", id="g"))

    assert minutes(answer) == {"97110": 20, "97150": 10}
    assert answer["timed_minutes"] == 20
    assert answer["treatment_minutes"] == 30
    assert unbilled(answer) == {"97110 minutes.not-one-on-one": 10}
    assert texts(answer, "minutes.not-one-on-one")[0] == (
        "10 minutes of 97110 09:00–09:30 ran beside 97150 09:10–09:20: not one-on-one."
    )


def test_a_group_that_is_a_procedure_without_an_id_is_named_by_its_code() -> None:
    answer = free(block("97110", "09:00", "09:30"), procedures=[block("97150", "09:10", "09:25")])

    assert texts(answer, "minutes.not-one-on-one")[0] == (
        "15 minutes of 97110 09:00–09:30 ran beside 97150 09:10–09:25: not one-on-one."
    )


def test_rest_inside_a_block_is_taken_out_and_kept_apart() -> None:
    answer = free(
        block("97110", "09:00", "09:30"),
        {"technique": "rest", "start": "09:10", "end": "09:16"},
        {"technique": "documentation", "start": "09:30", "end": "09:40"},
    )

    assert minutes(answer) == {"97110": 24}
    assert answer["timed_minutes"] == answer["treatment_minutes"] == 24
    assert unbilled(answer) == {
        "97110 minutes.not-one-on-one": 6,
        "None minutes.not-treatment": 6,
    } | {"None minutes.not-treatment": 6}
    assert texts(answer, "minutes.not-one-on-one")[0] == (
        "6 minutes of 97110 09:00–09:30 ran beside Rest 09:10–09:16: not one-on-one."
    )
    assert sorted(texts(answer, "minutes.not-treatment")) == [
        "10 minutes of documentation are not treatment time.",
        "6 minutes of rest are not treatment time.",
    ]


@pytest.mark.parametrize(
    "difference",
    [
        {"by": "assistant"},
        {"side": "left"},
        {"regions": ["knee"]},
        {"diagnoses": ["M54.2"]},
        {"telehealth": True},
        {"response": "better"},
        {"technique": "stretching"},
    ],
    ids=str,
)
def test_blocks_of_one_code_that_differ_in_anything_are_two_stretches(
    difference: dict[str, Any],
) -> None:
    answer = free(block("97110", "09:00", "09:20"), block("97110", "09:10", "09:30", **difference))

    assert minutes(answer) == {"97110": 30}
    technique = "technique" in difference
    name = "Stretching 09:10–09:30 (97110)" if technique else "97110 09:10–09:30"
    assert texts(answer, "minutes.overlap")[0] == (
        f"{name} overlaps 97110 09:00–09:20 from 09:10 to 09:20: 10 minutes counted once, "
        + ("as the therapist's." if "by" in difference else "for the one that began first.")
    )


def shares(*blocks: dict[str, Any]) -> list[tuple[list[str], int, int]]:
    """Modifiers, units and minutes of each line of two clinicians."""
    answer = ask({"policy": "medicare", "clinician": {"discipline": "PT"}, "blocks": list(blocks)})
    return [(line["modifiers"], line["units"], line["minutes"]) for line in answer["lines"]]


def test_what_therapist_and_assistant_give_at_once_is_the_therapists_time() -> None:
    helped = block("97110", "09:00", "09:30", by="assistant")

    assert shares(helped, block("97110", "09:00", "09:30")) == [(["GP"], 2, 30)]
    assert shares(helped, block("97110", "09:15", "09:45")) == [
        (["GP"], 2, 30),
        (["CQ", "GP"], 1, 15),
    ]
    assert shares(helped, block("97110", "08:45", "09:15")) == [
        (["GP"], 2, 30),
        (["CQ", "GP"], 1, 15),
    ]
    assert shares(helped, block("97110", "09:05", "09:10"), block("97110", "09:20", "09:25")) == [
        (["GP"], 1, 10),
        (["CQ", "GP"], 1, 20),
    ]


def test_another_code_of_the_therapist_at_once_leaves_the_assistant_the_minutes() -> None:
    helped = block("97110", "09:00", "09:15", by="assistant")

    assert shares(helped, block("97530", "09:00", "09:15")) == [(["CQ", "GP"], 1, 15)]


def test_minutes_of_both_beside_a_rest_are_neithers() -> None:
    helped = block("97110", "09:00", "09:30", by="assistant")
    rest = {"technique": "rest", "start": "09:10", "end": "09:20"}
    late = {"technique": "documentation", "start": "09:25", "end": "09:40"}

    assert shares(helped, block("97110", "09:05", "09:30"), rest) == [(["GP"], 1, 20)]
    assert shares(helped, block("97110", "09:08", "09:30"), rest, late) == [(["CQ", "GP"], 1, 15)]


def test_a_clock_is_not_compared_with_places_that_were_only_laid_out() -> None:
    answer = free({"code": "97110", "minutes": 15}, procedures=[block("97140", "00:05", "00:15")])

    assert minutes(answer) == {"97110": 15, "97140": 10}
    assert answer["unbilled"] == []


def test_losses_of_seconds_add_up_to_whole_minutes() -> None:
    rest = {"technique": "rest", "start": "09:20", "end": "09:21:30"}
    alone = free(block("97110", "09:00", "09:30"), rest)
    both = free(block("97110", "09:00", "09:10"), block("97140", "09:08:30", "09:30"), rest)

    assert minutes(alone) == {"97110": 28}
    assert unbilled(alone)["97110 minutes.not-one-on-one"] == 2
    assert minutes(both) == {"97110": 10, "97140": 18}
    assert unbilled(both) == {
        "97140 minutes.not-one-on-one": 1,
        "97140 minutes.overlap": 2,
        "None minutes.not-treatment": 1,
    }


def test_several_losses_of_one_code_are_told_in_one_entry() -> None:
    answer = free(
        block("97110", "09:00", "10:00"),
        block("97140", "09:10", "09:20", id="x9"),
        block("97140", "09:50", "10:10", id="x10"),
    )

    lost = answer["unbilled"][0]
    assert (lost["minutes"], lost["blocks"]) == (20, ["x9", "x10"])
    assert lost["text"] == (
        "97140 09:10–09:20 overlaps 97110 09:00–10:00 from 09:10 to 09:20: 10 minutes counted "
        "once, for the one that began first. 97140 09:50–10:10 overlaps 97110 09:00–10:00 from "
        "09:50 to 10:00: 10 minutes counted once, for the one that began first."
    )


def test_an_overlap_and_a_rest_in_one_block_are_told_apart() -> None:
    answer = free(
        block("97110", "09:00", "09:10"),
        block("97140", "09:05", "09:35"),
        {"technique": "rest", "start": "09:20", "end": "09:24"},
    )

    assert minutes(answer) == {"97110": 10, "97140": 21}
    assert unbilled(answer) == {
        "97140 minutes.overlap": 5,
        "97140 minutes.not-one-on-one": 4,
        "None minutes.not-treatment": 4,
    }


def test_assessment_is_treatment_time_without_a_line() -> None:
    answer = free(
        block("97110", "09:00", "09:15"),
        {"technique": "assessment", "start": "09:15", "end": "09:22"},
    )

    assert (answer["timed_minutes"], answer["treatment_minutes"]) == (15, 22)
    assert unbilled(answer) == {"None minutes.no-code": 7}
    assert texts(answer, "minutes.no-code") == [
        "7 minutes of assessment have no code of their own."
    ]
    assert answer["unbilled"][0]["code"] is None


def test_supervised_modalities_run_beside_other_work() -> None:
    answer = free(
        block("97110", "09:00", "09:20"),
        block("G0283", "09:00", "09:20"),
        block("97010", "09:05", "09:15"),
    )

    assert minutes(answer) == {"97010": 10, "97110": 20, "G0283": 20}
    assert (answer["timed_minutes"], answer["treatment_minutes"]) == (20, 20)
    assert answer["findings"] == []


def test_one_modality_twice_at_once_is_counted_once() -> None:
    answer = free(block("G0283", "09:00", "09:20"), block("G0283", "09:10", "09:30", side="left"))

    assert minutes(answer) == {"G0283": 30}
    assert unbilled(answer) == {"G0283 minutes.overlap": 10}


def test_an_evaluation_during_treatment_is_named() -> None:
    answer = free(
        block("97110", "09:00", "09:20"), procedures=[block("97161", "09:10", "09:40", id="e")]
    )

    assert minutes(answer) == {"97110": 20, "97161": 30}
    assert answer["findings"] == [
        {
            "level": "warn",
            "rule": "minutes.concurrent",
            "blocks": ["e", "b1"],
            "text": "97161 09:10–09:40 and 97110 09:00–09:20 are charted at the same time, from "
            "09:10 to 09:20.",
        }
    ]


def test_an_adjustment_after_treatment_is_no_conflict() -> None:
    answer = free(
        block("97110", "09:00", "09:20"),
        procedures=[
            block("98940", "09:20", "09:25", regions=["lumbar"]),
            {"code": "97161", "start": "09:05"},
        ],
    )

    assert "minutes.concurrent" not in [finding["rule"] for finding in answer["findings"]]


def test_a_timed_block_without_minutes_is_named() -> None:
    answer = free(block("97110", "09:00", "09:00"), procedures=[{"code": "97112"}])

    assert texts(answer, "minutes.zero") == [
        "97110 has no minutes; enter them or take it out.",
        "97112 has no minutes; enter them or take it out.",
    ]
    assert unbilled(answer) == {"97110 units.ama-midpoint": 0, "97112 units.ama-midpoint": 0}


def test_minutes_alone_follow_one_another() -> None:
    answer = ask(
        {
            "policy": "commercial-legacy-edits",
            "blocks": [{"code": "97140", "minutes": 15}, {"code": "97530", "minutes": 15}],
        }
    )

    assert shown(answer) == ["97140 x1", "97530-59 x1"]
    assert texts(answer, "pairs.time") == [
        "97140 ran minute 0 to 15, 97530 minute 15 to 30: no minute is shared, and each earns a "
        "unit by itself (edits of 2024Q3)."
    ]


def test_minutes_alone_are_laid_around_the_blocks_that_have_a_clock() -> None:
    answer = free(
        {"code": "97110", "minutes": 10},
        block("97112", "09:00", "09:10"),
        {"code": "97140", "minutes": 10},
        block("97116", "09:15", "09:30"),
    )

    assert minutes(answer) == {"97110": 10, "97112": 10, "97116": 10, "97140": 10}
    assert texts(answer, "minutes.overlap")[0].startswith(
        "97116 09:15–09:30 overlaps 97140 09:10–09:20 from 09:15 to 09:20: 5 minutes"
    )


def test_start_with_minutes_and_end_with_minutes_are_whole_times() -> None:
    answer = free(
        {"code": "97110", "start": "09:00", "minutes": 20},
        {"code": "97112", "end": "09:30", "minutes": 15},
    )

    assert minutes(answer) == {"97110": 20, "97112": 10}


def test_a_part_of_a_minute_may_be_given() -> None:
    answer = ask(
        {**FREE, "blocks": [{"code": "97110", "minutes": 7.5}, {"code": "97110", "minutes": 0.5}]}
    )

    assert minutes(answer) == {"97110": 8}


def test_procedures_without_a_place_count_for_treatment_time_only() -> None:
    answer = free(
        {"code": "97110", "minutes": 15},
        procedures=[
            {"code": "97012", "minutes": 10},
            {"code": "98940", "start": "09:00"},
            {"code": "97112", "minutes": 9},
        ],
    )

    assert (answer["timed_minutes"], answer["treatment_minutes"]) == (24, 34)
    assert minutes(answer) == {"97012": 10, "97110": 15, "97112": 9, "98940": 0}


def test_a_visit_past_midnight_is_exact() -> None:
    answer = free(
        block("97110", "2026-03-02T23:50:00-05:00", "2026-03-03T00:10:00-05:00"),
        block("97140", "2026-03-03T00:05:00-05:00", "2026-03-03T00:20:00-05:00"),
    )

    assert minutes(answer) == {"97110": 20, "97140": 10}
    assert "from 00:05 to 00:10" in texts(answer, "minutes.overlap")[0]


def test_a_clock_change_inside_a_block_neither_adds_nor_takes_an_hour() -> None:
    spring = free(
        block("97110", "2026-03-08T01:50:00-05:00", "2026-03-08T03:10:00-04:00"), date="2026-03-08"
    )
    autumn = free(
        block("97110", "2026-11-01T01:50:00-04:00", "2026-11-01T01:10:00-05:00"), date="2026-11-01"
    )

    assert minutes(spring) == minutes(autumn) == {"97110": 20}


def test_the_same_instants_in_another_zone_give_the_same_lines() -> None:
    east = [
        block("97110", "2026-03-02T09:00-05:00", "2026-03-02T09:20-05:00"),
        block("97140", "2026-03-02T09:10-05:00", "2026-03-02T09:30-05:00"),
    ]
    zulu = [
        block("97110", "2026-03-02T14:00Z", "2026-03-02T14:20Z"),
        block("97140", "2026-03-02T14:10Z", "2026-03-02T14:30Z"),
    ]

    assert ask({**FREE, "blocks": east})["lines"] == ask({**FREE, "blocks": zulu})["lines"]


@pytest.mark.parametrize("end", ["24:00", "23:59:60"])
def test_the_day_ends_at_midnight(end: str) -> None:
    answer = free(block("97110", "23:45", end))

    assert ("error" in answer) == (end != "24:00")
    assert end != "24:00" or units(answer) == {"97110": 1}
