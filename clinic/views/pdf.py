"""Serving stored bytes."""

import re
from collections.abc import Mapping

from django.http import HttpResponse

from clinic.models import StoredDocument, User
from clinic.services import audit

_ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
NOTHING: Mapping[str, str] = {}


def serve(
    document: StoredDocument, *, to: User, download: bool, asked: Mapping[str, str] = NOTHING
) -> HttpResponse:
    """The document as issued; the look is recorded. The caller has checked who may see it.

    `asked` holds the request's headers: a reader may take a part of it, or ask whether it still
    holds the same. Nothing is left in a cache: it is a patient's.
    """
    audit.record(
        "document.downloaded" if download else "document.viewed",
        actor=to,
        subject=document,
        patient_id=document.patient_id,
        number=document.number,
    )
    response = _part(bytes(document.content), f'"{document.sha256}"', asked)
    kind = "attachment" if download else "inline"
    response["Content-Disposition"] = f'{kind}; filename="{document.number}.pdf"'
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _part(body: bytes, etag: str, asked: Mapping[str, str]) -> HttpResponse:
    if etag in asked.get("If-None-Match", ""):
        return HttpResponse(status=304, headers={"ETag": etag})
    span = None
    if asked.get("If-Range", etag) == etag:  # of another file no part is given, but all
        span = _span(asked.get("Range", ""), len(body))
    response = HttpResponse(body, content_type="application/pdf")
    if span is not None and span[0] >= span[1]:
        response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{len(body)}"})
    elif span is not None:
        response.content = body[slice(*span)]
        response.status_code = 206
        response["Content-Range"] = f"bytes {span[0]}-{span[1] - 1}/{len(body)}"
    response["ETag"] = etag
    return response


def _span(wanted: str, size: int) -> tuple[int, int] | None:
    """From and up to; empty when outside the file. Several ranges at once get the whole file."""
    match = _ONE_RANGE.fullmatch(wanted.strip())
    if match is None or match[0] == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1 if last else size)
