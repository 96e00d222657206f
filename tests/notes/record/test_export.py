"""Everything out and in again: hashes, signatures, byte for byte; FHIR bundles that validate."""

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import transaction
from django.urls import reverse
from fhir.resources.R4B.bundle import Bundle

from clinic import guards
from clinic.errors import NotAllowed
from clinic.models import AuditEvent, Patient, StoredDocument, User
from clinic.scope import ScopedModel, every_practice, scope
from clinic.services.patients_search import search_patients
from notes.exchange.exporting import archive, ask_export
from notes.exchange.fhir import bundle_of
from notes.exchange.records import LEFT_BEHIND, exported_models
from notes.exchange.reimport import bring_in
from notes.models import Note
from notes.services import measures
from notes.services.addenda import add_addendum
from tests.conftest import client_of
from tests.factories import (
    make_block,
    make_clinician,
    make_episode,
    make_note,
    make_patient,
    make_user,
    make_visit,
    new_key,
)
from tests.notes.acts import sign
from tests.notes.record.charts import all_stories, clean_note, ground

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
LATER = datetime(2026, 4, 5, 12, tzinfo=UTC)


@pytest.fixture
def charted(in_practice) -> Note:
    """A signed note with everything around it: plan, goal, measures, scores."""
    note = clean_note(ground(), all_stories()[1], "medicare")
    by = note.author.user
    measures.save_measurement(
        note, by=by, kind="motion", site="shoulder_flexion", side="left", before=Decimal(95),
        after=Decimal("110.5"),
    )  # fmt: skip
    measures.save_score(note, by=by, instrument="QDASH", answers=[3] * 11)
    return sign(note)


def zipped(practice, **given) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(archive(practice, now=NOW, **given))))


def contents(file: zipfile.ZipFile) -> dict[str, bytes]:
    return {name: file.read(name) for name in file.namelist()}


def test_export_holds_each_kind_of_file_and_each_hash(charted, practice):
    file = zipped(practice)

    manifest = json.loads(file.read("manifest.json"))
    document = charted.document
    assert set(manifest["sha256"]) == set(file.namelist()) - {"manifest.json"}
    assert manifest["sha256"][f"documents/{charted.number}-v1.pdf"] == document.sha256
    assert file.read(f"documents/{charted.number}-v1.pdf") == bytes(document.content)
    assert manifest["rows"]["notes.note"] == 1
    assert len(file.read("csv/notes.treatmentblock.csv").splitlines()) == 1 + charted.blocks.count()
    assert f"fhir/{charted.visit.patient.record_number}.json" in file.namelist()


def test_secrets_stay(charted, practice):
    text = b"".join(contents(zipped(practice)).values())

    assert b"pbkdf2" not in text
    assert b"argon2" not in text
    assert b"BEGIN ENCRYPTED PRIVATE KEY" not in text


def test_every_scoped_table_is_exported_or_named_as_left_behind():
    every = {m._meta.label_lower for m in apps.get_models() if issubclass(m, ScopedModel)}

    assert every - {m._meta.label_lower for m in exported_models()} == LEFT_BEHIND & every


def test_one_patients_export_holds_nothing_of_another(charted, practice):
    other = make_patient(last_name="Somebodyelse", record_number="ELSE-1")
    make_block(
        make_note(make_visit(episode=make_episode(patient=other)), subjective="Not for you"),
        "13:00", "13:10",
    )  # fmt: skip

    text = b"".join(contents(zipped(practice, patient=charted.visit.patient)).values())

    assert charted.subjective.encode()[:30] in text
    for secret in (b"Somebodyelse", b"ELSE-1", b"Not for you"):
        assert secret not in text


def test_cell_that_a_spreadsheet_would_run_is_disarmed(in_practice, practice):
    make_patient(last_name="=HYPERLINK(1)")

    assert b"'=HYPERLINK(1)" in zipped(practice).read("csv/clinic.patient.csv")


@pytest.mark.slow
def test_bundles_are_fhir(charted):
    patient = charted.visit.patient

    bundle = bundle_of(patient)

    Bundle.model_validate(json.loads(json.dumps(bundle)))
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    wanted = {
        "Procedure": charted.blocks.count(), "Observation": 2, "Goal": 1, "CarePlan": 1,
        "Claim": 1, "Provenance": StoredDocument.objects.count(),
    }  # fmt: skip
    assert {kind: kinds.count(kind) for kind in wanted} == wanted
    known = {f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in bundle["entry"]}
    assert references(bundle) - known == set()


@pytest.mark.slow
def test_bundle_names_the_claim_as_it_was_frozen(charted):
    [claim] = of_kind(bundle_of(charted.visit.patient), "Claim")

    lines = list(charted.charge_set.lines.all())
    told = [
        (
            item["productOrService"]["coding"][0]["code"],
            [m["coding"][0]["code"] for m in item.get("modifier", [])],
            item["quantity"]["value"],
            round(item["net"]["value"] * 100),
        )
        for item in claim["item"]
    ]
    assert told == [(x.code, x.modifiers, x.units, x.charge_cents) for x in lines]
    assert (
        claim["insurance"][0]["coverage"]["reference"]
        == f"Coverage/cov-{charted.visit.coverage_id}"
    )
    known = {row["sequence"] for row in claim["diagnosis"]}
    pointed = [set(item["diagnosisSequence"]) for item in claim["item"]]
    assert all(places and places <= known for places in pointed)
    codes = [row["diagnosisCodeableConcept"]["coding"][0]["code"] for row in claim["diagnosis"]]
    assert codes == [row["code"] for row in charted.record["diagnoses"]]


def test_self_pay_visit_makes_no_claim(in_practice):
    note = make_note(make_visit(episode=make_episode(coverage=None)))
    make_block(note, "09:00", "09:15")

    assert of_kind(bundle_of(sign(note).visit.patient), "Claim") == []


@pytest.mark.slow
def test_bundle_names_each_signature_its_kind_and_whose_it_is(charted):
    colleague = make_clinician()
    add_addendum(charted, by=colleague.user, submit_key=new_key(), text="Left.", method="password")

    bundle = bundle_of(charted.visit.patient)

    first, second = StoredDocument.objects.filter(number=charted.number).order_by("version")
    told = {
        row["target"][0]["reference"]: (
            row["agent"][0]["who"]["reference"],
            row["signature"][0]["type"][0]["code"].rpartition(".")[2],
            row.get("entity", [{}])[0].get("what", {}).get("reference"),
        )
        for row in of_kind(bundle, "Provenance")
    }
    assert told[f"DocumentReference/d-{first.pk}"] == (
        f"Practitioner/c-{charted.author_id}",
        "1",
        None,
    )
    assert told[f"DocumentReference/d-{second.pk}"] == (
        f"Practitioner/c-{colleague.pk}", "15", f"DocumentReference/d-{first.pk}",
    )  # fmt: skip
    assert {
        row["agent"][0]["onBehalfOf"]["reference"] for row in of_kind(bundle, "Provenance")
    } == {f"Organization/practice-{charted.practice_id}"}


def of_kind(bundle, kind: str) -> list[dict]:
    rows = [entry["resource"] for entry in bundle["entry"]]
    return [row for row in rows if row["resourceType"] == kind]


def references(value) -> set[str]:
    """Every reference of the bundle."""
    if isinstance(value, dict):
        own = {value["reference"]} if "reference" in value else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def test_progress_reaches_the_end(charted, practice):
    steps: list[int] = []
    job = ask_export(by=make_user("admin"))

    zipped(practice, progress=steps.append)

    assert steps == list(range(1, job.total + 1))


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
