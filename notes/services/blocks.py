"""Charting treatment blocks: add, change, delete. Every write is safe to repeat."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from clinic.errors import Conflict, NotAllowed
from clinic.models import Clinician, User
from clinic.scope import every_practice
from clinic.services import audit
from notes.lifecycle import check_can_edit
from notes.models import BlockRegion, BodyRegion, Note, Technique, TreatmentBlock
from notes.timekeeping import check_span

NEW = 0  # the version a form carries for a block that is not stored yet
_FIELDS = (
    "technique", "side", "starts_at", "ends_at", "performed_by", "grade", "dose", "response",
    "pain_before", "pain_after",
)  # fmt: skip


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
    check_sides(entry)


def check_sides(entry: BlockEntry) -> None:
    sided = [region.label for region in entry.regions if region.needs_side]
    if sided and not entry.side:
        raise NotAllowed(f"Choose left, right or both for {', '.join(sided)}.")


@transaction.atomic
def save_block(
    note: Note, *, by: User, public_id: uuid.UUID, version: int, entry: BlockEntry
) -> TreatmentBlock:
    """Add the block, or change it if ``version`` is still the stored one.

    Sending the same block again writes nothing. Raises Conflict with the stored block when
    it differs from what this person read, NotAllowed when the note is signed.
    """
    locked = Note.objects.select_for_update().get(pk=note.pk)
    return save_block_of_locked(locked, by=by, public_id=public_id, version=version, entry=entry)


def save_block_of_locked(
    note: Note, *, by: User, public_id: uuid.UUID, version: int, entry: BlockEntry
) -> TreatmentBlock:
    """The same for a caller that has locked the note in its own transaction and rolls it back."""
    check_can_edit(note)
    check_entry(entry)
    stored = _stored(note, public_id)
    if stored is None and version != NEW:
        raise Conflict("Somebody else removed this block. Add it again, or leave it out.")
    if stored is not None and _is_repeat(stored, version, entry):
        return stored
    block = _add(note, public_id, entry) if stored is None else _change(stored, version, entry)
    action = "block.added" if stored is None else "block.changed"
    _touch(note)
    audit.record(action, actor=by, subject=block, patient_id=note.visit.patient_id)
    return block


def _stored(note: Note, public_id: uuid.UUID) -> TreatmentBlock | None:
    with every_practice("public ids are unique across practices"):
        stored = TreatmentBlock.objects.filter(public_id=public_id).first()
    if stored is not None and stored.note_id != note.pk:
        raise NotAllowed("This block belongs to another note: reload the page.")
    return stored


def _is_repeat(stored: TreatmentBlock, version: int, entry: BlockEntry) -> bool:
    """Whether an answer was lost on its way and the same request came again."""
    if version not in (stored.version - 1, NEW):
        return False
    regions = set(stored.block_regions.values_list("region_id", flat=True))
    return (
        all(getattr(stored, name) == getattr(entry, name) for name in _FIELDS)
        and stored.diagnosis_codes == list(entry.diagnosis_codes)
        and regions == {region.pk for region in entry.regions}
    )


def _add(note: Note, public_id: uuid.UUID, entry: BlockEntry) -> TreatmentBlock:
    # Who gave the treatment stays, whoever mends a word in it later.
    block = TreatmentBlock(note=note, public_id=public_id, performer=entry.performer)
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
    for name in _FIELDS:
        setattr(block, name, getattr(entry, name))
    block.diagnosis_codes = list(entry.diagnosis_codes)


def _set_regions(block: TreatmentBlock, regions: Sequence[BodyRegion]) -> None:
    before = set(block.block_regions.values_list("region_id", flat=True))
    wanted = {region.pk for region in regions}
    if before - wanted:
        block.block_regions.filter(region__in=before - wanted).delete()
    BlockRegion.objects.bulk_create(
        BlockRegion(block=block, region=region) for region in regions if region.pk not in before
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
