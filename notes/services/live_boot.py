"""What a charting screen is given with the page, so that it can work on without a connection."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from clinic.models import Clinician
from notes.models import LiveChart, TreatmentBlock, Visit
from notes.services.favourites import favourites_of, last_time
from notes.services.templates import templates_for
from notes.services.texts_snippets import snippets_of
from notes.words import Lists, Meanings


def boot_of(
    visit: Visit,
    clinician: Clinician,
    blocks: list[TreatmentBlock],
    live: LiveChart | None,
    words: Meanings,
    lists: Lists,
) -> dict[str, Any]:
    """The practice's words, the day's clock and what this therapist uses often."""
    return {
        "day": {
            "date": visit.date.isoformat(),
            "starts": int(visit.starts_at.timestamp()),
            "ends": int((visit.starts_at + timedelta(minutes=visit.booked_minutes)).timestamp()),
            "offsets": offsets_around(visit.starts_at, visit.practice.zone),
        },
        "techniques": _techniques(_used_techniques(blocks, live), lists),
        "regions": _regions(lists),
        "favourites": favourites_of(clinician, words, lists.techniques),
        "last": last_time(visit),
        "templates": [
            {
                "id": str(row.public_id),
                "name": row.name,
                "shared": row.clinician_id is None,
                "entries": row.entries,
            }
            for row in templates_for(clinician)
        ],
        "snippets": snippets_of(clinician),
    }


def _techniques(used: set[str], lists: Lists) -> list[list[Any]]:
    """What the form's list does not say; the label only of those that it does not offer."""
    return [
        [t.key, t.code, t.lane, int(t.needs_region)] + ([] if t.active else [t.label])
        for t in lists.techniques
        if t.active or t.key in used
    ]


def _regions(lists: Lists) -> dict[str, Any]:
    """Which regions have sides, and those that the form's list does not offer any more."""
    return {
        "sided": [row.key for row in lists.regions if row.needs_side],
        "retired": {row.key: row.label for row in lists.regions if not row.active},
    }


def _used_techniques(blocks: list[TreatmentBlock], live: LiveChart | None) -> set[str]:
    used = {block.technique.key for block in blocks}
    if live:
        used |= {row.get("technique", "") for row in [live.entry, *live.planned]}
    return used


def offsets_around(moment: datetime, zone: ZoneInfo) -> list[list[int]]:
    """[from second, offset in seconds] of the three days around, for a night the clocks change."""
    start = (moment - timedelta(days=1)).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    rows: list[list[int]] = []
    for hour in range(24 * 3):
        at = start + timedelta(hours=hour)
        offset = int(at.astimezone(zone).utcoffset().total_seconds())
        if not rows or rows[-1][1] != offset:
            rows.append([int(at.timestamp()), offset])
    return rows
