"""The same visit wherever and whenever it is given: any time zone, any change of the clocks."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from tests.billing.engine.asking import ask
from tests.billing.engine.test_properties import OPENING, often, visits

ZONES = sorted(available_timezones() - {"localtime"})
STEP = timedelta(days=7)
TIME = re.compile(r"\d\d:\d\d(:\d\d)?")


@cache
def changes(zone: str, year: int) -> tuple[datetime, ...]:
    """The instants of that year at which the zone's offset from UTC changes, to the minute."""
    found, here = [], ZoneInfo(zone)
    at = datetime(year, 1, 1, tzinfo=UTC)
    while at.year == year:
        low, high = at, at + STEP
        while high - low > timedelta(minutes=1) and _offset(low, here) != _offset(high, here):
            middle = low + (high - low) // 2
            same = _offset(middle, here) == _offset(low, here)
            low, high = (middle, high) if same else (low, middle)
        if _offset(low, here) != _offset(high, here):
            found.append(high.replace(second=0, microsecond=0))
        at += STEP
    return tuple(found)


def _offset(at: datetime, here: ZoneInfo) -> timedelta | None:
    return at.astimezone(here).utcoffset()


def moved(visit: dict[str, Any], opening: datetime) -> dict[str, Any]:
    """The visit with full times, its first possible minute at `opening`."""

    def full(clock: str) -> str:
        minute = int(clock[:2]) * 60 + int(clock[3:]) - OPENING
        instant = opening.astimezone(UTC) + timedelta(minutes=minute)
        return instant.astimezone(opening.tzinfo).isoformat()

    placed = {
        part: [{**e, "start": full(e["start"]), "end": full(e["end"])} for e in visit[part]]
        for part in ("blocks", "procedures")
    }
    return {**visit, **placed, "date": opening.date().isoformat()}


def bill_of(answer: dict[str, Any]) -> list[Any]:
    """The answer without its times of day, in an order that does not depend on them."""
    sentences = [
        sorted((f["rule"], f["level"], TIME.sub("", f["text"]), f["blocks"])
               for f in answer["findings"]),
        sorted((part["code"] or "", part["rule"], part["minutes"], part["blocks"])
               for part in answer["unbilled"]),
        [[(r["rule"], TIME.sub("", r["text"])) for r in line["reasons"]]
         for line in answer["lines"]],
    ]  # fmt: skip
    lines = [{**line, "reasons": []} for line in answer["lines"]]
    rest = {key: answer[key] for key in ("timed_minutes", "treatment_minutes", "alternatives")}
    return [lines, sentences, rest]


def test_changes_of_the_clocks_are_found() -> None:
    assert changes("America/New_York", 2026) == (
        datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC),
    )  # fmt: skip
    assert changes("UTC", 2026) == ()


@often
@given(visits(), st.sampled_from(ZONES), st.integers(2001, 2030), st.integers(0, 300), st.data())
def test_a_visit_across_a_change_of_the_clocks_is_the_same_visit(
    visit: dict[str, Any], zone: str, year: int, before: int, data: st.DataObject
) -> None:
    instants = changes(zone, year) or (datetime(year, 7, 1, 16, tzinfo=UTC),)
    change = data.draw(st.sampled_from(instants))
    opening = (change - timedelta(minutes=before)).astimezone(ZoneInfo(zone))

    answer = ask(moved(visit, opening))

    assert "error" not in answer
    assert bill_of(answer) == bill_of(ask({**visit, "date": opening.date().isoformat()}))


@often
@given(visits(), st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_a_visit_charted_in_two_zones_is_the_same_visit(
    visit: dict[str, Any], one: str, other: str
) -> None:
    noon = datetime(2026, 3, 10, 12, tzinfo=UTC)
    day = date(2026, 3, 10).isoformat()

    here = ask({**moved(visit, noon.astimezone(ZoneInfo(one))), "date": day})
    there = ask({**moved(visit, noon.astimezone(ZoneInfo(other))), "date": day})

    assert bill_of(here) == bill_of(there)
