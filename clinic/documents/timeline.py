"""The treatment timeline as a drawing: a lane per code, quarter hours, and a rail of gaps.

Lanes differ by pattern as well as by color, for black-and-white printers. Sizes are mm.
"""

import itertools
from dataclasses import dataclass
from datetime import time
from xml.sax.saxutils import escape

from . import hatching
from .parts import Block, Procedure

GUTTER, LANE, BAR, RAIL, AXIS = 17.0, 5.0, 4.2, 2.0, 3.6
FONT = 'font-family="Source Sans 3" font-size="2.3" fill="#17282f"'
GREY, INK = "#4a5a60", "#17282f"
LOOKS = (
    ("#1d5a66", None),
    ("#8a4b12", hatching.diagonal),
    ("#4b4a8c", hatching.dotted),
    ("#3f6b25", hatching.upright),
    ("#8a2f55", hatching.crossed),
    ("#3a4f63", hatching.level),
    ("#5d5d5d", hatching.plain),
)


@dataclass(frozen=True)
class Piece:
    lane: str
    label: str
    start: int
    end: int


@dataclass(frozen=True)
class Scale:
    start: int
    end: int
    width: float

    def x(self, minute: int) -> float:
        share = (minute - self.start) / (self.end - self.start)
        return GUTTER + share * (self.width - GUTTER - 0.4)

    def ticks(self) -> range:
        length = self.end - self.start
        step = 15 if length <= 150 else 30 if length <= 300 else 60
        return range(self.start, self.end + 1, step)


def minute_of(value: time) -> int:
    return value.hour * 60 + value.minute


def pieces_of(blocks: tuple[Block, ...], procedures: tuple[Procedure, ...] = ()) -> list[Piece]:
    timed = [
        Piece(block.lane or block.code, str(block.number), minute_of(block.start),
              max(minute_of(block.end), minute_of(block.start) + 1))
        for block in blocks
    ]  # fmt: skip
    untimed = [
        Piece(item.code, "", minute_of(item.start), _end_of(item))
        for item in procedures
        if item.start
    ]
    return timed + untimed


def _end_of(item: Procedure) -> int:
    """Its end, else its minutes after the start, else one minute so that it can be seen."""
    start = minute_of(item.start)
    end = minute_of(item.end) if item.end else start + (item.minutes or 1)
    return max(end, start + 1)


def drawing(blocks: tuple[Block, ...], procedures: tuple[Procedure, ...], width: float) -> str:
    """The strip as SVG, or nothing when nothing with a time has been charted."""
    pieces = pieces_of(blocks, procedures)
    if not pieces:
        return ""
    lanes = list(dict.fromkeys(piece.lane for piece in pieces))
    first, last = min(p.start for p in pieces), max(p.end for p in pieces)
    scale = Scale(first // 15 * 15, -(-last // 15) * 15, width)
    floor = len(lanes) * LANE
    height = floor + RAIL + 1.2 + AXIS
    body = [_grid(scale, floor + RAIL + 1.2, height)]
    for row, lane in enumerate(lanes):
        mine = [piece for piece in pieces if piece.lane == lane]
        body.append(_lane(lane, mine, row, scale))
    body.append(_rail(pieces, scale, floor + 0.6))
    return (
        f'<svg class="strip" xmlns="http://www.w3.org/2000/svg" width="{width}mm" '
        f'height="{height:.1f}mm" viewBox="0 0 {width} {height:.1f}" {FONT}>'
        f"<title>{escape(in_words(pieces))}</title>{''.join(body)}</svg>"
    )


def in_words(pieces: list[Piece]) -> str:
    first, last = min(p.start for p in pieces), max(p.end for p in pieces)
    rows = "; ".join(
        f"{p.lane} {f'block {p.label}' if p.label else 'untimed'} {hours(p.start)}–{hours(p.end)}"
        for p in pieces
    )
    return f"Treatment timeline from {hours(first)} to {hours(last)}: {rows}."


def hours(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def _grid(scale: Scale, foot: float, height: float) -> str:
    ticks = scale.ticks()
    lines = "".join(f"M{scale.x(tick):.2f} 0V{foot:.2f}" for tick in ticks)
    labels = "".join(_tick(tick, scale, height) for tick in ticks)
    return f'<path fill="none" stroke="#c3cdd0" stroke-width=".15" d="{lines}"/>{labels}'


def _tick(tick: int, scale: Scale, height: float) -> str:
    anchor = "end" if tick == scale.end else "start" if tick == scale.start else "middle"
    return (
        f'<text text-anchor="{anchor}" fill="{GREY}" x="{scale.x(tick):.2f}" '
        f'y="{height - 0.6:.2f}">{hours(tick)}</text>'
    )


def _lane(name: str, pieces: list[Piece], row: int, scale: Scale) -> str:
    color, pattern = LOOKS[row % len(LOOKS)]
    top = row * LANE + (LANE - BAR) / 2
    boxes = [(scale.x(p.start), scale.x(p.end) - scale.x(p.start), p.label) for p in pieces]
    outline = "".join(
        f"M{x + 0.15:.2f} {top:.2f}h{w - 0.3:.2f}v{BAR}h{0.3 - w:.2f}z" for x, w, _ in boxes
    )
    parts = [
        f'<text font-size="2.8" font-weight="600" x="0" y="{top + 3.1:.2f}">{escape(name)}</text>'
    ]
    if pattern is None:
        parts.append(f'<path fill="{color}" d="{outline}"/>')
    else:
        lines = "".join(pattern(x + 0.15, top, w - 0.3, BAR) for x, w, _ in boxes)
        parts.append(f'<path fill="#fff" stroke="{color}" stroke-width=".3" d="{outline}"/>')
        parts.append(f'<path fill="none" stroke="{color}" stroke-width=".25" d="{lines}"/>')
        parts.append(f'<path fill="#fff" d="{_plates(boxes, top)}"/>')
    ink = "#fff" if pattern is None else INK
    parts.append(f'<g font-weight="600" text-anchor="middle" fill="{ink}">')
    parts += [
        f'<text x="{x + w / 2:.2f}" y="{top + 3:.2f}">{label}</text>'
        for x, w, label in boxes
        if label and w >= 1.3 * len(label) + 0.5
    ]
    parts.append("</g>")
    return "".join(parts)


def _plates(boxes: list[tuple[float, float, str]], top: float) -> str:
    """White ground behind a number, so that it reads on any pattern."""
    plates = []
    for x, w, label in boxes:
        size = 1.3 * len(label) + 0.5
        if label and w >= size:
            plates.append(f"M{x + (w - size) / 2:.2f} {top + 0.7:.2f}h{size:.2f}v2.8h{-size:.2f}z")
    return "".join(plates)


def _rail(pieces: list[Piece], scale: Scale, top: float) -> str:
    """Minutes with one block thin, with two or more thick and black, with none open."""
    single, double, gaps = [], [], []
    for start, end, depth in stretches(pieces):
        x, w = scale.x(start), scale.x(end) - scale.x(start)
        if depth == 1:
            single.append(f"M{x:.2f} {top + 0.7:.2f}h{w:.2f}v.6h{-w:.2f}z")
        elif depth:
            double.append(f"M{x:.2f} {top:.2f}h{w:.2f}v{RAIL}h{-w:.2f}z")
        else:
            gaps.append(f"M{x + 0.2:.2f} {top:.2f}h{w - 0.4:.2f}v{RAIL}h{0.4 - w:.2f}z")
    looks = (
        ('fill="#7d8c91"', single),
        ('fill="#000"', double),
        (f'fill="#fff" stroke="{GREY}" stroke-width=".2" stroke-dasharray=".7 .5"', gaps),
    )
    rail = "".join(f'<path {look} d="{"".join(paths)}"/>' for look, paths in looks if paths)
    return (
        f'<text font-size="2.1" fill="{GREY}" x="0" y="{top + 1.8:.2f}">gaps, overlaps</text>{rail}'
    )


def stretches(pieces: list[Piece]) -> list[tuple[int, int, int]]:
    """The visit cut at every edge, with how many blocks run in each stretch; equals joined."""
    edges = sorted({p.start for p in pieces} | {p.end for p in pieces})
    found: list[tuple[int, int, int]] = []
    for start, end in itertools.pairwise(edges):
        depth = min(2, sum(p.start <= start and p.end >= end for p in pieces))
        if found and found[-1][2] == depth:
            found[-1] = (found[-1][0], end, depth)
        else:
            found.append((start, end, depth))
    return found
