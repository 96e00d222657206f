"""What an export holds, and its FHIR bundles: of one note, signed once for all tests here."""

import json

import pytest
from fhir.resources.R4B.bundle import Bundle

from clinic.models import StoredDocument
from notes.exchange.exporting import ask_export
from notes.exchange.fhir import bundle_of
from notes.models import Note
from notes.services.addenda import add_addendum
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
from tests.notes.record.exports import charted_draft, contents, zipped


def make_ground(practice) -> None:
    sign(charted_draft())


@pytest.fixture
def charted(in_practice) -> Note:
    return Note.objects.get()


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
