"""The line that crosses the year's threshold, where the facts hold what is allowed."""

from dataclasses import replace
from typing import Any

from billing.engine.derive import derive
from billing.engine.presets import PresetLibrary
from billing.engine.tables import starter_tables
from billing.engine.types import Result
from billing.engine.wire import parse_visit
from tests.billing.engine.asking import MONDAY, ask

ALLOWED = {"97110": (3000, 2200), "97140": (2800, 2100)}
QUARTERS = [{"code": "97110", "minutes": 30}, {"code": "97140", "minutes": 15}]


def billed(
    accrued: float | None,
    blocks: list[dict[str, Any]] = QUARTERS,
    *,
    allowed: dict[str, tuple[int, int]] | None = ALLOWED,
    discipline: str = "PT",
    policy: str = "medicare",
    **patient: Any,
) -> Result:
    """As the application derives it: with what the schedule allows."""
    visit = {"date": MONDAY, "policy": policy, "clinician": {"discipline": discipline},
             "patient": {"accrued": {"pt_slp": accrued, "ot": accrued}, **patient},
             "blocks": blocks}  # fmt: skip
    day, rules = parse_visit(visit, PresetLibrary())
    return derive(replace(day, allowed_cents=allowed), rules, starter_tables())


def shown(result: Result) -> list[str]:
    return ["-".join([line.code, *line.modifiers]) for line in result.lines]


def said(result: Result, rule: str) -> list[str]:
    reasons = [reason for line in result.lines for reason in line.reasons]
    return [part.text for part in (*reasons, *result.findings) if part.rule == rule]


def test_the_line_that_crosses_and_those_after_it_carry_kx() -> None:
    """52 dollars of 97110 (30 whole, 22 less), then 21 of 97140, toward 2,480."""
    assert shown(billed(2400)) == ["97110-GP", "97140-GP"]
    assert shown(billed(2407)) == ["97110-GP", "97140-GP"]  # exactly the threshold
    assert shown(billed(2407.01)) == ["97110-GP", "97140-GP-KX"]
    assert shown(billed(2428)) == ["97110-GP", "97140-GP-KX"]
    assert shown(billed(2428.01)) == ["97110-GP-KX", "97140-GP-KX"]
    assert shown(billed(2480)) == ["97110-GP-KX", "97140-GP-KX"]


def test_the_reason_names_the_sum_and_no_nearness_is_announced() -> None:
    crossing = billed(2407.01)

    assert said(crossing, "modifiers.threshold") == [
        "With this line PT and SLP together reach about $2,480.01 by Medicare's schedule, above "
        "the 2026 threshold $2,480."
    ]
    assert said(crossing, "modifiers.threshold-near") == []
    assert len(said(billed(2400), "modifiers.threshold-near")) == 1


def test_one_unit_of_the_dearest_expense_is_whole_whatever_its_place() -> None:
    dear = ALLOWED | {"97140": (2800, 1900)}

    assert shown(billed(2408, allowed=dear)) == ["97110-GP", "97140-GP"]  # 44 + 28 = 72
    assert shown(billed(2408.01, allowed=dear)) == ["97110-GP", "97140-GP-KX"]


def test_an_assistants_line_counts_on_from_the_therapists() -> None:
    shared = [{"code": "97110", "minutes": 15},
              {"code": "97110", "minutes": 15, "by": "assistant"}]  # fmt: skip

    assert shown(billed(2428, shared)) == ["97110-GP", "97110-CQ-GP"]
    assert shown(billed(2428.01, shared)) == ["97110-GP", "97110-CQ-GP-KX"]


def test_a_mandatory_notice_makes_it_ga() -> None:
    crossing = billed(2407.01, abn="mandatory")

    assert shown(crossing) == ["97110-GP", "97140-GP-GA"]
    assert said(crossing, "modifiers.threshold-notice")[0].endswith(
        "above the 2026 threshold $2,480; a mandatory notice is on file: GA, not KX."
    )


def test_what_is_not_known_decides_nothing() -> None:
    some = {"97110": ALLOWED["97110"]}

    assert shown(billed(2479, allowed=None)) == ["97110-GP", "97140-GP"]
    assert shown(billed(2479, allowed={})) == ["97110-GP", "97140-GP"]
    assert shown(billed(2479, allowed=some)) == ["97110-GP", "97140-GP"]
    assert shown(billed(None)) == ["97110-GP", "97140-GP"]
    assert shown(billed(2479, policy="uhc")) == ["97110-GP", "97140-GP"]
    assert shown(billed(2479, discipline="DC")) == ["97110-GP-GY", "97140-GP-GY"]


def test_a_line_outside_the_plan_is_not_counted() -> None:
    with_osteopath = [*QUARTERS, {"code": "98925", "minutes": 10, "regions": ["lumbar"]}]

    assert shown(billed(2479, with_osteopath[:1], allowed=ALLOWED)) == ["97110-GP-KX"]
    assert shown(billed(2400, with_osteopath[::2])) == ["97110-GP", "98925"]


def test_the_documented_form_has_no_key_for_it() -> None:
    answer = ask({"patient": {"allowed_cents": ALLOWED}})

    assert answer["error"] == (
        'patient has an unknown key "allowed_cents"; known: accrued, active_treatment, abn.'
    )
