"""Charting untimed services: adjustments, evaluations, supervised modalities."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from clinic.errors import Conflict, NotAllowed
from clinic.models import Clinician, User
from clinic.scope import every_practice
from clinic.services import audit
from notes.lifecycle import check_can_edit
from notes.models import BodyRegion, Note, Procedure, ProcedureRegion

NEW = 0
_FROM_REGIONS = ("CMT", "OMT")
_FIELDS = ("code", "starts_at", "minutes", "findings", "reduced")


@dataclass(frozen=True, slots=True)
class ProcedureEntry:
    code: str
    regions: Sequence[BodyRegion]
    performer: Clinician
    starts_at: datetime | None = None
    minutes: int | None = None
    findings: str = ""
    reduced: bool = False
    diagnosis_codes: Sequence[str] = ()


def check_entry(entry: ProcedureEntry) -> None:
    if entry.code in _FROM_REGIONS and not entry.regions:
        raise NotAllowed("Choose the regions that were adjusted: they decide the code.")
    try:
        Procedure(code=entry.code).clean_code()
    except ValidationError as error:
        raise NotAllowed(" ".join(error.messages)) from error
    if entry.minutes is not None and entry.minutes > 24 * 60:
        raise NotAllowed("A procedure cannot be longer than 24 hours: correct the minutes.")


@transaction.atomic
def save_procedure(
    note: Note, *, by: User, public_id: uuid.UUID, version: int, entry: ProcedureEntry
) -> Procedure:
    """Add the procedure, or change it if ``version`` is still the stored one.

    Sending the same procedure again writes nothing.
    """
    note = Note.objects.select_for_update().get(pk=note.pk)
    check_can_edit(note)
    check_entry(entry)
    stored = _stored(note, public_id)
    if stored is None and version != NEW:
        raise Conflict("Somebody else removed this procedure. Add it again, or leave it out.")
    if stored is not None and _is_repeat(stored, version, entry):
        return stored
    if stored is not None and version != stored.version:
        raise Conflict(
            "Somebody else changed this procedure while you were editing. Compare both and save "
            "the one that is right.",
            theirs=stored,
        )
    # Who gave the treatment stays, whoever mends a word in it later.
    new = Procedure(note=note, public_id=public_id, performer=entry.performer)
    procedure = _write(stored or new, entry)
    note.version += 1
    note.save(update_fields=["version"])
    audit.record("procedure.saved", actor=by, subject=procedure, patient_id=note.visit.patient_id)
    return procedure


def _stored(note: Note, public_id: uuid.UUID) -> Procedure | None:
    with every_practice("public ids are unique across practices"):
        stored = Procedure.objects.filter(public_id=public_id).first()
    if stored is not None and stored.note_id != note.pk:
        raise NotAllowed("This procedure belongs to another note: reload the page.")
    return stored


def _is_repeat(stored: Procedure, version: int, entry: ProcedureEntry) -> bool:
    """Whether an answer was lost on its way and the same request came again."""
    if version not in (stored.version - 1, NEW):
        return False
    regions = set(stored.procedure_regions.values_list("region_id", flat=True))
    return (
        all(getattr(stored, name) == getattr(entry, name) for name in _FIELDS)
        and stored.diagnosis_codes == list(entry.diagnosis_codes)
        and regions == {region.pk for region in entry.regions}
    )


def _write(procedure: Procedure, entry: ProcedureEntry) -> Procedure:
    for name in _FIELDS:
        setattr(procedure, name, getattr(entry, name))
    procedure.diagnosis_codes = list(entry.diagnosis_codes)
    if procedure.pk:
        procedure.version += 1
    procedure.save()
    procedure.procedure_regions.exclude(region__in=entry.regions).delete()
    kept = set(procedure.procedure_regions.values_list("region_id", flat=True))
    ProcedureRegion.objects.bulk_create(
        ProcedureRegion(procedure=procedure, region=region)
        for region in entry.regions
        if region.pk not in kept
    )
    return procedure


@transaction.atomic
def delete_procedure(note: Note, *, by: User, public_id: uuid.UUID, version: int) -> None:
    """Take a procedure out of a draft. Deleting one that is gone already changes nothing."""
    note = Note.objects.select_for_update().get(pk=note.pk)
    check_can_edit(note)
    procedure = note.procedures.filter(public_id=public_id).first()
    if procedure is None:
        return
    if procedure.version != version:
        raise Conflict(
            "Somebody else changed this procedure. Look at it again before removing it.",
            theirs=procedure,
        )
    audit.record("procedure.removed", actor=by, subject=procedure, patient_id=note.visit.patient_id)
    procedure.delete()
    note.version += 1
    note.save(update_fields=["version"])
