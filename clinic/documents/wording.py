"""How dates, times, minutes and money are written on paper."""

from collections.abc import Iterable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo


def day(value: date | None) -> str:
    return f"{value:%m/%d/%Y}" if value else ""


def clock(value: time | None) -> str:
    return f"{value:%H:%M}" if value else ""


def span(start: time | None, end: time | None) -> str:
    if start and end:
        return f"{start:%H:%M}–{end:%H:%M}"
    return clock(start or end)


def local_day(value: datetime, zone: str) -> date:
    return value.astimezone(ZoneInfo(zone)).date()


def moment(value: datetime, zone: str) -> str:
    """Date, time, zone name and offset: unambiguous twice a year, too."""
    local = value.astimezone(ZoneInfo(zone))
    offset = f"{local:%z}"
    return f"{local:%m/%d/%Y %H:%M:%S %Z} (UTC{offset[:3]}:{offset[3:]})"


def money(cents: int) -> str:
    sign = "−" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def minutes(value: int | None) -> str:
    return "" if value is None else f"{value} min"


def joined(*words: str, by: str = " · ") -> str:
    return by.join(word for word in words if word)


def grouped(digest: str, size: int = 8) -> str:
    """A fingerprint in groups a person can compare by eye."""
    return " ".join(digest[start : start + size] for start in range(0, len(digest), size))


def ago(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min"


def in_runs(numbers: Iterable[int]) -> str:
    """In order, three or more in a row told as first to last."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(
        f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs
    )
