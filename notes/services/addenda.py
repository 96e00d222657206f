"""Signed later additions. The original note and its document stay as they are."""

import hashlib
import uuid

from django.db import transaction
from django.utils import timezone

from clinic.errors import NotAllowed
from clinic.models import User
from clinic.scope import every_practice
from clinic.services import audit
from notes.enums import SignatureMeaning
from notes.lifecycle import check_can_amend
from notes.models import Addendum, Note, Signature

ATTESTATION = "I wrote this addendum, and it is true and complete."


@transaction.atomic
def add_addendum(
    note: Note, *, by: User, submit_key: uuid.UUID, text: str, method: str
) -> Addendum:
    """Add a dated, signed text to a signed note. The same ``submit_key`` adds one."""
    note = Note.objects.select_for_update().get(pk=note.pk)
    if (stored := _stored(note, submit_key, text)) is not None:
        return stored
    check_can_amend(note)
    clinician = getattr(by, "clinician", None)
    if clinician is None:
        raise NotAllowed("Only a clinician adds to a note.")
    signature = Signature.objects.create(
        note=note,
        signer=by,
        meaning=SignatureMeaning.ADDENDUM,
        name=f"{clinician.first_name} {clinician.last_name}",
        credential=clinician.credential,
        licence=clinician.licence,
        attestation=ATTESTATION,
        method=method,
        at=timezone.now(),
        digest=hashlib.sha256(f"{note.digest}\n{text}".encode()).hexdigest(),
    )
    addendum = Addendum.objects.create(
        note=note, submit_key=submit_key, text=text, signature=signature
    )
    audit.record("note.addendum", actor=by, subject=addendum, patient_id=note.visit.patient_id)
    return addendum


def _stored(note: Note, submit_key: uuid.UUID, text: str) -> Addendum | None:
    """The addendum that this request made when it came the first time."""
    with every_practice("submit keys are unique across practices"):
        stored = Addendum.objects.filter(submit_key=submit_key).first()
    if stored is not None and (stored.note_id, stored.text) != (note.pk, text):
        raise NotAllowed(
            "This form was signed already with another text, and that addendum stays. Copy this "
            "text, reload the page, and sign it as a further addendum."
        )
    return stored
