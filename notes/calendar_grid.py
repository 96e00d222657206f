"""A day's or a week's visits as places on a drawing: columns of rectangles, in pixels."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from notes.models import Visit

PIXELS = 1.2  # per minute
FIRST, LAST = 7 * 60, 19 * 60
SHORTEST = 26


@dataclass(frozen=True, slots=True)
class Card:
    visit: Visit
    y: float
    height: float
    x: float
    width: float
    time: str
    tone: str

    @property
    def tall(self) -> bool:
        return self.height >= 40


@dataclass(slots=True)
class Column:
    key: str
    title: str
    sub: str
    book: str
    cards: list[Card] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Grid:
    columns: Sequence[Column]
    hours: Sequence[tuple[float, str]]
    height: float


TONES = {
    "scheduled": "planned", "arrived": "note", "charting": "info", "signed": "ok",
    "canceled": "void", "no_show": "warn",
}  # fmt: skip


def minute_of(moment: datetime, zone: ZoneInfo) -> int:
    local = moment.astimezone(zone)
    return local.hour * 60 + local.minute


def draw(columns: Sequence[Column], visits: Iterable[tuple[str, Visit]], zone: ZoneInfo) -> Grid:
    """Put each visit into its column; those at the same time lie side by side."""
    rows = list(visits)
    starts = [minute_of(v.starts_at, zone) for _, v in rows]
    ends = [s + v.booked_minutes for s, (_, v) in zip(starts, rows, strict=True)]
    first = min([FIRST, *(s // 60 * 60 for s in starts)])
    last = max([LAST, *(-(-e // 60) * 60 for e in ends)])
    by_key = {column.key: column for column in columns}
    for key, column in by_key.items():
        mine = [v for k, v in rows if k == key]
        column.cards = _cards(mine, first, zone)
    hours = [((m - first) * PIXELS, f"{m // 60 % 24}:00") for m in range(first, last + 1, 60)]
    return Grid(columns, hours, (last - first) * PIXELS)


def _cards(visits: list[Visit], first: int, zone: ZoneInfo) -> list[Card]:
    groups: list[list[Visit]] = []
    end = -1
    for visit in sorted(visits, key=lambda v: (v.starts_at, v.pk)):
        start = minute_of(visit.starts_at, zone)
        if groups and start < end:
            groups[-1].append(visit)
        else:
            groups.append([visit])
            end = -1
        end = max(end, start + visit.booked_minutes)
    return [card for group in groups for card in _side_by_side(group, first, zone)]


def _side_by_side(group: list[Visit], first: int, zone: ZoneInfo) -> Iterable[Card]:
    width = 100 / len(group)
    for place, visit in enumerate(group):
        start = minute_of(visit.starts_at, zone)
        yield Card(
            visit=visit,
            y=round((start - first) * PIXELS, 1),
            height=round(max(SHORTEST, visit.booked_minutes * PIXELS - 2), 1),
            x=round(place * width, 2),
            width=round(width, 2),
            time=f"{visit.starts_at.astimezone(zone):%-I:%M}",
            tone=TONES[visit.status],
        )
