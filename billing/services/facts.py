"""A visit as the engine reads it: rows in, frozen facts out."""

from datetime import datetime

from billing.engine.record import (
    Authorization,
    Certification,
    Order,
    OtherInterval,
    Record,
)
from billing.engine.tables import shipped_codes
from billing.engine.types import Block, Day, Procedure, Region
from clinic.models import Practice
from notes.models import TreatmentBlock, Visit
from notes.models import Procedure as ChartedProcedure
from notes.queries import blocks_of, diagnoses_of, procedures_of
from notes.words import Meanings, meanings_on

RECENT_NOTES = 3
TIMED = tuple(fact.code for fact in shipped_codes() if fact.basis == "timed")


def day_of(visit: Visit) -> Day:
    """The visit's facts. Block ids are their numbers in the printed table: b1, b2, ..."""
    note = visit.note
    zone = visit.practice.zone
    diagnoses = tuple(row.code for row in diagnoses_of(visit))
    clinician = note.author
    words = meanings_on(visit.date)
    return Day(
        id=str(visit.public_id),
        date=visit.date,
        discipline=clinician.discipline,
        assistant=clinician.is_assistant,
        diagnoses=diagnoses,
        blocks=tuple(
            _block(number, block, zone, diagnoses, words)
            for number, block in enumerate(blocks_of(note), start=1)
        ),
        procedures=tuple(
            _procedure(number, procedure, zone, diagnoses, words)
            for number, procedure in enumerate(procedures_of(note), start=1)
        ),
        active_treatment=not visit.episode.maintenance,
    )


def _seconds(moment: datetime, zone) -> tuple[int, int]:
    offset = moment.astimezone(zone).utcoffset()
    return int(moment.timestamp()), int(offset.total_seconds())


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
        by="assistant" if procedure.performer.is_assistant else "therapist",
        diagnoses=tuple(code for code in procedure.diagnosis_codes if code in known),
        offset=offset,
    )


def record_of(visit: Visit) -> Record:
    """What the chart around the visit says; absent is unknown."""
    episode, note = visit.episode, visit.note
    plan = episode.plans.filter(starts_on__lte=visit.date).order_by("-starts_on").first()
    order = episode.orders.order_by("-ordered_on").first()
    # The latest granted, not the first ever: an earlier one has usually run out.
    granted = episode.authorizations.filter(starts_on__lte=visit.date)
    authorization = granted.order_by("-starts_on", "-pk").first()
    return Record(
        plan_of_care_on=plan.starts_on if plan else None,
        plan_of_care_to=plan.ends_on if plan else None,
        first_treatment_on=episode.started_on,
        certification=Certification(
            certified_from=plan.starts_on if plan.certified_on else None,
            certified_to=plan.ends_on if plan.certified_on else None,
            signed_on=plan.certified_on,
            sent_on=plan.sent_on,
            order_on_file=order is not None,
        )
        if plan
        else None,
        order=Order(on_file=True, units_per_visit=order.units_per_visit) if order else None,
        authorization=Authorization(
            number=authorization.number,
            valid_from=authorization.starts_on,
            valid_to=authorization.ends_on,
            visits_granted=authorization.visits,
            visits_used=visit.number_in_episode - 1,
        )
        if authorization
        else None,
        author_credentials=note.author.credential,
        license_on_file=bool(note.author.licence_number),
        other_intervals=_elsewhere(visit, visit.practice),
        note_text=_text(note),
        recent_note_texts=_recent(visit),
    )


def _elsewhere(visit: Visit, practice: Practice) -> tuple[OtherInterval, ...]:
    """The same clinician's timed blocks in other charts of that day."""
    others = TreatmentBlock.objects.filter(
        performer=visit.note.author, note__visit__date=visit.date, technique__code__in=TIMED
    ).exclude(note__visit=visit)
    return tuple(
        OtherInterval(int(start.timestamp()), int(end.timestamp()), label=number)
        for start, end, number in others.order_by("starts_at").values_list(
            "starts_at", "ends_at", "note__visit__patient__record_number"
        )
    )


def _text(note) -> str:
    parts = (note.subjective, note.objective, note.assessment, note.plan)
    return "\n".join(part for part in parts if part)


def _recent(visit: Visit) -> tuple[str, ...]:
    earlier = (
        type(visit)
        .objects.filter(episode=visit.episode_id, date__lt=visit.date, note__isnull=False)
        .select_related("note")
        .order_by("-date")[:RECENT_NOTES]
    )
    return tuple(_text(row.note) for row in earlier)
