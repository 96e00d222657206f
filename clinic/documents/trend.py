"""A measure over the visits, drawn: one picture for the screen and for the paper.

Colors are attributes, which paper uses; the page's style sheet replaces them by its classes.
"""

from collections.abc import Sequence
from datetime import date
from html import escape

from .parts import Reading, Trend

INK, GREY, LINE, GOAL = "#15212b", "#50606d", "#0a5f63", "#7c4a00"
FONT = 'font-family="Source Sans 3" font-size="2.6"'
WIDTH, HEIGHT, LEFT, RIGHT, TOP, FLOOR = 86.0, 30.0, 11.0, 3.0, 3.5, 24.0


def drawing(trend: Trend, *, width: float = WIDTH) -> str:
    """An SVG of a line with its points, the goal dashed; nothing for fewer than two readings."""
    points = trend.readings
    if len(points) < 2:
        return ""
    low, high = _range(trend)
    first, last = points[0].day.toordinal(), points[-1].day.toordinal()
    span = max(1, last - first)

    def x(day: date) -> float:
        return LEFT + (day.toordinal() - first) * (width - LEFT - RIGHT) / span

    def y(tenths: int) -> float:
        return FLOOR - (tenths - low) * (FLOOR - TOP) / max(1, high - low)

    places = [(x(p.day), y(p.tenths)) for p in points]
    path = "M" + "L".join(f"{a:.2f} {b:.2f}" for a, b in places)
    dots = "".join(f'<circle cx="{a:.2f}" cy="{b:.2f}" r=".9"/>' for a, b in places)
    parts = [
        _axis(low, high, width),
        _goal(trend, y, width),
        f'<path class="tr-line" fill="none" stroke="{LINE}" stroke-width=".5" d="{path}"/>',
        f'<g class="tr-dot" fill="{LINE}">{dots}</g>',
        _labels(points, places, width),
    ]
    return (
        f'<svg class="trend" xmlns="http://www.w3.org/2000/svg" role="img" width="{width:g}mm" '
        f'height="{HEIGHT:g}mm" viewBox="0 0 {width:g} {HEIGHT:g}" {FONT} '
        f'aria-label="{escape(in_words(trend), quote=True)}">'
        f"<title>{escape(in_words(trend))}</title>{''.join(parts)}</svg>"
    )


def in_words(trend: Trend) -> str:
    first, last = trend.readings[0], trend.readings[-1]
    goal = ""
    if trend.goal_tenths is not None:
        goal = f", goal {figure(trend.goal_tenths)}{trend.unit}"
    return (
        f"{trend.name}: {figure(first.tenths)}{trend.unit} on {first.day:%m/%d/%Y} to "
        f"{figure(last.tenths)}{trend.unit} on {last.day:%m/%d/%Y}, "
        f"{len(trend.readings)} readings{goal}."
    )


def figure(tenths: int) -> str:
    """Tenths as people write them: 45, 32.5."""
    return f"{tenths // 10}" if tenths % 10 == 0 else f"{tenths / 10:.1f}"


def _range(trend: Trend) -> tuple[int, int]:
    figures = [p.tenths for p in trend.readings]
    if trend.goal_tenths is not None:
        figures.append(trend.goal_tenths)
    low, high = min(figures), max(figures)
    edge = max(10, (high - low) // 5)
    return (low - edge if low else 0), high + edge


def _axis(low: int, high: int, width: float) -> str:
    middle = (low + high) // 2
    rows = []
    for tenths, at in ((high, TOP), (middle, (TOP + FLOOR) / 2), (low, FLOOR)):
        rows.append(
            f'<line class="tr-grid" stroke="#c3cdd0" stroke-width=".15" x1="{LEFT:g}" '
            f'x2="{width - RIGHT:g}" y1="{at:g}" y2="{at:g}"/>'
            f'<text class="tr-text" fill="{GREY}" text-anchor="end" x="{LEFT - 1:g}" '
            f'y="{at + 0.9:.2f}">{figure(round(tenths, -1))}</text>'
        )
    return "".join(rows)


def _goal(trend: Trend, y, width: float) -> str:
    if trend.goal_tenths is None:
        return ""
    at = y(trend.goal_tenths)
    return (
        f'<line class="tr-goal" stroke="{GOAL}" stroke-width=".35" stroke-dasharray="1.4 1" '
        f'x1="{LEFT:g}" x2="{width - RIGHT:g}" y1="{at:.2f}" y2="{at:.2f}"/>'
        f'<text class="tr-goal-text" fill="{GOAL}" text-anchor="end" x="{width - RIGHT:g}" '
        f'y="{at - 0.7:.2f}">goal {figure(trend.goal_tenths)}</text>'
    )


def _labels(points: Sequence[Reading], places: Sequence[tuple[float, float]], width: float) -> str:
    """The first and the last day below, the last figure beside its point."""
    a, b = places[-1]
    foot = FLOOR + 3.6
    return (
        f'<text class="tr-text" fill="{GREY}" x="{LEFT:g}" y="{foot:g}">'
        f"{points[0].day:%m/%d/%y}</text>"
        f'<text class="tr-text" fill="{GREY}" text-anchor="end" x="{width - RIGHT:g}" '
        f'y="{foot:g}">{points[-1].day:%m/%d/%y}</text>'
        f'<text class="tr-now" font-weight="700" fill="{INK}" text-anchor="end" '
        f'x="{a - 1.2:.2f}" y="{max(TOP, b - 1):.2f}">{figure(points[-1].tenths)}</text>'
    )
