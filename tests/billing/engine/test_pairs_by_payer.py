"""Pairs where the payer decides: X modifiers, overlays, denials, editions."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from billing.engine.derive import derive
from billing.engine.tables import (
    LimitRow,
    PairRow,
    Tables,
    Threshold,
    starter_tables,
    tables_from_rows,
)
from billing.engine.types import Day, Policy, Proof, Stretch
from tests.billing.engine.asking import ask, block, rules, shown, texts, unbilled
from tests.billing.engine.pairing import LEGACY, billed, cmt, hands, read

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
