"""The same therapist's time with other patients at the same hour, charted or running."""

from typing import Any

from django.utils import timezone

from notes.enums import Lane
from notes.models import LiveChart, Note, TreatmentBlock, Visit


def elsewhere(visit: Visit, note: Note) -> list[dict[str, Any]]:
    """One-on-one time in other charts of that day, by record number: never by name."""
    charted = (
        TreatmentBlock.objects.filter(performer=note.author, note__visit__date=visit.date)
        .exclude(note=note)
        .exclude(technique__code="")
        .exclude(technique__lane=Lane.UNTIMED)
        .order_by("starts_at")
        .values_list("starts_at", "ends_at", "note__visit__patient__record_number")
    )
    rows = [_row(start, end, number, running=False) for start, end, number in charted]
    running = (
        LiveChart.objects.filter(
            note__author=note.author, note__visit__date=visit.date, started_at__isnull=False
        )
        .exclude(note=note)
        .values_list("started_at", "note__visit__patient__record_number")
    )
    return rows + [_row(start, timezone.now(), number, running=True) for start, number in running]


def _row(start, end, number: str, *, running: bool) -> dict[str, Any]:
    return {
        "start": int(start.timestamp()),
        "end": int(end.timestamp()),
        "who": number,
        "running": running,
    }
