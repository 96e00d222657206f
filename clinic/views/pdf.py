"""Serving stored bytes."""

from django.http import HttpResponse

from clinic.models import StoredDocument, User
from clinic.services import audit


def serve(document: StoredDocument, *, to: User, download: bool) -> HttpResponse:
    """The document as issued; the look is recorded. The caller has checked who may see it."""
    audit.record(
        "document.downloaded" if download else "document.viewed",
        actor=to,
        subject=document,
        patient_id=document.patient_id,
        number=document.number,
    )
    response = HttpResponse(bytes(document.content), content_type="application/pdf")
    kind = "attachment" if download else "inline"
    response["Content-Disposition"] = f'{kind}; filename="{document.number}.pdf"'
    response["ETag"] = f'"{document.sha256}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
