"""Issued documents: their bytes, their printed anchors, and every signature."""

import hashlib
from collections.abc import Iterator

from django.utils import timezone

from clinic.documents.errors import DocumentError
from clinic.documents.verify import verify_pdf
from clinic.models import AuditEvent, PatientFile, Practice, StoredDocument
from clinic.scope import scope
from clinic.services import issuing, keys
from clinic.verifying import Finding, Options, Tell

CHUNK = 50


def check(options: Options, tell: Tell) -> Iterator[Finding]:
    """The stored bytes have the stored SHA-256 and size; uploaded files likewise."""
    read = 0
    for document in StoredDocument.objects.order_by("pk").iterator(chunk_size=CHUNK):
        read += 1
        tell(read)
        if not is_whole(document):
            yield _finding("documents", document, "Its bytes are not those that were issued.")
        yield from _printed_anchor(document)
    for file in PatientFile.objects.order_by("pk").iterator(chunk_size=CHUNK):
        read += 1
        tell(read)
        if hashlib.sha256(bytes(file.content)).hexdigest() != file.sha256:
            text = "Its bytes are not those that were uploaded."
            yield Finding("documents", text, f"uploaded file {file.pk}", file.practice_id)


def is_whole(document: StoredDocument) -> bool:
    body = bytes(document.content)
    return hashlib.sha256(body).hexdigest() == document.sha256 and len(body) == document.size


def _printed_anchor(document: StoredDocument) -> Iterator[Finding]:
    """A signed note prints the seal that the chain had just before: it must still be there."""
    signature = document.context.get("signature") or {}
    seq, printed = signature.get("audit_event"), signature.get("audit_seal")
    if not seq or not printed:
        return
    row = AuditEvent.unscoped.filter(practice_id=document.practice_id, seq=seq)
    seal = row.values_list("hash", flat=True).first()
    if seal is None or not seal.startswith(printed):
        text = (
            f"It prints the seal of audit event {seq}, and the trail holds "
            f"{'another' if seal else 'no such event'}: the trail was cut or written anew."
        )
        yield _finding("anchors", document, text)


def check_signatures(options: Options, tell: Tell) -> Iterator[Finding]:
    """Every signature, against the certificates of its own practice."""
    read = 0
    for practice in Practice.objects.order_by("pk"):
        with scope(practice):
            trust = keys.trust()
            rows = StoredDocument.objects.order_by("pk").select_related("withdrawal")
            if options.since:
                rows = rows.filter(created_at__date__gte=options.since)
            for document in rows.iterator(chunk_size=CHUNK):
                read += 1
                tell(read)
                if trouble := _trouble(document, trust):
                    yield _finding("signatures", document, trouble)


def _trouble(document: StoredDocument, trust) -> str:
    try:
        report = verify_pdf(
            bytes(document.content),
            trust=trust,
            registry=issuing.registry,
            now=timezone.now(),
        )
    except DocumentError as refusal:
        return str(refusal)
    return "" if report.accepted else report.verdict


def _finding(check: str, document: StoredDocument, text: str) -> Finding:
    return Finding(check, text, what=f"document {document}", practice=document.practice_id)
