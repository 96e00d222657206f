"""Everything out: CSV, JSON, a FHIR bundle per patient, each PDF, and a manifest with hashes."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from clinic.models import Patient, PatientFile, Practice, StoredDocument, User
from clinic.scope import scope
from clinic.services import audit
from clinic.spreadsheets import cell
from notes.exchange.fhir import bundles_of
from notes.exchange.records import exported_models, fields_of, is_of_patients, line, rows_of
from notes.exchange.zipping import Entry, stream
from notes.models import ExportJob

FORMAT = "handline-record-1"
# Kept as files of their own beside the rows.
APART = {StoredDocument: {"content"}, PatientFile: {"content"}}
TOGETHER = 200  # patients whose rows are read in the same queries
Progress = Callable[[int], None]


@transaction.atomic
def ask_export(*, by: User, patient: Patient | None = None) -> ExportJob:
    """Note who takes what out; the download itself is streamed."""
    job = ExportJob.objects.create(
        patient=patient, asked_at=timezone.now(), asked_by=by, total=_total(patient)
    )
    audit.record(
        "record.exported", actor=by, subject=job, patient_id=patient.pk if patient else None
    )
    return job


def _total(patient: Patient | None) -> int:
    """Steps of the progress bar: tables, patients with a bundle, documents, files."""
    mine = {"patient": patient} if patient else {}
    people = 1 if patient else Patient.objects.count()
    files = PatientFile.objects.filter(**mine).count()
    return (
        2 * len(exported_models()) + people + StoredDocument.objects.filter(**mine).count() + files
    )


def archive(
    practice: Practice,
    *,
    now: datetime,
    patient: Patient | None = None,
    progress: Progress = lambda done: None,
) -> Iterator[bytes]:
    """The ZIP's bytes. Opens the practice's scope itself: it is read after the request."""
    sums: dict[str, str] = {}
    counts: dict[str, int] = {}
    with scope(practice):
        parts = _entries(practice, patient, counts, progress)
        yield from stream(_with_manifest(parts, practice, now, patient, counts, sums), sums)


def _with_manifest(parts, practice, now, patient, counts, sums) -> Iterator[Entry]:
    yield from parts
    manifest = {
        "format": FORMAT,
        "practice": practice.name,
        "exported_at": now.isoformat(),
        "patient": patient.record_number if patient else None,
        "rows": counts,
        "sha256": sums,
    }
    text = json.dumps(manifest, sort_keys=True, ensure_ascii=False, indent=1)
    yield "manifest.json", [text.encode()]


def _entries(
    practice: Practice, patient: Patient | None, counts: dict[str, int], progress: Progress
) -> Iterator[Entry]:
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        progress(done)

    for model in exported_models():
        name = model._meta.label_lower
        if patient is not None and not is_of_patients(model):
            step()
            step()
            continue
        yield f"json/{name}.jsonl", _json(model, practice, patient, counts)
        step()
        yield f"csv/{name}.csv", _csv(model, practice, patient)
        step()
    people = Patient.objects.filter(pk=patient.pk) if patient else Patient.objects.order_by("pk")
    rows = people.iterator(chunk_size=TOGETHER)
    while chunk := list(islice(rows, TOGETHER)):
        for person, bundle in zip(chunk, bundles_of(chunk, practice), strict=True):
            text = json.dumps(bundle, sort_keys=True, ensure_ascii=False)
            yield f"fhir/{person.record_number}.json", [text.encode()]
            step()
    mine = {"patient": patient} if patient else {}
    for key in StoredDocument.objects.filter(**mine).order_by("pk").values_list("pk", flat=True):
        document = StoredDocument.objects.get(pk=key)
        yield (
            f"documents/{document.number}-v{document.version}.pdf", [bytes(document.content)]
        )  # fmt: skip
        step()
    for key in PatientFile.objects.filter(**mine).order_by("pk").values_list("pk", flat=True):
        file = PatientFile.objects.get(pk=key)
        yield f"files/{file.public_id}/{file.original_name}", [bytes(file.content)]
        step()


def _json(model: type[models.Model], practice, patient, counts) -> Iterator[bytes]:
    apart = APART.get(model, set())
    number = 0
    for row in rows_of(model, practice, patient, apart):
        number += 1
        yield line(row).encode() + b"\n"
    counts[model._meta.label_lower] = number


def _csv(model: type[models.Model], practice, patient) -> Iterator[bytes]:
    apart = APART.get(model, set())
    names = [field.name for field in fields_of(model) if field.name not in apart]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(names)
    for row in rows_of(model, practice, patient, apart):
        writer.writerow([_cell(row[name]) for name in names])
        yield _take(out)
    yield _take(out)


def _take(out: io.StringIO) -> bytes:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text.encode()


def _cell(value: Any) -> str:
    """Nothing that a spreadsheet would run as a formula."""
    if isinstance(value, str):
        return str(cell(value))
    return "" if value is None else line(value)
