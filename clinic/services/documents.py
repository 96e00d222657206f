"""Numbers and storage of issued documents."""

import hashlib
from typing import Any

from django.utils import timezone

from clinic.enums import DocumentKind
from clinic.models import DocumentCounter, Patient, StoredDocument, User
from clinic.services import audit

_PREFIX = {
    DocumentKind.NOTE: "SN",
    DocumentKind.ADDENDUM: "SN",
    DocumentKind.SUPERBILL: "SB",
}


def next_number(kind: DocumentKind) -> str:
    """Take the next number of this kind; gapless, because it falls back with the transaction."""
    DocumentCounter.objects.get_or_create(kind=kind)
    counter = DocumentCounter.objects.select_for_update().get(kind=kind)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{_PREFIX[kind]}-{counter.last:06d}"


def store(
    content: bytes,
    *,
    kind: DocumentKind,
    number: str,
    version: int,
    patient: Patient,
    context: dict[str, Any],
    renderer: str,
    by: User,
) -> StoredDocument:
    """Keep the bytes as issued, with their SHA-256."""
    document = StoredDocument.objects.create(
        kind=kind,
        number=number,
        version=version,
        patient=patient,
        content=content,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        context=context,
        renderer=renderer,
        created_at=timezone.now(),
    )
    audit.record(
        "document.issued",
        actor=by,
        subject=document,
        patient_id=patient.pk,
        number=number,
        sha256=document.sha256,
    )
    return document
