"""The letter about a request to amend, as a document: sealed, registered, versioned."""

from django.db import transaction
from django.utils import timezone

from clinic.documents import parts
from clinic.documents.care_contexts import CareLetter, Text
from clinic.documents.desk_contexts import Fact
from clinic.enums import DocumentKind
from clinic.errors import NotAllowed
from clinic.models import StoredDocument, User
from clinic.services import audit, rendering
from notes.amendment_letters import letter_of
from notes.models import AmendmentRequest
from notes.printing import clinician_part, practice_part
from notes.services.care_letters import issue_letter, says_the_same

ATTESTATION = "This is the practice's answer to the request named above."
_TITLES = {
    "accepted": ("Your request", "Our answer", "What was done", "Who else should know"),
    "denied": ("Your request", "Our answer", "If you disagree", "Where you may complain"),
    "": ("Your request", "More time"),
}


@rendering.ready_to_issue()
@transaction.atomic
def issue_amendment_letter(row: AmendmentRequest, *, by: User) -> StoredDocument:
    """What the patient must be told now, on paper. The same letter twice is one document.

    After a further decision the letter becomes the next version, which carries the one before.
    """
    row = AmendmentRequest.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if not letter_of(row):
        raise NotAllowed("Answer the request first: until then there is nothing to write.")
    letter = _letter(row)
    if says_the_same(letter, row.document):
        return row.document
    document = issue_letter(
        letter,
        kind=DocumentKind.AMENDMENT,
        patient=row.patient,
        signature=_issued_by(by),
        signer=None,
        by=by,
        replaces=row.document,
    )
    row.document = document
    row.save(update_fields=["document"])
    audit.record(
        "amendment.letter_issued", actor=by, subject=row, patient_id=row.patient_id,
        number=document.number, version=document.version,
    )  # fmt: skip
    return document


def letter_is_on_paper(row: AmendmentRequest) -> bool:
    """Whether the document on file says what the patient is to be told now."""
    return bool(letter_of(row)) and says_the_same(_letter(row), row.document)


def _letter(row: AmendmentRequest) -> CareLetter:
    patient, practice = row.patient, row.practice
    return CareLetter(
        practice=practice_part(practice),
        kind="Amendment letter",
        number="",
        patient=parts.Patient(
            name=str(patient), born_on=patient.born_on, record_no=patient.record_number
        ),
        clinician=clinician_part(row.clinician),
        about=f"request of {row.received_on:%m/%d/%Y}",
        time_zone=practice.timezone,
        facts=(
            Fact("Received on", f"{row.received_on:%m/%d/%Y}"),
            Fact("Asked by", row.asked_by),
            Fact("Answer due", f"{row.due_on:%m/%d/%Y}"),
            Fact("Decision", row.get_decision_display()),
            Fact("Decided on", f"{row.decided_on:%m/%d/%Y}" if row.decided_on else ""),
            Fact("Session note", row.note.number if row.note else ""),
        ),
        texts=(*_answer(row), *_exchange(row)),
    )


def _answer(row: AmendmentRequest) -> tuple[Text, ...]:
    titles = _TITLES[row.decision]
    return tuple(Text(*pair) for pair in zip(titles, letter_of(row), strict=True))


def _exchange(row: AmendmentRequest) -> tuple[Text, ...]:
    """What was said after a denial; the patient gets a copy of the rebuttal (164.526(d)(3))."""
    told = (("Your statement of disagreement", row.statement), ("Our reply to it", row.rebuttal))
    return tuple(Text(title, text) for title, text in told if text)


def _issued_by(user: User) -> parts.Signature:
    clinician = getattr(user, "clinician", None)
    return parts.Signature(
        name=str(user),
        credential=clinician.credential if clinician else "",
        attestation=ATTESTATION,
        signed_at=timezone.now(),
        record_sha256="",
    )
