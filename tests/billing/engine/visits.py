"""Visits made at random, for the oracle and the properties."""

import random
from typing import Any

CODES = ("97110", "97112", "97113", "97116", "97124", "97140", "97140", "97530", "97535", "97750",
         "97760", "97035")  # fmt: skip
UNTIMED = ("97012", "97016", "97018", "97150", "97161", "97164", "98940", "98941", "98943", "98925",
           "G0283", "97010")  # fmt: skip
REGIONS = ("cervical", "thoracic", "lumbar", "pelvic", "upper_extremity", "lower_extremity",
           "head")  # fmt: skip
POLICIES = ("medicare", "commercial", "commercial-legacy-edits", "workers-comp", "uhc")
DATES = ("2019-06-03", "2020-11-02", "2021-11-01", "2024-07-01", "2026-03-02")


def clock(at: int) -> str:
    return f"{at // 60:02}:{at % 60:02}"


def random_visit(dice: random.Random) -> dict[str, Any]:
    """Blocks that mostly follow one another, sometimes overlap, sometimes leave long pauses."""
    at, blocks = 8 * 60, []
    few = dice.sample(CODES, dice.randint(1, 4))
    for number in range(dice.randint(0, 7)):
        at = max(8 * 60, at + dice.choice((0, 0, 0, 0, 3, -4, -9, 65)))
        length = dice.choice((0, 4, 5, 7, 8, 10, 12, 14, 15, 15, 16, 20, 22, 23, 30))
        entry = {"id": f"b{number}", "code": dice.choice(few), "start": clock(at),
                 "end": clock(at + length)}  # fmt: skip
        if dice.random() < 0.7:
            entry["regions"] = sorted(dice.sample(REGIONS, dice.choice((1, 1, 2))))
        if dice.random() < 0.04:
            entry["code"], entry["technique"] = "", dice.choice(("rest", "documentation"))
        blocks.append(entry)
        at += length
    procedures = []
    for code in dice.sample(UNTIMED, dice.choice((0, 0, 1, 1, 2, 3))):
        start = max(8 * 60, at + dice.choice((0, 0, -12, -40, 70)))
        entry = {"code": code, "start": clock(start), "end": clock(start + 10)}
        if code[:2] == "98" and dice.random() < 0.9:
            entry["regions"] = sorted(dice.sample(REGIONS, dice.choice((1, 2, 3))))
        procedures.append(entry)
        at = max(at, start + 10)
    return {"blocks": blocks, "procedures": procedures}


def wired(visit: dict[str, Any]) -> dict[str, Any]:
    """As the command takes it: an entry without a code has its technique only."""
    return {
        **visit,
        "blocks": [
            {key: value for key, value in entry.items() if value != ""} for entry in visit["blocks"]
        ],
    }
