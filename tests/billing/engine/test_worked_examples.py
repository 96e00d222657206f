"""Printed examples, asked of `manage.py derive` in both forms: by minutes, and by the clock."""

import io
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.billing.engine.asking import MONDAY, ask
from tests.billing.engine.visits import clock

FILE = Path(__file__).parent / "cases" / "worked.toml"
CASES = tomllib.loads(FILE.read_text(encoding="utf-8"))["case"]
NINE = 9 * 60


def entry(code: str, minutes: int, by: str = "therapist", region: str = "") -> dict[str, Any]:
    where = {"regions": [region]} if region else {}
    return {"code": code, "minutes": minutes, "by": by, **where}


def by_minutes(case: dict[str, Any]) -> dict[str, Any]:
    clinician = {"clinician": {"discipline": "PT"}}
    visit = {"id": case["why"], "date": MONDAY, "policy": case["policy"]}
    return {**visit, **clinician, "blocks": [entry(*row) for row in case["minutes"]],
            **case.get("also", {})}  # fmt: skip


def by_the_clock(case: dict[str, Any]) -> dict[str, Any]:
    """The same blocks one after another from nine o'clock, in the reverse order of the list."""
    visit, at = by_minutes(case), NINE
    for block in visit["blocks"]:
        minutes = block.pop("minutes")
        block |= {"start": clock(at), "end": clock(at + minutes)}
        at += minutes
    return visit | {"blocks": visit["blocks"][::-1]}


def lines(answer: dict[str, Any]) -> list[str]:
    return sorted(
        "-".join([line["code"], *sorted(line["modifiers"])]) + f" x{line['units']}"
        for line in answer["lines"]
    )


@pytest.mark.parametrize("form", [by_minutes, by_the_clock])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"][:60])
def test_printed_example_is_reached(case: dict[str, Any], form: Any) -> None:
    answer = ask(form(case))

    assert lines(answer) == case["expect"]
    assert answer["alternatives"] == case.get("alternatives", [])


def test_the_command_answers_all_of_them_in_order(tmp_path: Path) -> None:
    visits = [form(case) for case in CASES for form in (by_minutes, by_the_clock)]
    path, out = tmp_path / "visits.jsonl", io.StringIO()
    path.write_text("".join(json.dumps(visit) + "\n" for visit in visits), encoding="utf-8")

    call_command("derive", str(path), stdout=out)

    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [lines(answer) for answer in answers] == [
        case["expect"] for case in CASES for _ in range(2)
    ]
