"""Signing: one act freezes the note, what the steps add, and the document.

Other apps add to the act by registering a step. Steps run inside the signing transaction,
in the order of registration; any refusal rolls everything back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from clinic.documents import parts
from clinic.documents.charges import ChargesSection
from clinic.documents.contexts import NoteContext
from clinic.documents.sign import Intent
from clinic.enums import DocumentKind
from clinic.errors import Conflict, NotAllowed
from clinic.models import StoredDocument, User
from clinic.services import audit, documents, issuing, rendering
from clinic.services.identity import Proof, seconds_between
from clinic.services.waiting import told_when_held
from notes.enums import NoteStatus, SignatureMeaning, VisitStatus
from notes.lifecycle import check_can_sign
from notes.models import Note, Signature, Visit
from notes.paper import note_paper
from notes.printing import note_context
from notes.queries import blocks_of, procedures_of
from notes.services.missing import missing_for
from notes.services.refusals import recorded
from notes.words import meanings_on

ATTESTATION = (
    "I performed or supervised the treatment charted here, and this note and its minutes "
    "are true and complete."
)

# The paper is made inside the act, so a second signer may wait longer than a page may.
HELD = "Somebody else is signing this note. Nothing was signed by you: look at it again."


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a step adds to the printed note."""

    section: ChargesSection
    totals: parts.Totals
    codes: Mapping[str, str] = field(default_factory=dict)  # of block 1 (b1), service 1 (p1), ...


Step = Callable[[Note, User, datetime], Contribution | None]
_steps: list[Step] = []


def register(step: Step) -> None:
    if step not in _steps:
        _steps.append(step)


@dataclass(frozen=True, slots=True)
class Act:
    """The act of signing: by whom, when, proved how, agreeing to which sentence."""

    by: User
    at: datetime
    method: str
    proved_at: datetime | None = None
    attestation: str = ATTESTATION

    @property
    def seconds_since_proof(self) -> int | None:
        """None where nobody proved anything: the paper then claims nothing."""
        return seconds_between(self.proved_at, self.at)


@recorded("note.sign_refused")
@told_when_held(HELD)
@rendering.ready_to_issue()
@transaction.atomic
@audit.held_back()
def sign_note(
    note: Note,
    *,
    by: User,
    version: int,
    proof: Proof | None = None,
    method: str = "",
    at: datetime | None = None,
) -> Note:
    """Freeze the note: from here on only addenda change the record.

    ``version`` is the draft that the signer reviewed; a newer draft is a Conflict. ``proof``
    says how and when the signer showed who they are; without one, ``method`` says why not.
    """
    act = Act(
        by=by,
        at=at or timezone.now(),
        method=proof.method if proof else method,
        proved_at=proof.at if proof else None,
    )
    note = Note.objects.select_for_update().get(pk=note.pk)
    check_can_sign(note, by)
    if note.version != version:
        raise Conflict(
            "The note changed after you reviewed it. Look at it again, then sign.", theirs=note
        )
    check_complete(note)
    contributions = [c for step in _steps if (c := step(note, by, act.at)) is not None]
    note.number = documents.next_number(DocumentKind.NOTE)
    context = _signed_context(note, contributions, act)
    signature = _record_signature(note, context, act)
    document = issuing.issue(
        note_paper(note, context),
        signer=note.author,
        intent=Intent(
            reason=act.attestation,
            location=note.visit.location.name,
            seconds_since_authentication=act.seconds_since_proof,
            method=act.method,
        ),
        by=by,
    )
    return _freeze(note, act, digest=signature.digest, context=context, document=document)


def draft_of(note: Note, *, by: User) -> NoteContext:
    """The note as it would print if it were signed now. What the steps write is taken back."""
    with transaction.atomic():
        steps = [step(note, by, timezone.now()) for step in _steps]
        transaction.set_rollback(True)
    contributions = [c for c in steps if c is not None]
    return _context(note, contributions)


def check_complete(note: Note) -> None:
    """Refuse while something is missing, naming the first thing and how many more."""
    blocks, procedures = list(blocks_of(note)), list(procedures_of(note))
    meanings_on(note.visit.date).read_into(blocks, procedures)
    missing = missing_for(note, blocks, procedures)
    if missing:
        more = f" And {len(missing) - 1} more." if len(missing) > 1 else ""
        raise NotAllowed(f"The note is not complete. {missing[0].text}{more}")


def _context(note: Note, contributions: list[Contribution]) -> NoteContext:
    return note_context(
        note,
        sections=tuple(c.section for c in contributions),
        totals=contributions[0].totals if contributions else None,
        codes={key: code for c in contributions for key, code in c.codes.items()},
    )


def _signed_context(note: Note, contributions: list[Contribution], act: Act) -> NoteContext:
    context = _context(note, contributions)
    clinician, trail = note.author, audit.head(note.practice_id)
    signature = parts.Signature(
        name=f"{clinician.first_name} {clinician.last_name}",
        credential=clinician.credential,
        license=clinician.licence,
        npi=clinician.npi,
        attestation=act.attestation,
        signed_at=act.at,
        record_sha256=context.fingerprint(),
        method=act.method,
        seconds_since_authentication=act.seconds_since_proof,
        audit_event=trail.seq or None,
        audit_seal=trail.hash[:16],
    )
    return replace(context, status="signed", signature=signature)


def _record_signature(note: Note, context: NoteContext, act: Act) -> Signature:
    printed = context.signature
    assert printed is not None  # noqa: S101 - set by _signed_context one line before
    return Signature.objects.create(
        note=note,
        signer=act.by,
        meaning=SignatureMeaning.AUTHOR,
        name=printed.name,
        credential=printed.credential,
        licence=printed.license,
        attestation=act.attestation,
        method=act.method,
        proved_at=act.proved_at,
        at=act.at,
        digest=printed.record_sha256,
    )


def _freeze(
    note: Note, act: Act, *, digest: str, context: NoteContext, document: StoredDocument
) -> Note:
    note.status, note.signed_by, note.signed_at = NoteStatus.SIGNED, act.by, act.at
    note.digest, note.document = digest, document
    note.record = rendering.plain(context)
    note.save(
        update_fields=[
            "status", "signed_by", "signed_at", "digest", "document", "record", "number",
        ]
    )  # fmt: skip
    Visit.objects.filter(pk=note.visit_id).update(status=VisitStatus.SIGNED)
    audit.record(
        "note.signed",
        actor=act.by,
        subject=note,
        patient_id=note.visit.patient_id,
        number=note.number,
        digest=digest,
        attestation=act.attestation,
        method=act.method,
    )
    return note
