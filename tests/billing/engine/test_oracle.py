"""The engine against a second, naive reading of the rules, on visits made at random.

`HANDLINE_SOAK=100000` runs that many visits instead of a few hundred.
"""

import os
import random
from datetime import date
from typing import Any

import pytest

from billing.engine.derive import derive
from billing.engine.presets import PresetLibrary
from billing.engine.tables import starter_tables
from billing.engine.types import Policy, Result
from billing.engine.wire import parse_visit
from tests.billing.engine.oracle import Oracle, entries
from tests.billing.engine.visits import DATES, POLICIES, random_visit, wired

SOAK = int(os.environ.get("HANDLINE_SOAK", "0"))
BATCHES = 10


def edits_on(policy: Policy, day: date) -> date | None:
    return None if policy.edits.source == "none" else policy.edits.as_of or day


def disagreement(visit: dict[str, Any], policy_key: str, day: str) -> str:
    """What the two readings differ in; empty when in nothing."""
    asked = {**wired(visit), "date": day, "policy": policy_key,
             "policy_overrides": {"daily_limits": "none"}}  # fmt: skip
    facts, policy = parse_visit(asked, PresetLibrary())
    result = derive(facts, policy, starter_tables())
    expected = Oracle(visit, policy.unit_rule, edits_on(policy, facts.date))
    units: dict[str, int] = {}
    for line in result.lines:
        units[line.code] = units.get(line.code, 0) + line.units
    marked = {line.code for line in result.lines if "59" in line.modifiers}
    grounds = {
        line.code: {reason.proof.ground for reason in line.reasons if reason.proof}
        for line in result.lines
        if "59" in line.modifiers
    }
    wanted = {
        "units": (units, expected.units),
        "others": (sorted(map(str, result.alternatives)), sorted(map(str, expected.alternatives))),
        "marked": (marked, set(expected.ground)),
        "grounds": (grounds, expected.ground),
        "timed": (result.timed_minutes, sum(expected.minutes.values())),
        "kept": (minutes_out(result), sum(len(e["covers"]) for e in entries(visit))),
    }
    return "; ".join(f"{what}: {got} != {want}" for what, (got, want) in wanted.items()
                     if got != want)  # fmt: skip


def minutes_out(result: Result) -> int:
    return sum(line.minutes for line in result.lines) + sum(p.minutes for p in result.unbilled)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_naive_reading_of_the_rules_agrees(batch: int) -> None:
    dice = random.Random(batch)

    for number in range((SOAK or 300) // BATCHES):
        visit = random_visit(dice)
        policy, day = dice.choice(POLICIES), dice.choice(DATES)

        assert disagreement(visit, policy, day) == "", (number, policy, day, visit)
