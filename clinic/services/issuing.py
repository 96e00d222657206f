"""Issuing a document: sign the bytes, keep them, enter them in the registry."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from clinic.documents.sign import Intent, sign_pdf
from clinic.documents.verify import RegistryEntry
from clinic.models import Clinician, Patient, StoredDocument, User
from clinic.services import documents, keys, timestamping


@dataclass(frozen=True, slots=True)
class Paper:
    """What is to be issued. ``render`` is given the address that the QR code shows."""

    kind: str
    number: str
    version: int
    patient: Patient
    render: Callable[[str | None], tuple[bytes, dict[str, Any]]]
    replaces: StoredDocument | None = None
    public_id: uuid.UUID | None = None  # given where the page was set ahead, QR code and all


def verify_url(public_id: uuid.UUID) -> str | None:
    return f"{settings.PUBLIC_URL}/v/{public_id}/" if settings.PUBLIC_URL else None


def issue(paper: Paper, *, signer: Clinician | None, intent: Intent, by: User) -> StoredDocument:
    """Render, sign with the clinician's key (or the practice's seal), store. All or nothing."""
    public_id = paper.public_id or uuid.uuid4()
    content, context = paper.render(verify_url(public_id))
    key, certificate = keys.signer_for(signer)
    stamp = timestamping.asked(certificate.authority)
    signed = sign_pdf(content, signer=key, intent=intent, timestamping=stamp)
    return documents.store(
        signed,
        public_id=public_id,
        kind=paper.kind,
        number=paper.number,
        version=paper.version,
        patient=paper.patient,
        context=context,
        signer=str(signer) if signer else f"{paper.patient.practice} (practice seal)",
        certificate_serial=certificate.serial,
        replaces=paper.replaces,
        by=by,
    )


def registry(sha256: str) -> RegistryEntry | None:
    """What was issued under this fingerprint, in the practice in scope."""
    document = StoredDocument.objects.filter(sha256=sha256).first()
    return entry_of(document) if document else None


def entry_of(document: StoredDocument) -> RegistryEntry:
    later = StoredDocument.objects.filter(replaces=document).first()
    return RegistryEntry(
        kind=document.get_kind_display(),
        number=document.number,
        version=document.version,
        state=state_of(document, later),
        issued_at=document.created_at,
        signer=document.signer,
        replaced_by=str(later) if later else "",
    )


def state_of(document: StoredDocument, later: StoredDocument | None) -> str:
    if hasattr(document, "withdrawal"):
        return "withdrawn"
    return "superseded" if later else "issued"


def latest(document: StoredDocument) -> StoredDocument:
    """The newest version of a document: what a reader is to be given."""
    return newest(document.kind, document.number) or document


def newest(kind: str, number: str) -> StoredDocument | None:
    """The newest version under a number. What it prints stays unread: the bytes are wanted."""
    versions = StoredDocument.objects.filter(kind=kind, number=number).defer("context")
    return versions.order_by("-version").first()


def seal_intent(reason: str) -> Intent:
    """The practice's seal: no person's intent, so no way of proving one."""
    return Intent(reason=reason, method="seal")
