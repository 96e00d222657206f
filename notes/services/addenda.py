"""Signed later additions. The original note and its document stay as they are."""

import hashlib
import uuid
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from clinic.documents import parts
from clinic.documents.contexts import NoteContext
from clinic.documents.sign import Intent
from clinic.errors import NotAllowed
from clinic.models import Clinician, StoredDocument, User
from clinic.scope import every_practice
from clinic.services import audit, issuing, rendering
from clinic.services.identity import Proof, seconds_between
from clinic.services.waiting import told_when_held
from notes.enums import SignatureMeaning
from notes.lifecycle import check_can_amend
from notes.models import Addendum, Note, Signature
from notes.paper import note_paper
from notes.services.refusals import recorded
from notes.services.review import settle_by_addendum

ATTESTATION = "I wrote this addendum, and it is true and complete."
HELD = (
    "Somebody else is signing in this note right now. Your addendum is not signed; its text is "
    "still here: sign it again in a moment."
)


@recorded("note.addendum_refused")
@told_when_held(HELD)
@rendering.ready_to_issue()
@transaction.atomic
@audit.held_back()
def add_addendum(
    note: Note,
    *,
    by: User,
    submit_key: uuid.UUID,
    text: str,
    proof: Proof | None = None,
    method: str = "",
) -> Addendum:
    """Add a dated, signed text to a signed note. The same ``submit_key`` adds one.

    The note's next document version prints the addendum and carries the version before,
    byte for byte.
    """
    note = Note.objects.select_for_update().get(pk=note.pk)
    if (stored := _stored(note, submit_key, text)) is not None:
        return stored
    check_can_amend(note)
    clinician = getattr(by, "clinician", None)
    if clinician is None:
        raise NotAllowed("Only a clinician adds to a note.")
    signature = _sign(note, clinician, by=by, text=text, proof=proof, method=method)
    addendum = Addendum.objects.create(
        note=note, submit_key=submit_key, text=text, signature=signature
    )
    if note.document is not None:
        _issue_next_version(note, clinician, signature, by=by)
    settle_by_addendum(addendum, by=by)
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


def _sign(
    note: Note, clinician: Clinician, *, by: User, text: str, proof: Proof | None, method: str
) -> Signature:
    return Signature.objects.create(
        note=note,
        signer=by,
        meaning=SignatureMeaning.ADDENDUM,
        name=f"{clinician.first_name} {clinician.last_name}",
        credential=clinician.credential,
        licence=clinician.licence,
        attestation=ATTESTATION,
        method=proof.method if proof else method,
        proved_at=proof.at if proof else None,
        at=timezone.now(),
        digest=hashlib.sha256(f"{note.digest}\n{text}".encode()).hexdigest(),
    )


def _issue_next_version(
    note: Note, clinician: Clinician, signature: Signature, *, by: User
) -> None:
    before = issuing.latest(note.document)
    issuing.issue(
        note_paper(note, _amended(note, before), replaces=before),
        signer=clinician,
        intent=Intent(
            reason=ATTESTATION,
            location=note.visit.location.name,
            seconds_since_authentication=seconds_between(signature.proved_at, signature.at),
            method=signature.method,
        ),
        by=by,
    )


def _amended(note: Note, before: StoredDocument) -> NoteContext:
    """The record as it was signed, with the addenda below it."""
    addenda = note.addenda.select_related("signature")
    return replace(
        rendering.note_from_plain(note.record),
        version=before.version + 1,
        status="amended",
        cosignatures=rendering.note_from_plain(before.context).cosignatures,
        addenda=tuple(_printed(n, row) for n, row in enumerate(addenda, start=1)),
        earlier=parts.Earlier(
            number=before.number,
            version=before.version,
            file_sha256=before.sha256,
            issued_at=before.created_at,
        ),
    )


def _printed(number: int, addendum: Addendum) -> parts.Addendum:
    signature = addendum.signature
    return parts.Addendum(
        number=number,
        text=addendum.text,
        signature=parts.Signature(
            name=signature.name,
            credential=signature.credential,
            license=signature.licence,
            attestation=signature.attestation,
            signed_at=signature.at,
            record_sha256=signature.digest,
            method=signature.method,
            seconds_since_authentication=seconds_between(signature.proved_at, signature.at),
        ),
    )
