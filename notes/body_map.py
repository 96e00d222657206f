"""The tappable body, front and back: one shape for each region of the list, ours throughout.

Drawn once into a static file by ``manage.py draw_body_map``, so that a browser keeps it. The
shapes of the printed figure are used where one region has one; joints, spinal levels and
muscles that share a bucket on paper have their own here.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from clinic.documents.body import CENTER, _outlines, _sign, _smooth
from clinic.documents.body_shapes import MIDLINE, SHAPE_OF, SIDED

Points = tuple[tuple[float, float], ...]
_REGIONS = Path(__file__).parent / "reference" / "regions.csv"


def _dot(x: float, y: float, r: float) -> Points:
    return ((x - r, y), (x, y - r), (x + r, y), (x, y + r))


def _bar(top: float, bottom: float, half: float) -> Points:
    """A midline shape's right half, from the midline out."""
    return ((0, top), (half, top + 0.3), (half, bottom - 0.3), (0, bottom))


# Patient's one side: view and shape.
_SIDED: dict[str, tuple[str, Points]] = {
    "tmj": ("front", _dot(7, 17.5, 2.6)),
    "suboccipital": ("back", _dot(4.6, 24, 2.4)),
    "cervical_paraspinals": ("back", ((3.4, 28.5), (5.6, 29), (6, 36.5), (3.6, 37.6))),
    "thoracic_paraspinals": ("back", ((3.8, 60), (8, 61), (7.6, 71), (3.8, 71.4))),
    "costovertebral": ("back", ((3.8, 52), (6.4, 53.6), (6.4, 59), (3.8, 59.4))),
    "lumbar_paraspinals": ("back", ((4.4, 73), (7.4, 74), (7.2, 90), (4.6, 91))),
    "quadratus_lumborum": ("back", ((7.8, 75), (13, 78), (13.4, 88.5), (7.8, 90))),
    "ribs": ("front", ((9, 58.5), (16.4, 56.4), (16.6, 68), (12, 73), (8.6, 66))),
    "intercostals": ("front", ((3, 58.4), (8, 58.8), (8.2, 66), (3.4, 63.4))),
    "si_joint": ("back", _dot(5.8, 95.4, 3)),
    "gluteals": ("back", ((2.4, 105), (16.8, 101), (18, 107), (12, 114), (3, 112.6))),
    "piriformis": ("back", ((3.6, 99.8), (12.6, 97.6), (14.6, 100.4), (4, 103.8))),
    "rotator_cuff": ("back", ((15.6, 44.4), (20.4, 43.6), (24, 48.4), (22, 53), (16.4, 51.8))),
    "scapular": ("back", ((8.2, 48), (15.4, 47.6), (15, 55), (9.8, 62), (7.6, 57))),
}

# Front and back both know these joints and limbs: tapped from either side they are one region.
_BOTH_VIEWS = ("elbow", "forearm", "wrist", "hand", "ankle", "upper_arm")

_MIDLINE: dict[str, tuple[str, Points]] = {
    "atlanto_occipital": ("back", _bar(22.4, 26.6, 2.2)),
    "cervical_upper": ("back", _bar(27, 30.4, 3.2)),
    "cervical_spine": ("back", _bar(30.7, 34, 3.2)),
    "cervical_lower": ("back", _bar(34.3, 38, 3.2)),
    "cervicothoracic_junction": ("back", _bar(38.3, 42.6, 3.4)),
    "thoracic_upper": ("back", _bar(42.9, 50, 3.4)),
    "thoracic_spine": ("back", _bar(50.3, 59.6, 3.4)),
    "thoracic_lower": ("back", _bar(59.9, 69, 3.4)),
    "thoracolumbar_junction": ("back", _bar(69.3, 74, 3.8)),
    "lumbar_spine": ("back", _bar(74.3, 86, 4)),
    "lumbosacral_junction": ("back", _bar(86.3, 91.6, 4.2)),
    "sacrum": ("back", ((0, 92), (3, 92.4), (2.2, 99), (0, 101))),
    "coccyx": ("back", ((0, 101.4), (2, 101.6), (1.2, 105), (0, 106))),
}


def region_keys() -> list[tuple[str, str]]:
    """Key and label of each region of the list, in its order."""
    with _REGIONS.open(encoding="utf-8", newline="") as handle:
        return [(row["key"], row["label"]) for row in csv.DictReader(handle)]


def shapes_of(key: str) -> Iterator[tuple[str, str, str]]:
    """View, side ("" on the midline) and path of each place where the region can be tapped."""
    if key in _MIDLINE:
        yield _whole(*_MIDLINE[key])
        return
    if key in _SIDED:
        yield from _halves(*_SIDED[key])
        return
    name = SHAPE_OF.get(key, key)
    if name in MIDLINE:
        yield _whole(*MIDLINE[name])
        return
    view, points = SIDED[name]
    for each in ("front", "back") if key in _BOTH_VIEWS else (view,):
        yield from _halves(each, points)


def _whole(view: str, half: Points) -> tuple[str, str, str]:
    mirrored = tuple((-x, y) for x, y in reversed(half) if x)
    return view, "", _smooth(half + mirrored, CENTER[view], 1)


def _halves(view: str, points: Points) -> Iterator[tuple[str, str, str]]:
    for side in ("right", "left"):
        yield view, side, _smooth(points, CENTER[view], _sign(view, side))


# Under the others, so that the small ones stay within reach of a finger.
_FIRST = ("head", "pelvis", "abdomen", "pectorals", "latissimus", "thigh", "upper_trapezius")


def drawing() -> str:
    """The whole picture. It says nothing to a screen reader: the list does."""
    labels = dict(region_keys())
    order = [*(key for key in _FIRST if key in labels), *(k for k in labels if k not in _FIRST)]
    shapes = "".join(
        f'<path data-region="{key}"{f" data-side={chr(34)}{side}{chr(34)}" if side else ""} '
        f'd="{path}"><title>{labels[key]}{f", {side}" if side else ""}</title></path>'
        for key in order
        for _view, side, path in shapes_of(key)
    )
    letters = "".join(
        f'<text x="{CENTER[view] + dx}" y="52">{letter}</text>'
        for view, dx, letter in (
            ("front", -34, "R"), ("front", 34, "L"), ("back", -34, "L"), ("back", 34, "R"),
        )
    )  # fmt: skip
    names = "".join(
        f'<text x="{x}" y="211">{view.capitalize()}</text>' for view, x in CENTER.items()
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 164 214" focusable="false">'
        f'<path class="outline" d="{_outlines()}"/>{shapes}{letters}{names}</svg>\n'
    )
