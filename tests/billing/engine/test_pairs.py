"""Two codes on one day: dropped, marked with proof, or left alone."""

import pytest

from billing.engine.types import Proof, Stretch
from tests.billing.engine.asking import ask, block, rules, shown, texts, unbilled
from tests.billing.engine.pairing import LEGACY, billed, cmt, hands


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
