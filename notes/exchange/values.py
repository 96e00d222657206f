"""Cells as values: dates in the file's own order, names, states, sexes, statuses."""

import csv
import re
from collections.abc import Iterable
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from notes.enums import VisitStatus


class BadCell(ValueError):
    """Why a cell cannot be used, in words."""


_ORDERS = {"mdy": (0, 1, 2), "dmy": (1, 0, 2)}
_REFERENCE = Path(__file__).resolve().parent.parent / "reference" / "us_states.csv"


@cache
def _states() -> dict[str, str]:
    with _REFERENCE.open(encoding="utf-8", newline="") as file:
        return {row["name"]: row["code"] for row in csv.DictReader(file)}


def order_of(cells: Iterable[str]) -> str:
    """How the file writes dates: the order in which more of them exist; US where all do."""
    votes = {"mdy": 0, "dmy": 0}
    for cell in cells:
        numbers = re.findall(r"\d+", cell)[:3]
        if len(numbers) < 3 or len(numbers[0]) == 4:
            continue
        first, second = int(numbers[0]), int(numbers[1])
        votes["mdy"] += first <= 12
        votes["dmy"] += second <= 12
    return "dmy" if votes["dmy"] > votes["mdy"] else "mdy"


def day_of(cell: str, order: str) -> date:
    numbers = re.findall(r"\d+", cell)[:3]
    if len(numbers) == 3:
        try:
            if len(numbers[0]) == 4:
                return date(*(int(n) for n in numbers))
            month, day = (int(numbers[place]) for place in _ORDERS[order][:2])
            return date(_year(numbers[2]), month, day)
        except (ValueError, OverflowError) as trouble:
            raise BadCell(f"“{cell}” is not a date") from trouble
    raise BadCell(f"“{cell}” is not a date")


def _year(text: str) -> int:
    if len(text) == 4:
        return int(text)
    if len(text) != 2:
        raise BadCell(f"“{text}” is not a year")
    return 2000 + int(text) if int(text) <= 30 else 1900 + int(text)


_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?(?:\.\d+)?\s*([AaPp])?\.?[Mm]?\.?")
_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(\.\d+)?(Z|[+-]\d{2}:?\d{2})$")


def moment_of(cell: str, order: str, zone: ZoneInfo) -> datetime:
    """A day with a clock time, in the practice's zone unless the cell names its own."""
    if _ZONED.match(cell):
        return datetime.fromisoformat(cell)
    day = day_of(cell, order)
    clock = _CLOCK.search(cell)
    if clock is None:
        raise BadCell(f"“{cell}” has no time of day")
    hour, minute, half = int(clock[1]), int(clock[2]), (clock[3] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return datetime.combine(day, time(hour, minute), tzinfo=zone)
    except ValueError as trouble:
        raise BadCell(f"“{cell}” has no time of day that exists") from trouble


def state_of(cell: str) -> str:
    if len(cell) == 2:
        return cell.upper()
    return _states().get(re.sub(r"[^a-z]", "", cell.lower()), "")


def sex_of(cell: str) -> str:
    first = cell.strip().upper()[:1]
    return first if first in ("F", "M", "X") else "U"


def names_of(cell: str) -> tuple[str, str]:
    """First and last name of “Last, First” or “First Last”."""
    if "," in cell:
        last, _, first = cell.partition(",")
    else:
        first, _, last = cell.rpartition(" ")
    return first.strip(), last.strip()


def status_of(cell: str, *, past: bool) -> str:
    text = cell.lower()
    if "cancel" in text or "resched" in text or text.strip() == "inactive":
        return VisitStatus.CANCELED
    if "no" in text and "show" in text:
        return VisitStatus.NO_SHOW
    # A past visit was attended; its chart stays in the system it was written in.
    return VisitStatus.ARRIVED if past else VisitStatus.SCHEDULED


def relationship_of(cell: str) -> str:
    text = cell.lower()
    for word, value in (("spouse", "spouse"), ("husband", "spouse"), ("wife", "spouse"),
                        ("child", "child"), ("guardian", "child"), ("parent", "child"),
                        ("other", "other")):  # fmt: skip
        if word in text:
            return value
    return "self"
