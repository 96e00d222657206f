"""Two codes on one day: dropped, marked with proof, or left alone."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from billing.engine.derive import derive
from billing.engine.presets import PresetLibrary
from billing.engine.tables import (
    LimitRow,
    PairRow,
    Tables,
    Threshold,
    starter_tables,
    tables_from_rows,
)
from billing.engine.types import Day, Policy, Proof, Result, Stretch
from billing.engine.wire import parse_visit
from tests.billing.engine.asking import MONDAY, ask, block, rules, shown, texts, unbilled

LEGACY = {"policy": "commercial-legacy-edits"}


def cmt(*regions: str, code: str = "98940", **rest: Any) -> dict[str, Any]:
    return {"code": code, "regions": list(regions), **rest}


def hands(*regions: str, code: str = "97140", **rest: Any) -> dict[str, Any]:
    return block(code, "09:00", "09:15", regions=list(regions), **rest)


def read(visit: dict[str, Any]) -> tuple[Day, Policy]:
    return parse_visit({"date": MONDAY, "policy": "commercial", **visit}, PresetLibrary())


def billed(visit: dict[str, Any]) -> Result:
    day, policy = read(visit)
    return derive(day, policy, starter_tables())


def test_indicator_0_drops_the_column_2_code_and_says_so() -> None:
    answer = ask({"blocks": [block("97140", "09:00", "09:15"), block("97124", "09:15", "09:30")]})

    assert shown(answer) == ["97140 x1"]
    said = (
        "97124 is never billed beside 97140 on one day, and no modifier changes that (edits of "
        "2024Q3, indicator 0)."
    )
    assert answer["unbilled"] == [
        {
            "code": "97124",
            "minutes": 15,
            "blocks": ["b2"],
            "rule": "pairs.not-payable",
            "text": said,
        }
    ]
    assert answer["findings"][0] == {
        "level": "warn", "rule": "pairs.not-payable", "text": said, "blocks": ["b2"]
    }  # fmt: skip


def test_an_everyday_medicare_visit_needs_no_59() -> None:
    codes = ("97110", "97112", "97116", "97140", "97530", "97535")
    blocks = [block(code, f"09:{n * 8:02}", f"09:{n * 8 + 8:02}") for n, code in enumerate(codes)]

    answer = ask({"policy": "medicare", "clinician": {"discipline": "PT"}, "blocks": blocks})

    assert [line["modifiers"] for line in answer["lines"]] == [["GP"]] * 3
    assert not any(rule.startswith("pairs.") for rule in rules(answer))


def test_two_halves_of_a_block_are_said_as_one_stretch() -> None:
    answer = ask({**LEGACY, "blocks": [block("97140", "09:00", "09:10"),
                                       block("97140", "09:10", "09:15"),
                                       block("97530", "09:15", "09:30")]})  # fmt: skip

    assert texts(answer, "pairs.time")[0].startswith("97140 ran 09:00 to 09:15, 97530 09:15")


def test_a_proof_by_time_is_kept_beside_the_reason() -> None:
    result = billed({**LEGACY, "blocks": [block("97140", "09:00", "09:10"),
                                          block("97530", "09:10", "09:25"),
                                          block("97140", "09:25", "09:30")]})  # fmt: skip

    reason = result.lines[1].reasons[-1]
    assert result.lines[1].modifiers == ("59",)
    assert reason.text == (
        "97140 ran 09:00 to 09:10 and 09:25 to 09:30, 97530 09:10 to 09:25: no minute is shared, "
        "and each earns a unit by itself (edits of 2024Q3)."
    )
    assert reason.rule == "pairs.time"
    assert reason.proof == Proof(
        "time",
        "97140",
        "97530",
        (
            Stretch("97140", 32400, 33000),
            Stretch("97140", 33900, 34200),
            Stretch("97530", 33000, 33900),
        ),
    )


def test_an_overlap_disproves_time_however_much_is_left() -> None:
    answer = ask({**LEGACY, "blocks": [block("97140", "09:00", "09:15"),
                                       block("97530", "09:14", "09:40")]})  # fmt: skip

    assert shown(answer) == ["97140 x1"]
    assert unbilled(answer) == {"97530 minutes.overlap": 1, "97530 pairs.unproven": 25}
    assert texts(answer, "pairs.unproven")[0] == (
        "97140 and 97530 are an edited pair (edits of 2024Q3); they overlap from 09:14 to 09:15. "
        "No modifier, and 97530 is not billed."
    )


def test_a_code_that_earns_no_unit_by_itself_is_not_distinct() -> None:
    """7 minutes win the pooled unit, but not a 59."""
    answer = ask({**LEGACY, "policy_overrides": {"unit_rule": "cms"},
                  "blocks": [block("97140", "09:00", "09:33"),
                   block("97530", "09:33", "09:40")]})  # fmt: skip

    assert shown(answer) == ["97140 x2"]
    assert unbilled(answer) == {"97530 pairs.unproven": 7}
    assert texts(answer, "pairs.unproven")[0] == (
        "97140 and 97530 are an edited pair (edits of 2024Q3); the 7 minutes of 97530 earn no unit "
        "by themselves. No modifier, and 97530 is not billed."
    )


def test_a_column_1_code_that_earns_no_unit_by_itself_is_not_distinct_either() -> None:
    answer = ask({**LEGACY, "policy_overrides": {"unit_rule": "cms"}, "blocks": [
        block("97110", "09:00", "09:16"), block("97140", "09:16", "09:23"),
        block("97530", "09:23", "09:38")]})  # fmt: skip

    assert shown(answer) == ["97110 x1", "97140 x1"]
    assert texts(answer, "pairs.unproven")[0] == (
        "97140 and 97530 are an edited pair (edits of 2024Q3); the 7 minutes of 97140 earn no unit "
        "by themselves. No modifier, and 97530 is not billed."
    )


def test_dropping_a_code_takes_its_minutes_out_of_the_pool() -> None:
    """20 and 20 would be three units; without the dropped one, 20 is one."""
    answer = ask({"policy_overrides": {"unit_rule": "cms"}, "blocks": [
        block("97124", "09:00", "09:20"), block("97140", "09:20", "09:40")]})  # fmt: skip

    assert shown(answer) == ["97140 x1"]
    assert answer["timed_minutes"] == 40


def test_column_1_goes_where_it_earns_its_unit_only_with_the_minutes_of_column_2() -> None:
    answer = ask({"policy_overrides": {"unit_rule": "cms"}, "blocks": [
        block("97124", "09:00", "09:16"), block("97140", "09:16", "09:23")]})  # fmt: skip

    assert shown(answer) == ["97124 x1"]
    assert unbilled(answer) == {"97140 pairs.unproven": 7}
    assert texts(answer, "pairs.unproven")[0] == (
        "The 7 minutes of 97140 earn a unit only together with those of 97124, and the two are an "
        "edited pair (edits of 2024Q3)."
    )


def test_a_code_whose_column_1_is_dropped_itself_may_stay() -> None:
    """97763 goes beside 97760, so its overlap with 97140 does not matter any more."""
    answer = ask({"blocks": [block("97760", "09:05", "09:30"), block("97140", "09:30", "09:45"),
                             block("97763", "09:40", "10:00")]})  # fmt: skip

    assert shown(answer) == ["97140-59 x1", "97760 x2"]
    assert unbilled(answer) == {"97763 minutes.overlap": 5, "97763 pairs.not-payable": 15}


def test_times_that_are_not_charted_prove_nothing() -> None:
    answer = ask({"blocks": [block("97140", "09:00", "09:15")],
                  "procedures": [{"code": "97012", "minutes": 10}]})  # fmt: skip

    assert shown(answer) == ["97012 x1"]
    assert texts(answer, "pairs.unproven")[0] == (
        "97012 and 97140 are an edited pair (edits of 2024Q3); their times are not all charted, so "
        "nothing shows that they ran apart. No modifier, and 97140 is not billed."
    )


def test_minutes_without_a_clock_cannot_be_compared_with_a_clock() -> None:
    answer = ask({"blocks": [{"code": "97140", "minutes": 15}],
                  "procedures": [{"code": "97012", "start": "09:00", "end": "09:10"}]})  # fmt: skip

    assert shown(answer) == ["97012 x1"]
    assert "their times are not all charted" in texts(answer, "pairs.unproven")[0]


@pytest.mark.parametrize(
    ("start", "lines"),
    [("09:15", ["97012 x1", "97140-59 x1"]), ("09:14", ["97012 x1"]), ("08:30", ["97012 x1"])],
)
def test_a_start_without_an_end_proves_only_what_came_before_it(
    start: str, lines: list[str]
) -> None:
    answer = ask({"blocks": [block("97140", "09:00", "09:15")],
                  "procedures": [{"code": "97012", "start": start}]})  # fmt: skip

    assert shown(answer) == lines
    if len(lines) == 1:
        assert texts(answer, "pairs.unproven")[0] == (
            "97012 and 97140 are an edited pair (edits of 2024Q3); an end is not charted, so "
            "nothing shows that they ran apart. No modifier, and 97140 is not billed."
        )


def test_an_open_end_of_the_column_2_code_is_named_too() -> None:
    answer = ask({"blocks": [block("97140", "09:00", "09:15")],
                  "procedures": [{"code": "97018", "start": "09:10"}]})  # fmt: skip

    assert shown(answer) == ["97140 x1"]
    assert "an end is not charted" in texts(answer, "pairs.unproven")[0]


def test_an_overlap_is_said_in_the_charts_own_time_zone() -> None:
    answer = ask({"blocks": [
        block("97140", "2026-03-02T09:00-05:00", "2026-03-02T09:15-05:00"),
        block("97012", "2026-03-02T09:10-05:00", "2026-03-02T09:20-05:00")]})  # fmt: skip

    assert "they overlap from 09:10 to 09:15." in texts(answer, "pairs.unproven")[0]


def test_times_are_said_in_the_charts_own_time_zone() -> None:
    answer = ask({"blocks": [
        block("97140", "2026-03-02T09:00-05:00", "2026-03-02T09:15-05:00"),
        block("97012", "2026-03-02T09:15-05:00", "2026-03-02T09:20-05:00")]})  # fmt: skip

    assert texts(answer, "pairs.time") == [
        "97012 ran 09:15 to 09:20, 97140 09:00 to 09:15: no minute is shared, and each earns a "
        "unit by itself (edits of 2024Q3)."
    ]


def test_a_start_alone_is_said_in_the_charts_own_time_zone() -> None:
    answer = ask({"blocks": [hands("lumbar") | block(
                      "97140", "2026-03-02T09:00-05:00", "2026-03-02T09:15-05:00")],
                  "procedures": [cmt("lumbar", start="2026-03-02T16:00-05:00")]})  # fmt: skip

    assert texts(answer, "pairs.encounter") == [
        "98940 at 16:00 and 97140 at 09:00 to 09:15 are separate encounters, an hour or more "
        "apart (edits of 2024Q3)."
    ]


def test_each_adjustment_code_is_held_against_its_own_regions() -> None:
    both = cmt("lumbar", "shoulder", code="CMT", start="09:20")

    result = billed({"blocks": [hands("thoracic")], "procedures": [both]})

    assert [(line.code, line.modifiers) for line in result.lines] == [
        ("97140", ("59",)), ("98940", ()), ("98943", ()),
    ]  # fmt: skip
    proofs = [reason.proof for reason in result.lines[0].reasons if reason.proof]
    assert [(proof.column1, proof.regions1) for proof in proofs] == [
        ("98940", ("lumbar",)), ("98943", ("upper_extremity",)),
    ]  # fmt: skip


def test_a_block_without_length_shares_no_minute() -> None:
    answer = ask({"blocks": [block("97140", "09:00", "09:15"),
                             block("97012", "09:05", "09:05")]})  # fmt: skip

    assert shown(answer) == ["97012 x1", "97140-59 x1"]


def test_a_proof_by_region_names_both_places() -> None:
    result = billed({"blocks": [hands("shoulder")],
                     "procedures": [cmt("cervical", "lumbar_spine")]})  # fmt: skip

    reason = result.lines[0].reasons[-1]
    assert (result.lines[0].code, result.lines[0].modifiers) == ("97140", ("59",))
    assert reason.text == (
        "97140 was given to upper extremity and 98940 to cervical and lumbar: no region is shared "
        "(edits of 2024Q3)."
    )
    assert reason.proof == Proof(
        "region", "98940", "97140", (), ("cervical", "lumbar"), ("upper_extremity",)
    )


def test_a_shared_region_makes_manual_therapy_part_of_the_adjustment() -> None:
    answer = ask({"blocks": [hands("lumbar"), block("97140", "09:20", "09:30", regions=["knee"])],
                  "procedures": [cmt("lumbar_paraspinals", "thoracic")]})  # fmt: skip

    assert shown(answer) == ["98940 x1"]
    assert texts(answer, "pairs.unproven")[0] == (
        "98940 and 97140 are an edited pair (edits of 2024Q3); both were given to lumbar, so 97140 "
        "is part of 98940. No modifier, and 97140 is not billed."
    )


@pytest.mark.parametrize(
    ("regions", "adjusted", "bare"), [([], ["lumbar"], "97140"), (["knee"], [], "98940")]
)
def test_regions_that_are_not_charted_prove_nothing(
    regions: list[str], adjusted: list[str], bare: str
) -> None:
    answer = ask({"blocks": [hands(*regions)], "procedures": [cmt(*adjusted)]})

    assert shown(answer) == ["98940 x1"]
    assert texts(answer, "pairs.unproven")[0] == (
        f"98940 and 97140 are an edited pair (edits of 2024Q3); the regions of {bare} are not all "
        "charted, so nothing shows that they differ. No modifier, and 97140 is not billed."
    )


def test_a_muscle_that_spans_regions_counts_for_both() -> None:
    answer = ask({"blocks": [hands("upper_trapezius")], "procedures": [cmt("cervical")]})

    assert shown(answer) == ["98940 x1"]


def test_both_sides_of_a_limb_are_one_region() -> None:
    answer = ask({"blocks": [hands("shoulder", side="right")],
                  "procedures": [cmt("shoulder", side="left", code="98943")]})  # fmt: skip

    assert shown(answer) == ["98943 x1"]


def test_time_is_no_ground_beside_an_adjustment() -> None:
    answer = ask({"blocks": [hands("lumbar")],
                  "procedures": [cmt("lumbar", start="09:30", end="09:40")]})  # fmt: skip

    assert shown(answer) == ["98940 x1"]


@pytest.mark.parametrize("code", ["97112", "97124"])
def test_massage_and_reeducation_follow_the_region_rule(code: str) -> None:
    apart = ask({"blocks": [hands("knee", code=code)], "procedures": [cmt("lumbar")]})
    same = ask({"blocks": [hands("lumbar", code=code)], "procedures": [cmt("lumbar")]})

    assert shown(apart) == [f"{code}-59 x1", "98940 x1"]
    assert shown(same) == ["98940 x1"]


def test_the_extraspinal_adjustment_is_the_payers_own_pair() -> None:
    answer = ask({"blocks": [hands("lumbar")], "procedures": [cmt("knee", code="98943")]})

    assert shown(answer) == ["97140-59 x1", "98943 x1"]
    assert texts(answer, "pairs.region") == [
        "97140 was given to lumbar and 98943 to lower extremity: no region is shared (the payer's "
        "policy)."
    ]


def test_osteopathic_treatment_never_goes_with_manual_therapy_in_the_table() -> None:
    answer = ask({"blocks": [hands("cervical")], "procedures": [cmt("lumbar", code="98925")]})

    assert shown(answer) == ["98925 x1"]
    assert unbilled(answer) == {"97140 pairs.not-payable": 15}


@pytest.mark.parametrize(
    ("at", "lines"),
    [("10:15", ["97140-59 x1", "98940 x1"]), ("10:14", ["98940 x1"])],
)
def test_an_hours_gap_makes_another_encounter(at: str, lines: list[str]) -> None:
    answer = ask({"blocks": [hands("lumbar")], "procedures": [cmt("lumbar", start=at)]})

    assert shown(answer) == lines
    if len(lines) == 2:
        assert texts(answer, "pairs.encounter") == [
            "98940 at 10:15 and 97140 at 09:00 to 09:15 are separate encounters, an hour or more "
            "apart (edits of 2024Q3)."
        ]


def test_other_work_in_between_keeps_it_one_encounter() -> None:
    answer = ask({"blocks": [hands("lumbar"), block("97110", "09:15", "10:00")],
                  "procedures": [cmt("lumbar", start="10:15")]})  # fmt: skip

    assert shown(answer) == ["97110 x3", "98940 x1"]


def test_a_code_in_both_encounters_is_not_apart() -> None:
    answer = ask({"blocks": [hands("lumbar"), block("97140", "15:00", "15:15", regions=["knee"])],
                  "procedures": [cmt("lumbar", start="15:15")]})  # fmt: skip

    assert shown(answer) == ["98940 x1"]


def test_an_entry_without_a_time_is_in_no_encounter() -> None:
    answer = ask({"blocks": [hands("lumbar"), block("97110", "15:00", "15:10")],
                  "procedures": [cmt("lumbar")]})  # fmt: skip

    assert shown(answer) == ["97110 x1", "98940 x1"]


def test_times_laid_end_to_end_prove_no_gap() -> None:
    answer = ask({"blocks": [hands("lumbar"), {"code": "97110", "minutes": 10}],
                  "procedures": [cmt("lumbar", start="16:00")]})  # fmt: skip

    assert shown(answer) == ["97110 x1", "98940 x1"]


X = {"distinct_modifier": "X"}


def test_each_ground_has_its_x_modifier() -> None:
    region = ask({"policy_overrides": X, "blocks": [hands("knee")],
                  "procedures": [cmt("lumbar")]})  # fmt: skip
    encounter = ask({"policy_overrides": X, "blocks": [hands("lumbar")],
                     "procedures": [cmt("lumbar", start="16:00")]})  # fmt: skip
    time = ask({"policy_overrides": X, "blocks": [block("97140", "09:00", "09:15"),
                                                  block("97012", "09:15", "09:25")]})  # fmt: skip

    assert shown(region) == ["97140-XS x1", "98940 x1"]
    assert shown(encounter) == ["97140-XE x1", "98940 x1"]
    assert shown(time) == ["97012 x1", "97140-XU x1"]


def test_another_encounter_comes_before_another_time() -> None:
    answer = ask({"policy_overrides": X, "blocks": [block("97140", "09:00", "09:15"),
                                                  block("97012", "15:00", "15:10")]})  # fmt: skip

    assert shown(answer) == ["97012 x1", "97140-XE x1"]


def test_the_proof_of_an_encounter_keeps_both_times() -> None:
    result = billed({"blocks": [hands("lumbar")], "procedures": [cmt("lumbar", start="16:00")]})

    assert result.lines[0].reasons[-1].proof == Proof(
        "encounter", "98940", "97140",
        (Stretch("98940", 57600, 57600), Stretch("97140", 32400, 33300)),
    )  # fmt: skip


def test_a_line_is_marked_though_another_edit_marks_another_line() -> None:
    answer = ask({"blocks": [hands("knee"), block("97750", "09:15", "09:30")],
                  "procedures": [cmt("lumbar")]})  # fmt: skip

    assert shown(answer) == ["97140-59 x1", "97750-59 x1", "98940 x1"]


@pytest.mark.parametrize(
    ("last", "lines"),
    [("10:05", ["97140 x1"]), ("10:15", ["97140 x1", "97530-59 x1"])],
)
def test_every_stretch_is_compared(last: str, lines: list[str]) -> None:
    starts = ("09:00", "09:10", "09:20", last)
    pieces = [{"code": "97530", "start": start, "minutes": 5} for start in starts]

    answer = ask({**LEGACY, "blocks": [block("97140", "10:00", "10:15"), *pieces]})

    assert shown(answer) == lines


def test_two_grounds_on_one_line_give_one_x_modifier() -> None:
    blocks = [hands("knee"), block("97012", "09:15", "09:25")]

    answer = ask({"policy_overrides": X, "blocks": blocks, "procedures": [cmt("lumbar")]})

    assert shown(answer) == ["97012 x1", "97140-XS x1", "98940 x1"]
    assert [r["rule"] for r in answer["lines"][1]["reasons"]][1:] == ["pairs.time", "pairs.region"]


def test_another_practitioner_is_a_ground_where_the_payer_takes_x() -> None:
    day, policy = read({"policy_overrides": X, "blocks": [hands("lumbar")],
                        "procedures": [cmt("lumbar")]})  # fmt: skip
    apart = replace(
        day,
        blocks=(replace(day.blocks[0], practitioner="Ann"),),
        procedures=(replace(day.procedures[0], practitioner="Ben"),),
    )
    same = replace(apart, blocks=(replace(day.blocks[0], practitioner="Ben"),))
    half = replace(apart, blocks=day.blocks)
    tables = starter_tables()

    def modifiers(day: Day, policy: Policy) -> list[tuple[str, ...]]:
        return [line.modifiers for line in derive(day, policy, tables).lines]

    assert modifiers(apart, policy) == [("XP",), ()]
    assert derive(apart, policy, tables).lines[0].reasons[-1].text == (
        "98940 and 97140 were given by different people (edits of 2024Q3)."
    )
    assert derive(apart, policy, tables).lines[0].reasons[-1].proof == Proof(
        "practitioner", "98940", "97140"
    )
    assert modifiers(same, policy) == [()]
    assert modifiers(half, policy) == [()]
    assert modifiers(apart, replace(policy, distinct_modifier="59")) == [()]


def test_the_policy_may_put_the_modifier_on_column_1() -> None:
    answer = ask({"policy_overrides": {"modifier_line": "column1"}, "blocks": [hands("knee")],
                  "procedures": [cmt("lumbar")]})  # fmt: skip

    assert shown(answer) == ["97140 x1", "98940-59 x1"]


def overlay(first: str, second: str, indicator: int, ground: str) -> dict[str, Any]:
    row = {"column1": first, "column2": second, "indicator": indicator, "ground": ground}
    return {"overlays": [row]}


def test_a_payers_own_pair_replaces_the_table() -> None:
    blocks = [block("97140", "09:00", "09:15"), block("97124", "09:15", "09:30")]

    turned = ask({"policy_overrides": overlay("97124", "97140", 1, "time"), "blocks": blocks})
    hard = ask({"policy_overrides": overlay("97124", "97140", 0, "time"), "blocks": blocks})

    assert shown(turned) == ["97124 x1", "97140-59 x1"]
    assert texts(turned, "pairs.time")[0].endswith("(the payer's own pair).")
    assert shown(hard) == ["97124 x1"]


def test_a_payers_own_pair_may_ask_for_regions() -> None:
    own = overlay("97530", "97140", 1, "region")
    blocks = [hands("knee"), block("97530", "09:15", "09:30", regions=["hip"])]

    assert shown(ask({"policy_overrides": own, "blocks": blocks})) == ["97530 x1"]


def test_a_payer_that_denies_97140_beside_an_adjustment_is_not_billed_for_it() -> None:
    answer = ask({"policy_overrides": {"cmt_with_97140": "deny"}, "blocks": [hands("knee")],
                  "procedures": [cmt("lumbar")]})  # fmt: skip

    assert shown(answer) == ["98940 x1"]
    assert unbilled(answer) == {"97140 pairs.cmt-deny": 15}
    assert texts(answer, "pairs.cmt-deny")[0] == (
        "This payer does not pay 97140 beside 98940, in whatever region."
    )


def test_a_payer_that_wants_the_record_is_named() -> None:
    beside = ask({"policy": "aetna", "blocks": [hands("knee")], "procedures": [cmt("lumbar")]})
    alone = ask({"policy": "aetna", "blocks": [hands("knee")]})

    assert shown(beside) == ["97140-59 x1", "98940 x1"]
    assert texts(beside, "pairs.attach-records") == [
        "This payer denies 97140 beside 98940 at first, even with a modifier; attach the record."
    ]
    assert texts(alone, "pairs.attach-records") == []


def test_codes_that_a_payer_never_pays_together_are_billed_and_named() -> None:
    never = {"never_paid_together": [["97140", "97530"], ["97140", "97112"]]}
    answer = ask({**LEGACY, "policy_overrides": never, "blocks": [
        block("97140", "09:00", "09:15"), block("97530", "09:15", "09:30")]})  # fmt: skip

    assert shown(answer) == ["97140 x1", "97530-59 x1"]
    assert texts(answer, "pairs.never-together") == [
        "This payer does not pay 97530 beside 97140, even where a modifier is due; expect a denial "
        "and appeal with the record."
    ]


def test_an_office_visit_takes_25_and_never_59() -> None:
    answer = ask({"procedures": [{"code": "99213"}, cmt("lumbar"), {"code": "20560"}]})

    assert shown(answer) == ["20560 x1", "98940 x1", "99213-25 x1"]
    assert texts(answer, "pairs.em") == [
        "99213 beside 20560: a separate office visit carries 25 and needs its own documentation "
        "(edits of 2024Q3).",
        "99213 beside 98940: a separate office visit carries 25 and needs its own documentation "
        "(edits of 2024Q3).",
        "99213 carries 25: it needs documentation of its own, apart from the treatment's.",
    ]


def test_an_office_visit_alone_takes_nothing() -> None:
    assert shown(ask({"procedures": [{"code": "99213"}]})) == ["99213 x1"]


def test_an_overlay_on_an_office_visit_takes_25_too() -> None:
    own = overlay("97140", "99213", 1, "time")

    answer = ask({"policy_overrides": own, "blocks": [hands("knee")],
                  "procedures": [{"code": "99213"}]})  # fmt: skip

    assert shown(answer) == ["97140 x1", "99213-25 x1"]


def test_strapping_and_manual_therapy_are_apart_by_region() -> None:
    apart = ask({"blocks": [hands("knee")], "procedures": [cmt("shoulder", code="29581")]})
    same = ask({"blocks": [hands("knee")], "procedures": [cmt("ankle", code="29581")]})

    assert shown(apart) == ["29581 x1", "97140-59 x1"]
    assert shown(same) == ["29581 x1"]


@pytest.mark.parametrize(
    ("day", "lines"),
    [
        ("2019-12-31", ["97140 x1", "97530-59 x1"]),
        ("2020-01-01", ["97140 x1", "97530 x1"]),
    ],
)
def test_the_edit_of_the_day_of_service_decides(day: str, lines: list[str]) -> None:
    answer = ask({"date": day, "blocks": [block("97140", "09:00", "09:15"),
                                          block("97530", "09:15", "09:30")]})  # fmt: skip

    assert shown(answer) == lines


def test_facilities_have_edits_of_their_own() -> None:
    visit = {"blocks": [block("97750", "09:30", "09:45")],
             "procedures": [block("97161", "09:00", "09:30")]}  # fmt: skip
    hospital = {"edits": {"source": "ncci-hospital"}}

    assert shown(ask(visit)) == ["97161 x1"]
    assert shown(ask({**visit, "policy_overrides": hospital})) == ["97161 x1", "97750-59 x1"]


def test_what_is_remembered_is_bounded_and_forgetting_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("billing.engine.pairs.MOST_REMEMBERED", 1)
    tables = own_tables(row("97110", "97112", 1), row("97112", "97116", 1))
    first = {"blocks": [block("97110", "09:00", "09:15"), block("97112", "09:15", "09:30")]}
    second = {"blocks": [block("97112", "09:00", "09:15"), block("97116", "09:15", "09:30")]}

    answers = [shown(ask(visit, tables=tables)) for visit in (first, second, first)]

    assert answers == [["97110 x1", "97112-59 x1"], ["97112 x1", "97116-59 x1"], answers[0]]
    assert len(tables.memory.edits) == 1


def test_no_edits_means_no_pairs() -> None:
    answer = ask({"policy": "workers-comp", "blocks": [
        block("97140", "09:00", "09:15"), block("97124", "09:10", "09:30")]})  # fmt: skip

    assert shown(answer) == ["97124 x1", "97140 x1"]
    assert "tables.edition" not in rules(answer)


def own_tables(*rows: PairRow) -> Tables:
    return tables_from_rows(
        pairs={"ncci-practitioner": rows},
        limits=[LimitRow("2026Q1", "97110", 6, 3)],
        thresholds=[Threshold(2026, 248000, 248000, 300000)],
    )


def row(first: str, second: str, indicator: int, edition: str = "2026Q1") -> PairRow:
    return PairRow(edition, first, second, None, None, indicator)


def test_two_rows_in_force_are_an_error_of_the_file_and_the_stricter_one_counts() -> None:
    visit = {"blocks": [block("97110", "09:00", "09:15"), block("97112", "09:15", "09:30")]}

    soft = own_tables(row("97110", "97112", 1), row("97112", "97110", 1))
    hard = own_tables(row("97110", "97112", 1), row("97112", "97110", 0))

    answer = ask(visit, tables=soft)
    assert shown(answer) == ["97110 x1", "97112-59 x1"]
    assert texts(answer, "pairs.two-rows") == [
        "2 rows are in force for 97110 and 97112 (edits of 2026Q1); the stricter one was used. "
        "Load the edit file again."
    ]
    assert shown(ask(visit, tables=hard)) == ["97112 x1"]


def test_a_ring_of_edits_is_broken_at_the_first() -> None:
    ring = own_tables(row("97110", "97112", 0), row("97112", "97116", 0), row("97116", "97110", 0))
    blocks = [block(code, f"09:{n}0", f"09:{n}9")
              for n, code in enumerate(("97110", "97112", "97116"))]  # fmt: skip

    assert shown(ask({"blocks": blocks}, tables=ring)) == ["97116 x1"]


def test_the_edition_that_is_older_than_the_visit_is_named_unless_it_is_pinned() -> None:
    visit = {"blocks": [block("97110", "09:00", "09:15")]}

    assert texts(ask(visit), "tables.edition") == [
        "The edits in use are of 2024Q3; the visit is in 2026Q1."
    ]
    assert texts(ask({**visit, "date": "2024-07-01"}), "tables.edition") == []
    assert texts(ask({**LEGACY, **visit}), "tables.edition") == []
    assert texts(ask(visit, tables=own_tables()), "tables.edition") == []


def test_the_answer_knows_its_edition() -> None:
    assert billed({"blocks": [hands("knee")]}).edition == "2024Q3"
    assert billed({"policy": "self-pay", "blocks": [hands("knee")]}).edition == ""
    assert starter_tables().edition_for("ncci-practitioner", date(2026, 3, 2)) == "2024Q3"
