"""A report's bars as numbers for an SVG, with an axis in round steps. The table says the same."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from billing import money
from billing.services.reports import Report

ROW_HEIGHT, AXIS_HEIGHT = 26, 24
LEFT, WIDTH = 191, 360
STEPS = 4  # at most, from zero on


def shown(value: str | int | Decimal) -> str:
    """A cell as people read it; files hold the number itself."""
    if isinstance(value, Decimal):
        return money.dollars(int(value.scaleb(2)))
    return f"{value:,}" if isinstance(value, int) else value


def chart_of(report: Report) -> dict[str, Any]:
    most = max((bar.value for bar in report.bars), default=0)
    step = round_step(most)
    top = max(most, 1)
    bars = [
        {
            "label": bar.label,
            "text": measured(bar.value, report.unit),
            "y": place * ROW_HEIGHT + 4,
            "text_y": place * ROW_HEIGHT + 18,
            "width": round(WIDTH * bar.value / top, 1),
            "end": round(LEFT + 5 + WIDTH * bar.value / top, 1),
        }
        for place, bar in enumerate(report.bars)
    ]
    foot = len(bars) * ROW_HEIGHT + 6
    ticks = [
        {"x": round(LEFT + WIDTH * value / top, 1), "text": marked(value, report.unit)}
        for value in ticks_of(most, step)
    ]
    return {
        "bars": bars,
        "ticks": ticks,
        "foot": foot,
        "tick_y": foot + 16,
        "height": foot + AXIS_HEIGHT,
    }


def round_step(most: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 ... that needs few marks."""
    base = 1
    while True:
        for factor in (1, 2, 5):
            if base * factor * STEPS >= most:
                return base * factor
        base *= 10


def ticks_of(most: int, step: int) -> Iterator[int]:
    yield from range(0, most + 1, step)


def measured(value: int, unit: str) -> str:
    return money.dollars(value) if unit == "$" else f"{value:,} {unit}".strip()


def marked(value: int, unit: str) -> str:
    """On the axis: whole dollars."""
    return f"${value // 100:,}" if unit == "$" and value % 100 == 0 else measured(value, unit)
