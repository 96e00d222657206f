"""Ask the engine through the function that the command runs: JSON Lines in, JSON Lines out."""

import io
import json
from collections.abc import Mapping
from typing import Any

from billing.engine.stream import answer_lines

MONDAY = "2026-03-02"


def ask_raw(*lines: bytes, **given: Any) -> tuple[list[dict[str, Any]], int]:
    """The answers to raw lines, and how many were refused."""
    sink = io.StringIO()
    refused = answer_lines(io.BytesIO(b"\n".join(lines) + b"\n"), sink, **given)
    return [json.loads(line) for line in sink.getvalue().splitlines()], refused


def ask(visit: Mapping[str, Any], **given: Any) -> dict[str, Any]:
    """The answer to one visit; the date and the policy may be left out."""
    whole = {"id": "v", "date": MONDAY, "policy": "commercial", **visit}
    answers, _ = ask_raw(json.dumps(whole).encode(), **given)
    return answers[0]


def block(code: str, start: str, end: str, **rest: Any) -> dict[str, Any]:
    return {"code": code, "start": start, "end": end, **rest}


def shown(answer: Mapping[str, Any]) -> list[str]:
    """Lines as a biller writes them: 97140-59-GP x1."""
    return ["-".join([line["code"], *line["modifiers"]]) + f" x{line['units']}"
            for line in answer["lines"]]  # fmt: skip


def units(answer: Mapping[str, Any]) -> dict[str, int]:
    total: dict[str, int] = {}
    for line in answer["lines"]:
        total[line["code"]] = total.get(line["code"], 0) + line["units"]
    return total


def rules(answer: Mapping[str, Any]) -> list[str]:
    return [finding["rule"] for finding in answer["findings"]]


def texts(answer: Mapping[str, Any], rule: str) -> list[str]:
    """Every sentence of one rule: reasons, unbilled parts and findings."""
    parts = [
        *(reason for line in answer["lines"] for reason in line["reasons"]),
        *answer["unbilled"],
        *answer["findings"],
    ]
    return [part["text"] for part in parts if part["rule"] == rule]


def unbilled(answer: Mapping[str, Any]) -> dict[str, int]:
    """Unbilled minutes by code and rule."""
    return {f"{part['code']} {part['rule']}": part["minutes"] for part in answer["unbilled"]}
