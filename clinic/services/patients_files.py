"""Uploaded scans: what they are is read from their bytes, not from their name."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePath

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from clinic.errors import NotAllowed
from clinic.models import Patient, PatientFile, User
from clinic.services import audit
from clinic.services.patients import check_not_merged

LARGEST = 15 * 1024 * 1024
# What a PDF can run or open by itself.
_ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|OpenAction|AA|EmbeddedFile|RichMedia|XFA)\b")


@dataclass(frozen=True, slots=True)
class Kind:
    content_type: str
    ending: str


_PDF = Kind("application/pdf", ".pdf")
_BEGINNINGS = (
    (b"%PDF-", _PDF),
    (b"\x89PNG\r\n\x1a\n", Kind("image/png", ".png")),
    (b"\xff\xd8\xff", Kind("image/jpeg", ".jpg")),
    (b"II*\x00", Kind("image/tiff", ".tif")),
    (b"MM\x00*", Kind("image/tiff", ".tif")),
)


def check_file(content: bytes) -> Kind:
    """What the bytes are. Raises with what to do where they are not a scan we keep."""
    if not content:
        raise NotAllowed("The file is empty: scan it again.")
    found = next((kind for start, kind in _BEGINNINGS if content.startswith(start)), None)
    if found is None:
        raise NotAllowed(
            "This file is not a PDF, PNG, JPEG or TIFF, whatever its name says: scan the paper "
            "or print it to PDF, then upload that."
        )
    if found is _PDF:
        _check_pdf(content)
    return found


def _check_pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-2048:]:
        raise NotAllowed("This PDF is cut off: upload it again, or scan the paper anew.")
    if active := _ACTIVE.search(content):
        name = active.group(1).decode()
        raise NotAllowed(
            f"This PDF carries something that acts by itself ({name}): print it to a new PDF, "
            "then upload that."
        )


@transaction.atomic
def upload_file(
    patient: Patient, *, by: User, kind: str, title: str, upload: UploadedFile
) -> PatientFile:
    """Keep the bytes as they came, once for each content."""
    check_not_merged(patient)
    if upload.size > LARGEST:
        raise NotAllowed(
            f"The file has {upload.size / 1_048_576:.0f} MB; at most {LARGEST // 1_048_576} MB are "
            "kept: scan in black and white, or in parts."
        )
    content = upload.read()
    found = check_file(content)
    sha256 = hashlib.sha256(content).hexdigest()
    twice = PatientFile.objects.filter(patient=patient, sha256=sha256, struck_at=None).first()
    if twice is not None:
        raise NotAllowed(f"This very file is here already, as “{twice.title}”.")
    row = PatientFile.objects.create(
        patient=patient,
        kind=kind,
        title=title,
        original_name=_safe_name(upload.name, found),
        content_type=found.content_type,
        content=content,
        size=len(content),
        sha256=sha256,
        uploaded_at=timezone.now(),
        uploaded_by=by,
    )
    audit.record(
        "file.uploaded", actor=by, subject=row, patient_id=patient.pk, sha256=sha256, size=row.size
    )
    return row


def _safe_name(name: str, kind: Kind) -> str:
    stem = re.sub(r"[^A-Za-z0-9 ._-]+", "_", PurePath(name or "scan").stem).strip(" ._")[:80]
    return f"{stem or 'scan'}{kind.ending}"


@transaction.atomic
def strike_file(file: PatientFile, *, by: User, because: str) -> PatientFile:
    """Mark a file as not belonging here; it stays readable in the history."""
    if not because.strip():
        raise NotAllowed("Say why the file does not belong here.")
    file = PatientFile.objects.select_for_update().get(pk=file.pk)
    if file.struck_at is None:
        file.struck_at, file.struck_because = timezone.now(), because.strip()
        file.save(update_fields=["struck_at", "struck_because"])
        audit.record("file.struck", actor=by, subject=file, patient_id=file.patient_id)
    return file
