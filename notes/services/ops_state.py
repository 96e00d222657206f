"""The chart as a charting screen holds it: everything in seconds and the vocabulary's keys."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from notes.models import LiveChart, Note, Operation, Procedure, TreatmentBlock, Visit
from notes.queries import blocks_of, procedures_of
from notes.services.entries import packed_block
from notes.services.live_elsewhere import elsewhere
from notes.services.missing import Missing, missing_for
from notes.services.texts import TEXT_FIELDS
from notes.words import Meanings, meanings_on

LATELY = timedelta(minutes=2)


def state_of(visit: Visit, note: Note, words: Meanings | None = None) -> dict[str, Any]:
    """What is stored now, with what still stops signing. ``words`` where they were read."""
    blocks, procedures = list(blocks_of(note)), list(procedures_of(note))
    (words or meanings_on(visit.date)).read_into(blocks, procedures)
    live = LiveChart.objects.filter(note=note).first()
    running = live is not None and live.is_running
    missing = missing_for(note, blocks, procedures, running=running)
    return state_from(visit, note, blocks, procedures, live, missing)


def state_from(
    visit: Visit,
    note: Note,
    blocks: Sequence[TreatmentBlock],
    procedures: Sequence[Procedure],
    live: LiveChart | None,
    missing: Sequence[Missing],
) -> dict[str, Any]:
    return {
        "version": note.version,
        "signed": note.is_signed,
        "now": timezone.now().timestamp(),
        "blocks": [_block(block) for block in blocks],
        "procedures": [_procedure(row) for row in procedures],
        "texts": {name: getattr(note, name) for name in TEXT_FIELDS},
        "running": _running(live),
        "planned": live.planned if live else [],
        "missing": [
            {"text": row.text, "anchor": row.anchor, "field": row.field} for row in missing
        ],
        "elsewhere": elsewhere(visit, note),
        "editors": _editors(note),
    }


def _editors(note: Note) -> list[dict[str, str]]:
    """Who wrote in the last minutes: two people at one chart should know of each other."""
    since = timezone.now() - LATELY
    rows = (
        Operation.objects.filter(note=note, at__gte=since)
        .values_list("user_id", "user__first_name", "user__last_name")
        .distinct()
    )
    return [{"id": pk, "name": f"{first} {last}"} for pk, first, last in rows]


def _block(block: TreatmentBlock) -> dict[str, Any]:
    return packed_block(block) | {
        "id": str(block.public_id),
        "version": block.version,
        "start": _seconds(block.starts_at),
        "end": _seconds(block.ends_at),
    }


def _procedure(row: Procedure) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "version": row.version,
        "code": row.code,
        "regions": [each.region.key for each in row.procedure_regions.all()],
        "start": _seconds(row.starts_at) if row.starts_at else None,
        "minutes": row.minutes,
        "findings": row.findings,
        "reduced": row.reduced,
        "diagnoses": row.diagnosis_codes,
    }


def _running(live: LiveChart | None) -> dict[str, Any] | None:
    if live is None or not (live.is_running or live.is_paused):
        return None
    return live.entry | {
        "id": str(live.block_id),
        "start": _seconds(live.started_at) if live.is_running else None,
        "paused": _seconds(live.paused_at) if live.is_paused else None,
    }


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
