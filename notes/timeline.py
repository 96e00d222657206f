"""The geometry of the drawn timeline: percent of the visit's span, pixels down."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from notes.enums import Lane
from notes.models import TreatmentBlock, Visit

ROW, HEAD, RAIL = 54, 30, 30
QUARTER = timedelta(minutes=15)
FIVE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Scale:
    """From the quarter-hour before the first minute to the one after the last."""

    start: datetime
    end: datetime

    def x(self, moment: datetime) -> float:
        return round(100 * ((moment - self.start) / (self.end - self.start)), 3)

    def width(self, start: datetime, end: datetime) -> float:
        return round(100 * ((end - start) / (self.end - self.start)), 3)


def timeline_of(visit: Visit, blocks: list[TreatmentBlock]) -> dict | None:
    """What components/timeline.html draws, or None while nothing is charted."""
    if not blocks:
        return None
    zone = visit.practice.zone
    scale = _scale(visit, blocks)
    lanes = _lanes(blocks)
    rows = {lane["key"]: lane["y"] for lane in lanes}
    rail_y = HEAD + ROW * len(lanes)
    gaps, overlaps = _rail(scale, blocks)
    clashing = {pk for overlap in overlaps for pk in overlap["between"]}
    return {
        "id": "tl",
        "label": f"Timeline of {len(blocks)} block{'s' if len(blocks) > 1 else ''}",
        "lanes": lanes,
        "ticks": _ticks(scale, zone),
        "blocks": [_box(block, scale, rows, zone, clashing) for block in blocks],
        "spans": [
            {"x": scale.x(b.starts_at), "width": scale.width(b.starts_at, b.ends_at)}
            for b in blocks
        ],
        "gaps": gaps,
        "overlaps": overlaps,
        "height": rail_y + RAIL,
        "rail_y": rail_y,
    }


def _scale(visit: Visit, blocks: list[TreatmentBlock]) -> Scale:
    first = min(b.starts_at for b in blocks)
    last = max(b.ends_at for b in blocks)
    start = first - timedelta(minutes=first.minute % 15, seconds=first.second)
    length = max(last - start, timedelta(minutes=30))
    quarters = -(-length // QUARTER)
    return Scale(start, start + quarters * QUARTER)


def _lane_key(block: TreatmentBlock) -> str:
    return block.technique.code or "none"


def _lanes(blocks: list[TreatmentBlock]) -> list[dict]:
    lanes: dict[str, dict] = {}
    for block in blocks:
        key = _lane_key(block)
        lane = lanes.setdefault(
            key,
            {
                "key": key,
                "lane": block.technique.lane,
                "name": Lane(block.technique.lane).label if block.technique.code else "Not billed",
                "code": block.technique.code,
                "minutes": 0,
                "y": HEAD + ROW * len(lanes),
            },
        )
        lane["minutes"] += block.minutes
    return list(lanes.values())


def _ticks(scale: Scale, zone) -> list[dict]:
    ticks, moment = [], scale.start
    step = FIVE if scale.end - scale.start <= timedelta(hours=2) else QUARTER
    while moment <= scale.end:
        local = moment.astimezone(zone)
        quarter = local.minute % 15 == 0
        label = f"{local.hour % 12 or 12}:{local:%M}" if quarter else ""
        ticks.append({"x": scale.x(moment), "label": label})
        moment += step
    return ticks


def _box(block: TreatmentBlock, scale: Scale, rows: dict, zone, clashing: set) -> dict:
    start, end = block.starts_at.astimezone(zone), block.ends_at.astimezone(zone)
    where = ", ".join(row.region.label for row in block.block_regions.all())
    return {
        "x": scale.x(block.starts_at),
        "width": scale.width(block.starts_at, block.ends_at),
        "y": rows[_lane_key(block)] + 6,
        "lane": block.technique.lane,
        "name": block.technique.label,
        "detail": f"{block.minutes} min" + (f" · {where}" if where else ""),
        "says": f"{start:%H:%M} to {end:%H:%M}, {block.minutes} minutes"
        + (f", {where}" if where else ""),
        "clash": block.pk in clashing,
        "href": f"#block-{block.public_id}",
    }


def _rail(scale: Scale, blocks: list[TreatmentBlock]) -> tuple[list[dict], list[dict]]:
    """Gaps between blocks and overlaps of them, in order of time."""
    gaps, overlaps = [], []
    latest = blocks[0]
    for block in blocks[1:]:
        if block.starts_at > latest.ends_at:
            gaps.append(_stretch(scale, latest.ends_at, block.starts_at))
        elif block.starts_at < latest.ends_at:
            until = min(latest.ends_at, block.ends_at)
            stretch = _stretch(scale, block.starts_at, until)
            overlaps.append(stretch | {"between": (latest.pk, block.pk)})
        if block.ends_at > latest.ends_at:
            latest = block
    return gaps, overlaps


def _stretch(scale: Scale, start: datetime, end: datetime) -> dict:
    x, width = scale.x(start), scale.width(start, end)
    return {
        "x": x,
        "width": width,
        "middle": round(x + width / 2, 3),
        "minutes": int((end - start).total_seconds() // 60),
        "start": start,
        "end": end,
    }
