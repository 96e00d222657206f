"""Letters of the clinical record: numbered, signed, each version carrying the one before."""

from dataclasses import replace

from clinic.documents import parts
from clinic.documents.care_contexts import CareLetter
from clinic.documents.sign import Intent
from clinic.enums import DocumentKind
from clinic.models import Clinician, Patient, StoredDocument, User
from clinic.services import documents, issuing, rendering


def issue_letter(
    letter: CareLetter,
    *,
    kind: DocumentKind,
    patient: Patient,
    signature: parts.Signature,
    signer: Clinician | None,
    by: User,
    replaces: StoredDocument | None,
) -> StoredDocument:
    """In the caller's transaction. Without ``signer`` the practice's seal stands for the act."""
    number = replaces.number if replaces else documents.next_number(kind)
    version = replaces.version + 1 if replaces else 1
    letter = replace(letter, number=number, version=version, earlier=_earlier(replaces))
    signed = replace(letter, signature=replace(signature, record_sha256=letter.fingerprint()))

    def render(verify_url: str | None) -> tuple[bytes, dict]:
        printed = replace(signed, verify_url=verify_url)
        before = bytes(replaces.content) if replaces else b""
        return rendering.render_care_letter(printed, earlier=before), rendering.plain(printed)

    paper = issuing.Paper(
        kind=kind, number=number, version=version, patient=patient, render=render,
        replaces=replaces,
    )  # fmt: skip
    return issuing.issue(paper, signer=signer, intent=_intent(signature, signer), by=by)


def says_the_same(letter: CareLetter, document: StoredDocument | None) -> bool:
    """Whether the document is of this very letter: nothing changed since it was signed."""
    if document is None:
        return False
    same = replace(letter, number=document.number, version=document.version)
    return document.context.get("signature", {}).get("record_sha256") == same.fingerprint()


def _intent(signature: parts.Signature, signer: Clinician | None) -> Intent:
    if signer is None:
        return issuing.seal_intent(signature.attestation)
    return Intent(
        reason=signature.attestation,
        seconds_since_authentication=signature.seconds_since_authentication,
        method=signature.method,
    )


def _earlier(document: StoredDocument | None) -> parts.Earlier | None:
    if document is None:
        return None
    return parts.Earlier(
        number=document.number,
        version=document.version,
        file_sha256=document.sha256,
        issued_at=document.created_at,
    )
