"""Storing a desk paper: numbered, rendered, kept; never rendered again."""

import uuid
from dataclasses import replace

from django.utils import timezone

from clinic.documents import canonical, desk_press, parts
from clinic.documents.desk_contexts import DeskPaper
from clinic.models import Patient, StoredDocument, User
from clinic.services import documents


def keep(paper: DeskPaper, *, kind: str, patient: Patient, by: User) -> StoredDocument:
    """Give it its number and store the bytes, in the caller's transaction."""
    paper = replace(paper, number=documents.next_number(kind), issued_at=timezone.now())
    return keep_bytes(desk_press.desk_paper(paper), paper, kind=kind, patient=patient, by=by)


def keep_bytes(
    content: bytes, paper: DeskPaper, *, kind: str, patient: Patient, by: User
) -> StoredDocument:
    return documents.store(
        content,
        public_id=uuid.uuid4(),
        kind=kind,
        number=paper.number,
        version=1,
        patient=patient,
        context=canonical.plain(paper),
        by=by,
    )


def patient_part(patient: Patient) -> parts.Patient:
    return parts.Patient(
        name=str(patient),
        born_on=patient.born_on,
        sex=patient.get_sex_display(),
        record_no=patient.record_number,
        address=patient.one_line_address,
        phone=patient.phone,
    )
