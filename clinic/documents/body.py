"""The body figure, front and back, with the treated and the adjusted regions marked."""

from collections.abc import Iterable
from functools import cache
from xml.sax.saxutils import escape

from .body_shapes import MIDLINE, OUTLINE, SHAPE_OF, SIDED
from .parts import Region

CENTER = {"front": 40, "back": 124}
FONT = 'font-family="Source Sans 3" font-size="10" text-anchor="middle" fill="#4a5a60"'
SKIN = 'fill="#eef1f1" stroke="#6f7f85" stroke-width=".7"'
TREATED = 'fill="#1d5a66"'
ADJUSTED = 'fill="none" stroke="#000" stroke-width="1.2" stroke-dasharray="2.6 1.2"'


def drawing(
    treated: Iterable[Region], adjusted: Iterable[Region], words: str, height_mm: float = 34
) -> str:
    """`words` is the text alternative; the printed list beside the figure says the same."""
    adjusted_path = "".join(path for region in adjusted for path in paths_of(region))
    treated_path = "".join(path for region in treated for path in paths_of(region))
    width = height_mm * 164 / 212
    letters = "".join(
        f'<text x="{CENTER[view] + dx}" y="56">{letter}</text>'
        for view, dx, letter in (
            ("front", -33, "R"), ("front", 33, "L"), ("back", -33, "L"), ("back", 33, "R"),
        )
    ) + "".join(
        f'<text x="{x}" y="208">{view}</text>' for view, x in CENTER.items()
    )  # fmt: skip
    return (
        f'<svg class="body" xmlns="http://www.w3.org/2000/svg" width="{width:.1f}mm" '
        f'height="{height_mm}mm" viewBox="0 0 164 212" {FONT}><title>{escape(words)}</title>'
        f'<path {SKIN} d="{_outlines()}"/>'
        f'<path {TREATED} d="{treated_path}"/>'
        f'<path {ADJUSTED} d="{adjusted_path}"/>{letters}</svg>'
    )


def paths_of(region: Region) -> list[str]:
    """A shape for the region itself, else for each of its billing buckets."""
    name = _shape_name(region.key)
    names = [name] if name else [bucket for bucket in map(_shape_name, region.buckets) if bucket]
    return [path for name in names for path in _paths(name, region.side)]


def _shape_name(key: str) -> str | None:
    name = SHAPE_OF.get(key, key)
    return name if name in SIDED or name in MIDLINE else None


@cache
def _paths(name: str, side: str) -> tuple[str, ...]:
    sides = [side] if side in ("left", "right") else ["left", "right"]
    if name in SIDED:
        view, points = SIDED[name]
        return tuple(_smooth(points, CENTER[view], _sign(view, each)) for each in sides)
    view, half = MIDLINE[name]
    if len(sides) == 1:
        return (_smooth(half, CENTER[view], _sign(view, sides[0])),)
    mirrored = tuple((-x, y) for x, y in reversed(half) if x)
    return (_smooth(half + mirrored, CENTER[view], 1),)


def _sign(view: str, side: str) -> int:
    """The patient's right is on the viewer's left in front, on the right behind."""
    return 1 if (view == "back") == (side == "right") else -1


@cache
def _outlines() -> str:
    whole = OUTLINE + tuple((-x, y) for x, y in reversed(OUTLINE) if x)
    return "".join(_smooth(whole, center, 1) for center in CENTER.values())


def _smooth(points: tuple[tuple[float, float], ...], center: float, sign: int) -> str:
    """A closed curve through the points (Catmull-Rom as cubic Béziers)."""
    dots = [(center + sign * x, 2 + y) for x, y in points]
    count = len(dots)
    path = [f"M{dots[0][0]:.1f} {dots[0][1]:.1f}"]
    for n in range(count):
        (ax, ay), (bx, by) = dots[n - 1], dots[n]
        (cx, cy), (dx, dy) = dots[(n + 1) % count], dots[(n + 2) % count]
        path.append(
            f"C{bx + (cx - ax) / 7:.1f} {by + (cy - ay) / 7:.1f} "
            f"{cx - (dx - bx) / 7:.1f} {cy - (dy - by) / 7:.1f} {cx:.1f} {cy:.1f}"
        )
    return "".join(path) + "z"
