"""Times of the wire form as seconds on one scale."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from billing.engine.reading import BadInput, shown

CLOCK = re.compile(r"(\d\d):(\d\d)(?::(\d\d))?")
DAY = 24 * 3600
LATEST_CLOCK = 2 * DAY  # seconds since midnight stay below, seconds since 1970 above
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """Seconds since midnight, or since 1970 where the time carries an offset."""

    at: int
    offset: int = 0
    absolute: bool = False


def as_moment(value: object, where: str, on: date) -> Moment:
    """HH:MM, HH:MM:SS, or a full time with its offset that is near the visit's date."""
    if isinstance(value, str):
        if len(value) <= 8:
            return _clock(value, where)
        return _full(value, where, on)
    raise BadInput(f'{where} is {shown(value)}; write a time such as "09:15".')


def shown_time(at: int, offset: int = 0) -> str:
    """HH:MM, with seconds only where there are any."""
    minutes, seconds = divmod((at + offset) % DAY, 60)
    words = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{words}:{seconds:02}" if seconds else words


@lru_cache(maxsize=4096)
def _clock(value: str, where: str) -> Moment:
    found = CLOCK.fullmatch(value)
    if found:
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        at = hours * 3600 + minutes * 60 + seconds
        if minutes < 60 and seconds < 60 and at <= DAY:
            return Moment(at)
    raise BadInput(f'{where} is {shown(value)}; write a time such as "09:15".')


def _full(value: str, where: str, on: date) -> Moment:
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        raise BadInput(
            f'{where} is {shown(value)}; write "09:15" or "{on}T09:15:00-05:00".'
        ) from None
    offset = when.utcoffset()
    if offset is None:
        raise BadInput(f'{where} has no offset from UTC; write it as in "{on}T09:15:00-05:00".')
    if abs(when.date() - on) > ONE_DAY:
        raise BadInput(f"{where} is on {when.date()}, but the visit is on {on}.")
    return Moment(int(when.timestamp()), int(offset.total_seconds()), absolute=True)
