"""Visits whose codes form a pair."""

from typing import Any

from billing.engine.derive import derive
from billing.engine.presets import PresetLibrary
from billing.engine.tables import starter_tables
from billing.engine.types import Day, Policy, Result
from billing.engine.wire import parse_visit
from tests.billing.engine.asking import MONDAY, block

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
