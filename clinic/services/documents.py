"""Numbers and storage of issued documents."""

import hashlib
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from clinic.documents.canonical import fingerprint_of
from clinic.enums import DocumentKind
from clinic.errors import NotAllowed
from clinic.models import DocumentCounter, DocumentWithdrawal, Patient, StoredDocument, User
from clinic.services import audit
from clinic.services.rendering import RENDERER

SHORTEST_REASON = 10

_PREFIX = {
    DocumentKind.NOTE: "SN",
    DocumentKind.ADDENDUM: "SN",
    DocumentKind.SUPERBILL: "SB",
    DocumentKind.STATEMENT: "ST",
    DocumentKind.RECEIPT: "RC",
    DocumentKind.ESTIMATE: "GF",
    DocumentKind.APPEAL: "AP",
    DocumentKind.PLAN: "PC",
    DocumentKind.PROGRESS: "PR",
    DocumentKind.AMENDMENT: "AL",
}


def next_number(kind: DocumentKind) -> str:
    """Take the next number of this kind; gapless, because it falls back with the transaction."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(
            "Take a document's number in the transaction that issues it, or a gap may stay."
        )
    DocumentCounter.objects.get_or_create(kind=kind)
    counter = DocumentCounter.objects.select_for_update().get(kind=kind)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{_PREFIX[kind]}-{counter.last:06d}"


def expected_number(kind: DocumentKind, *, after: int = 0) -> str:
    """The number that will probably be taken next, or so many after it. Nothing is taken."""
    counter = DocumentCounter.objects.filter(kind=kind).first()
    return f"{_PREFIX[kind]}-{(counter.last if counter else 0) + 1 + after:06d}"


def store(
    content: bytes,
    *,
    public_id: uuid.UUID,
    kind: str,
    number: str,
    version: int,
    patient: Patient,
    context: dict[str, Any],
    by: User,
    signer: str = "",
    certificate_serial: str = "",
    replaces: StoredDocument | None = None,
) -> StoredDocument:
    """Keep the bytes as issued, with their SHA-256, in the registry of issued files."""
    document = StoredDocument.objects.create(
        public_id=public_id,
        kind=kind,
        number=number,
        version=version,
        patient=patient,
        content=content,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        context=context,
        renderer=RENDERER,
        created_at=timezone.now(),
        signer=signer,
        certificate_serial=certificate_serial,
        replaces=replaces,
    )
    audit.record(
        "document.issued",
        actor=by,
        subject=document,
        patient_id=patient.pk,
        number=number,
        version=version,
        sha256=document.sha256,
        context=fingerprint_of(context),
    )
    return document


@transaction.atomic
def withdraw(document: StoredDocument, *, reason: str, by: User) -> DocumentWithdrawal:
    """Say that the practice no longer stands by it. The bytes stay as they are."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise NotAllowed("Say why, in at least ten characters.")
    existing = DocumentWithdrawal.objects.filter(document=document).first()
    if existing is not None:
        return existing
    row = DocumentWithdrawal.objects.create(
        document=document, reason=reason.strip(), withdrawn_at=timezone.now(), withdrawn_by=by
    )
    audit.record(
        "document.withdrawn",
        actor=by,
        subject=document,
        patient_id=document.patient_id,
        number=document.number,
    )
    return row
