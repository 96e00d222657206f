"""Charting treatment blocks: add, change, delete. Every write is safe to repeat."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from clinic.errors import Conflict, NotAllowed
from clinic.models import Clinician, User
from clinic.services import audit
from notes.lifecycle import check_can_edit
from notes.models import BlockRegion, BodyRegion, Note, Technique, TreatmentBlock
from notes.timekeeping import check_span

NEW = 0  # the version a form carries for a block that is not stored yet


@dataclass(frozen=True, slots=True)
class BlockEntry:
    """What the therapist entered for one block."""

    technique: Technique
    regions: Sequence[BodyRegion]
    side: str
    starts_at: datetime
    ends_at: datetime
    performed_by: str
    performer: Clinician
    grade: str = ""
    dose: str = ""
    response: str = ""
    pain_before: int | None = None
    pain_after: int | None = None
    diagnosis_codes: Sequence[str] = ()


def check_entry(entry: BlockEntry) -> None:
    """Refuse what could never be a true block; what is merely missing is found at signing."""
    check_span(entry.starts_at, entry.ends_at)
    sided = [region.label for region in entry.regions if region.needs_side]
    if sided and not entry.side:
        raise NotAllowed(f"Choose left, right or both for {', '.join(sided)}.")


@transaction.atomic
def save_block(
    note: Note, *, by: User, public_id: uuid.UUID, version: int, entry: BlockEntry
) -> TreatmentBlock:
    """Add the block, or change it if ``version`` is still the stored one.

    Adding the same ``public_id`` twice leaves one block. Raises Conflict with the stored
    block when somebody else changed or removed it, NotAllowed when the note is signed.
    """
    note = Note.objects.select_for_update().get(pk=note.pk)
    check_can_edit(note)
    check_entry(entry)
    stored = TreatmentBlock.objects.filter(public_id=public_id).first()
    if stored is not None and stored.note_id != note.pk:
        raise NotAllowed("This block belongs to another note: reload the page.")
    block = _add(note, public_id, entry) if stored is None and version == NEW else stored
    if stored is not None and version != NEW:
        block = _change(stored, version, entry)
    if block is None:
        raise Conflict("Somebody else removed this block. Add it again, or leave it out.")
    action = "block.added" if stored is None else "block.changed"
    _touch(note)
    audit.record(action, actor=by, subject=block, patient_id=note.visit.patient_id)
    return block


def _add(note: Note, public_id: uuid.UUID, entry: BlockEntry) -> TreatmentBlock:
    block = TreatmentBlock(note=note, public_id=public_id)
    _fill(block, entry)
    block.save()
    _set_regions(block, entry.regions)
    return block


def _change(block: TreatmentBlock, version: int, entry: BlockEntry) -> TreatmentBlock:
    if block.version != version:
        raise Conflict(
            "Somebody else changed this block while you were editing. Compare both and save "
            "the one that is right.",
            theirs=block,
        )
    _fill(block, entry)
    block.version += 1
    block.save()
    _set_regions(block, entry.regions)
    return block


def _fill(block: TreatmentBlock, entry: BlockEntry) -> None:
    for name in (
        "technique",
        "side",
        "starts_at",
        "ends_at",
        "performed_by",
        "performer",
        "grade",
        "dose",
        "response",
        "pain_before",
        "pain_after",
    ):
        setattr(block, name, getattr(entry, name))
    block.diagnosis_codes = list(entry.diagnosis_codes)


def _set_regions(block: TreatmentBlock, regions: Sequence[BodyRegion]) -> None:
    block.block_regions.exclude(region__in=regions).delete()
    kept = set(block.block_regions.values_list("region_id", flat=True))
    BlockRegion.objects.bulk_create(
        BlockRegion(block=block, region=region) for region in regions if region.pk not in kept
    )


@transaction.atomic
def delete_block(note: Note, *, by: User, public_id: uuid.UUID, version: int) -> None:
    """Take a block out of a draft. Deleting one that is gone already changes nothing."""
    note = Note.objects.select_for_update().get(pk=note.pk)
    check_can_edit(note)
    block = note.blocks.filter(public_id=public_id).first()
    if block is None:
        return
    if block.version != version:
        raise Conflict(
            "Somebody else changed this block. Look at it again before removing it.", theirs=block
        )
    audit.record("block.removed", actor=by, subject=block, patient_id=note.visit.patient_id)
    block.delete()
    _touch(note)


def _touch(note: Note) -> None:
    """A new version of the note, so that a signing page opened earlier is told."""
    note.version += 1
    note.save(update_fields=["version"])
