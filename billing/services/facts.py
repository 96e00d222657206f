"""A visit as the engine reads it: rows in, frozen facts out."""

from datetime import datetime

from billing.engine.types import Block, Day, Procedure, Region
from billing.services.accrual import accrued_before
from billing.services.record_facts import record_of
from clinic.models import Clinician
from notes.models import Procedure as ChartedProcedure
from notes.models import TreatmentBlock, Visit
from notes.queries import blocks_of, diagnoses_of, procedures_of
from notes.words import Meanings, meanings_on

__all__ = ["day_of", "record_of"]


def day_of(visit: Visit) -> Day:
    """The visit's facts. Block ids are their numbers in the printed table: b1, b2, ..."""
    note = visit.note
    zone = visit.practice.zone
    diagnoses = tuple(row.code for row in diagnoses_of(visit))
    clinician = note.author
    words = meanings_on(visit.date)
    blocks = tuple(
        _block(number, block, zone, diagnoses, words)
        for number, block in enumerate(blocks_of(note), start=1)
    )
    procedures = tuple(
        _procedure(number, procedure, zone, diagnoses, words)
        for number, procedure in enumerate(procedures_of(note), start=1)
    )
    return Day(
        id=str(visit.public_id),
        date=visit.date,
        discipline=clinician.discipline,
        assistant=clinician.is_assistant,
        diagnoses=diagnoses,
        blocks=blocks,
        procedures=procedures,
        active_treatment=not visit.episode.maintenance,
        abn=visit.episode.notice or None,
        **accrued_before(visit, {item.code for item in (*blocks, *procedures)} - {""}),
    )


def _seconds(moment: datetime, zone) -> tuple[int, int]:
    offset = moment.astimezone(zone).utcoffset()
    return int(moment.timestamp()), int(offset.total_seconds())


def _practitioner(person: Clinician) -> str:
    """Under whom the service is billed: an assistant's under the supervisor."""
    return str(person.supervisor_id if person.is_assistant else person.pk)


def _regions(rows, words: Meanings) -> tuple[Region, ...]:
    return tuple(
        Region(row.region.key, row.region.label, words.buckets(row.region)) for row in rows
    )


def _block(
    number: int, block: TreatmentBlock, zone, known: tuple[str, ...], words: Meanings
) -> Block:
    start, offset = _seconds(block.starts_at, zone)
    end, _ = _seconds(block.ends_at, zone)
    assistant = block.performer.is_assistant and block.performed_by == "therapist"
    return Block(
        id=f"b{number}",
        code=words.code(block.technique),
        start=start,
        end=end,
        technique=block.technique.key,
        regions=_regions(block.block_regions.all(), words),
        side=block.side,
        by="assistant" if assistant else block.performed_by,
        diagnoses=tuple(code for code in block.diagnosis_codes if code in known),
        response=block.response,
        offset=offset,
        practitioner=_practitioner(block.performer),
    )


def _procedure(
    number: int, procedure: ChartedProcedure, zone, known: tuple[str, ...], words: Meanings
) -> Procedure:
    start, offset = _seconds(procedure.starts_at, zone) if procedure.starts_at else (None, 0)
    seconds = (procedure.minutes or 0) * 60
    return Procedure(
        code=procedure.code,
        id=f"p{number}",
        regions=_regions(procedure.procedure_regions.all(), words),
        start=start,
        end=start + seconds if start is not None and seconds else None,
        seconds=seconds,
        reduced=procedure.reduced,
        by="assistant" if procedure.performer.is_assistant else "therapist",
        diagnoses=tuple(code for code in procedure.diagnosis_codes if code in known),
        offset=offset,
        practitioner=_practitioner(procedure.performer),
    )
