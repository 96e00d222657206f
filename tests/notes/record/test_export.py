"""Everything out and in again: hashes, signatures, byte for byte; FHIR bundles that validate."""

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import transaction
from django.urls import reverse

from clinic import guards
from clinic.errors import NotAllowed
from clinic.models import AuditEvent, Patient, StoredDocument, User
from clinic.scope import ScopedModel, every_practice, scope
from clinic.services.patients_search import search_patients
from notes.exchange.exporting import archive, ask_export
from notes.exchange.records import LEFT_BEHIND, exported_models
from notes.exchange.reimport import bring_in
from notes.models import Note
from tests.conftest import client_of
from tests.factories import (
    make_patient,
    make_user,
)
from tests.notes.acts import sign
from tests.notes.record.charts import all_stories, clean_note, ground
from tests.notes.record.exports import NOW, charted_draft, contents, zipped

LATER = datetime(2026, 4, 5, 12, tzinfo=UTC)


@pytest.fixture
def charted(in_practice) -> Note:
    return sign(charted_draft())


def test_every_scoped_table_is_exported_or_named_as_left_behind():
    every = {m._meta.label_lower for m in apps.get_models() if issubclass(m, ScopedModel)}

    assert every - {m._meta.label_lower for m in exported_models()} == LEFT_BEHIND & every


def test_cell_that_a_spreadsheet_would_run_is_disarmed(in_practice, practice):
    make_patient(last_name="=HYPERLINK(1)")

    assert b"'=HYPERLINK(1)" in zipped(practice).read("csv/clinic.patient.csv")


def test_page_streams_the_file_and_notes_that_it_is_done(charted, practice):
    client = client_of(make_user("admin"))
    job = ask_export(by=client.user)

    response = client.get(reverse("notes:export_download", args=[job.public_id]))
    file = zipfile.ZipFile(io.BytesIO(response.getvalue()))

    assert file.testzip() is None
    job.refresh_from_db()
    assert (job.done, job.finished_at is not None) == (job.total, True)
    assert AuditEvent.objects.filter(action="record.downloaded").count() == 1


# --- into an empty Handline ---------------------------------------------------------------


def emptied() -> None:
    """Take every row away, as a fresh installation has none."""
    guards.remove()
    models = [*(apps.get_model(label) for label in LEFT_BEHIND), *reversed(exported_models())]
    with every_practice("the test empties the database"), transaction.atomic():
        for model in models:
            rows = model._base_manager.all()
            rows._raw_delete(rows.db)
    guards.install()


@pytest.fixture
def exported(practice) -> bytes:
    with scope(practice):
        note = clean_note(ground(), all_stories()[1], "medicare")
        sign(note)
    return b"".join(archive(practice, now=NOW))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_round_trip_is_byte_identical_and_every_signature_is_verified(exported):
    emptied()

    found = bring_in(io.BytesIO(exported))

    again = b"".join(archive(found.practice, now=LATER))
    before, after = (contents(zipfile.ZipFile(io.BytesIO(b))) for b in (exported, again))
    manifests = [json.loads(c.pop("manifest.json")) for c in (before, after)]
    assert (found.documents, found.valid, found.troubles) == (2, 2, ())
    assert after == before
    assert [m.pop("exported_at") for m in manifests] == [NOW.isoformat(), LATER.isoformat()]
    assert manifests[0] == manifests[1]
    with scope(found.practice):
        assert guards.missing() == []
        patient = Patient.objects.get()
        assert search_patients(patient.last_name, user=User.objects.first()) == [patient]
    emptied()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_document_that_was_exchanged_is_found(exported):
    """Somebody changed the PDF, its row and the manifest: the signature still tells."""
    files = contents(zipfile.ZipFile(io.BytesIO(exported)))
    name = next(n for n in files if n.startswith("documents/"))
    manifest = json.loads(files["manifest.json"])
    rows = [json.loads(line) for line in files["json/clinic.storeddocument.jsonl"].splitlines()]
    row = next(row for row in rows if row["sha256"] == hashlib.sha256(files[name]).hexdigest())
    files[name] = files[name].replace(b"/Producer", b"/Producex", 1)
    row["sha256"] = hashlib.sha256(files[name]).hexdigest()
    files["json/clinic.storeddocument.jsonl"] = b"".join(
        json.dumps(row).encode() + b"\n" for row in rows
    )
    for changed in (name, "json/clinic.storeddocument.jsonl"):
        manifest["sha256"][changed] = hashlib.sha256(files[changed]).hexdigest()
    files["manifest.json"] = json.dumps(manifest).encode()
    emptied()

    found = bring_in(io.BytesIO(packed(files)))

    assert (found.documents, found.valid) == (2, 1)
    assert "Not accepted." in found.troubles[0]
    emptied()


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("change", "beginning"),
    [
        (lambda files: files.pop("json/notes.note.jsonl"), "json/notes.note.jsonl is missing"),
        (lambda files: files.update({"json/notes.note.jsonl": b"{}"}),
         "json/notes.note.jsonl was changed since the export"),
        (lambda files: files.update({"more.txt": b"x"}), "more.txt is not in the manifest"),
        (lambda files: files.pop("manifest.json"), "The ZIP has no readable manifest"),
    ],
)  # fmt: skip
def test_damaged_archive_is_refused(in_practice, practice, change, beginning):
    files = contents(zipped(practice))
    change(files)

    with pytest.raises(NotAllowed) as refusal:
        bring_in(io.BytesIO(packed(files)))

    assert str(refusal.value).startswith(beginning)


def test_record_goes_into_an_empty_handline_only(in_practice, practice):
    exported = b"".join(archive(practice, now=NOW))

    with pytest.raises(NotAllowed) as refusal, transaction.atomic():
        bring_in(io.BytesIO(exported))
    with pytest.raises(NotAllowed) as no_zip:
        bring_in(io.BytesIO(b"not a zip"))

    assert str(refusal.value) == (
        "This Handline is not empty: a record is brought into an empty one."
    )
    assert str(no_zip.value) == "This is not a ZIP file: choose the file that Handline exported."
    assert StoredDocument.objects.count() == 0
