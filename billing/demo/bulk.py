"""History brought in by bulk inserts: real rows, marked as imported, without documents."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction

from billing.demo.record import measure_history
from billing.demo.visits import Ground, Story
from clinic.models import Practice, User
from notes.enums import NoteStatus, VisitStatus
from notes.models import (
    BlockRegion,
    EpisodeOfCare,
    Note,
    Procedure,
    ProcedureRegion,
    TreatmentBlock,
    Visit,
)

CHUNK = 2000
HISTORY = (
    "a good week, less stiff in the morning.",
    "sore after the last session for a day, then better than before.",
    "could do more at work, slept through the night.",
    "a setback on the weekend after lifting, settling again.",
)


@dataclass(frozen=True, slots=True)
class ImportedVisit:
    episode: EpisodeOfCare
    story: Story
    starts_at: datetime
    number: int


def import_history(practice: Practice, visits: Iterable[ImportedVisit], ground: Ground) -> int:
    """Insert signed history in chunks; returns how many visits."""
    done = 0
    rows = iter(visits)
    while chunk := list(islice(rows, CHUNK)):
        with transaction.atomic():
            _insert(practice, chunk, ground)
        done += len(chunk)
    return done


def _insert(practice: Practice, chunk: list[ImportedVisit], ground: Ground) -> None:
    zone = practice.zone
    visits = Visit.objects.bulk_create(
        Visit(
            practice=practice,
            episode=row.episode,
            patient_id=row.episode.patient_id,
            clinician_id=row.episode.clinician_id,
            location=ground.location,
            coverage_id=row.episode.coverage_id,
            date=row.starts_at.astimezone(zone).date(),
            starts_at=row.starts_at,
            number_in_episode=row.number,
            status=VisitStatus.SIGNED,
        )
        for row in chunk
    )
    notes = Note.objects.bulk_create(
        Note(
            practice=practice,
            visit=visit,
            author_id=visit.clinician_id,
            subjective=f"Visit {row.number}: {HISTORY[row.number % len(HISTORY)]}",
            objective=row.story["objective"],
            assessment="Tolerated the treatment; on course.",
            plan="Continue as planned.",
            imported=True,
        )
        for visit, row in zip(visits, chunk, strict=True)
    )
    _blocks(practice, notes, chunk, ground)
    _procedures(practice, notes, chunk, ground)
    measure_history(notes, chunk)
    _close(notes, chunk)


def _blocks(practice: Practice, notes: list[Note], chunk, ground: Ground) -> None:
    wanted = list(_block_rows(practice, notes, chunk, ground))
    blocks = TreatmentBlock.objects.bulk_create([block for block, _ in wanted])
    BlockRegion.objects.bulk_create(
        BlockRegion(practice=practice, block=block, region=ground.regions[key])
        for block, (_, keys) in zip(blocks, wanted, strict=True)
        for key in keys
    )


def _block_rows(
    practice: Practice, notes: list[Note], chunk, ground: Ground
) -> Iterator[tuple[TreatmentBlock, list[str]]]:
    for note, row in zip(notes, chunk, strict=True):
        moment = row.starts_at
        for technique, minutes, regions, side, grade, dose, response, pain, codes in row.story[
            "blocks"
        ]:
            end = moment + timedelta(minutes=minutes)
            before, _, after = pain.partition(">")
            block = TreatmentBlock(
                practice=practice,
                note=note,
                technique=ground.techniques[technique],
                side=side,
                starts_at=moment,
                ends_at=end,
                grade=grade,
                dose=dose,
                response=response,
                pain_before=int(before) if before else None,
                pain_after=int(after) if after else None,
                performer_id=note.author_id,
                diagnosis_codes=codes,
            )
            yield block, [key for key in regions.split("+") if key]
            moment = end


def _procedures(practice: Practice, notes: list[Note], chunk, ground: Ground) -> None:
    wanted = [
        (
            Procedure(
                practice=practice,
                note=note,
                code=code,
                minutes=minutes,
                findings=findings,
                performer_id=note.author_id,
                diagnosis_codes=codes,
            ),
            regions.split("+"),
        )
        for note, row in zip(notes, chunk, strict=True)
        for code, regions, minutes, findings, codes in row.story.get("procedures", ())
    ]
    made = Procedure.objects.bulk_create([procedure for procedure, _ in wanted])
    ProcedureRegion.objects.bulk_create(
        ProcedureRegion(practice=practice, procedure=procedure, region=ground.regions[key])
        for procedure, (_, keys) in zip(made, wanted, strict=True)
        for key in keys
    )


def _close(notes: list[Note], chunk: list[ImportedVisit]) -> None:
    """Signed last: the database takes no block of a signed note."""
    signers = dict(User.objects.filter(clinician__isnull=False).values_list("clinician__pk", "pk"))
    for note, row in zip(notes, chunk, strict=True):
        note.status = NoteStatus.SIGNED
        note.signed_at = row.starts_at + timedelta(hours=1)
        note.signed_by_id = signers[note.author_id]
        note.digest = hashlib.sha256(note.public_id.bytes).hexdigest()
    Note.objects.bulk_update(notes, ["status", "signed_at", "signed_by", "digest"], batch_size=500)
