"""Co-signatures: asked for when an assistant signs, given by the supervising therapist."""

from dataclasses import replace

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from clinic.documents import parts
from clinic.documents.contexts import NoteContext
from clinic.documents.sign import Intent
from clinic.errors import NotAllowed
from clinic.models import Clinician, StoredDocument, User
from clinic.services import audit, issuing, rendering
from clinic.services.identity import Proof, seconds_between
from clinic.services.waiting import told_when_held
from notes.enums import SignatureMeaning
from notes.models import CosignRequest, Note, Signature
from notes.paper import note_paper
from notes.services.refusals import recorded

ATTESTATION = (
    "I supervised this treatment, reviewed this note, and agree with the care it documents."
)

HELD = (
    "Somebody else is signing in this note right now. Nothing was co-signed: look at the note "
    "again, then co-sign it."
)


def waiting_for(clinician: Clinician) -> QuerySet[CosignRequest]:
    """The queue of one supervisor, the oldest first."""
    return CosignRequest.objects.filter(
        supervisor=clinician, signature=None, note__status="signed"
    ).select_related("note__visit__patient", "note__author", "supervisor")


@recorded("note.cosign_refused")
@told_when_held(HELD)
@rendering.ready_to_issue()
@transaction.atomic
@audit.held_back()
def cosign_note(
    note: Note, *, by: User, proof: Proof | None = None, method: str = "", remark: str = ""
) -> Note:
    """Add the supervisor's signature. The next document version carries the one before."""
    note = Note.objects.select_for_update().get(pk=note.pk)
    request = CosignRequest.objects.select_for_update().filter(note=note).first()
    clinician = _check_may_cosign(note, request, by)
    at = timezone.now()
    signature = Signature.objects.create(
        note=note,
        signer=by,
        meaning=SignatureMeaning.COSIGNER,
        name=f"{clinician.first_name} {clinician.last_name}",
        credential=clinician.credential,
        licence=clinician.licence,
        attestation=f"{ATTESTATION} {remark}".strip()[:300],
        method=proof.method if proof else method,
        proved_at=proof.at if proof else None,
        at=at,
        digest=note.digest,
    )
    request.signature = signature
    request.save(update_fields=["signature"])
    if note.document is not None:
        _issue_next_version(note, clinician, signature, by=by)
    audit.record(
        "note.cosigned",
        actor=by,
        subject=note,
        patient_id=note.visit.patient_id,
        digest=note.digest,
        method=signature.method,
    )
    return note


def _check_may_cosign(note: Note, request: CosignRequest | None, by: User) -> Clinician:
    if not note.is_signed or request is None:
        raise NotAllowed("Nobody asked for a co-signature of this note.")
    if request.signature_id is not None:
        raise NotAllowed("This note is co-signed already.")
    clinician = getattr(by, "clinician", None)
    if clinician is None or clinician.pk != request.supervisor_id or clinician.is_assistant:
        raise NotAllowed(f"Only {request.supervisor} can co-sign this note.")
    return clinician


def _issue_next_version(
    note: Note, clinician: Clinician, signature: Signature, *, by: User
) -> None:
    before = issuing.latest(note.document)
    issuing.issue(
        note_paper(note, _cosigned(before, printed(signature, clinician)), replaces=before),
        signer=clinician,
        intent=Intent(
            reason=signature.attestation,
            location=note.visit.location.name,
            seconds_since_authentication=seconds_between(signature.proved_at, signature.at),
            method=signature.method,
        ),
        by=by,
    )


def _cosigned(before: StoredDocument, signature: parts.Signature) -> NoteContext:
    """The version before, with this signature below the author's."""
    context = rendering.note_from_plain(before.context)
    return replace(
        context,
        version=before.version + 1,
        status="cosigned" if context.status == "signed" else context.status,
        cosignatures=(*context.cosignatures, signature),
        earlier=parts.Earlier(
            number=before.number,
            version=before.version,
            file_sha256=before.sha256,
            issued_at=before.created_at,
        ),
    )


def printed(signature: Signature, clinician: Clinician) -> parts.Signature:
    """The signature as the document prints it."""
    return parts.Signature(
        name=signature.name,
        credential=signature.credential,
        license=signature.licence,
        npi=clinician.npi,
        attestation=signature.attestation,
        signed_at=signature.at,
        record_sha256=signature.digest,
        method=signature.method,
        seconds_since_authentication=seconds_between(signature.proved_at, signature.at),
    )
