"""`verify_records`: what it finds, what it says, how it ends (T-G04, T-I03, T-I08)."""

import hashlib
import io
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from billing.models import ChargeLine, ChargeSet
from clinic import guards
from clinic.models import AuditEvent, PatientFile, StoredDocument
from clinic.scope import scope
from notes.models import Note, Signature, Visit
from notes.services.verifying import fingerprint_of
from tests.billing.making import make_charge_set
from tests.clinic.audit.tampering import found, guards_off, rows, sql
from tests.factories import make_patient, make_user
from tests.snapshot import snapshot

pytestmark = pytest.mark.slow
CHECKS = ("guards", "chain", "rows", "documents", "signatures", "notes", "charges")


def make_ground(practice) -> None:
    make_charge_set()


@pytest.fixture
def note(in_practice, tmp_path, settings) -> Note:
    """A signed and billed note, as its services wrote it."""
    settings.AUDIT_ANCHOR_FILE = tmp_path / "anchors.log"
    return Note.objects.get()


def run(*words: str) -> tuple[int, str]:
    out, status = io.StringIO(), 0
    try:
        call_command("verify_records", *words, stdout=out)
    except SystemExit as end:
        status = end.code
    return status, out.getvalue()


def said(*names: str) -> list[tuple[str, str]]:
    return [(finding.check, finding.text) for finding in found(*names or CHECKS)]


def test_an_untouched_record_is_as_it_was_written(note):
    before = snapshot()

    status, words = run()

    assert status == 0
    assert words.splitlines()[-1] == "Everything is as it was written."
    assert [line.split(":")[0] for line in words.splitlines()[:-1]] == list(CHECKS)
    assert snapshot() == before


def test_json_is_a_line_for_each_finding_and_one_for_the_run(note):
    with guards_off():
        sql("UPDATE clinic_storeddocument SET content = %s", b"%PDF-1.7 other")

    status, words = run("--json", "--only", "documents,charges")

    *findings, summary = [json.loads(line) for line in words.splitlines()]
    document = StoredDocument.objects.get()
    assert status == 1
    assert findings == [
        {
            "check": "documents", "level": "error", "practice": note.practice_id,
            "what": f"document {document}", "text": "Its bytes are not those that were issued.",
        }
    ]  # fmt: skip
    assert (summary["ok"], summary["errors"], summary["warnings"]) == (False, 1, 0)
    assert {name: part["read"] for name, part in summary["checks"].items()} == {
        "documents": 1, "charges": 1,
    }  # fmt: skip


def test_an_unknown_check_is_refused_with_those_there_are(note):
    with pytest.raises(CommandError, match=r"There is no check chains\. Choose from guards, "):
        run("--only", "chains")


@pytest.mark.parametrize(("spoiled", "outcome"), [(False, "done"), (True, "failed")])
def test_the_result_may_be_written_into_the_trail(note, spoiled, outcome):
    if spoiled:
        with guards_off():
            sql("UPDATE clinic_storeddocument SET size = 1")

    run("--record")

    event = AuditEvent.objects.latest("seq")
    assert (event.action, event.actor_id, event.outcome) == ("records.verified", None, outcome)
    assert event.detail == {"checks": list(CHECKS), "errors": int(spoiled), "warnings": 0}


# --- documents ------------------------------------------------------------------------------


def _document(**columns) -> None:
    row = StoredDocument.objects.get()
    for name, value in columns.items():
        sql(f"UPDATE clinic_storeddocument SET {name} = %s WHERE id = %s", value, row.pk)


def test_bytes_and_their_fingerprint_changed_alike_are_found_by_the_trail(note):
    body = bytes(StoredDocument.objects.get().content).replace(b"/Author", b"/AuthoR", 1)
    with guards_off():
        _document(content=body, sha256=hashlib.sha256(body).hexdigest(), size=len(body))

    checks = {check for check, _ in said()}
    assert ("witnesses", "Its fingerprint is not the one that the audit trail names.") in said()
    assert "signatures" in checks
    assert "documents" not in checks


def test_a_document_that_is_gone_is_found(note):
    with guards_off():
        sql("UPDATE notes_note SET document_id = NULL, record = NULL, imported = true")
        sql("DELETE FROM clinic_storeddocument")

    assert ("witnesses", "The audit trail names it, and it is gone.") in said("chain")


def test_a_document_that_came_in_past_handline_is_found(note):
    with guards_off():
        row = StoredDocument.objects.get()
        row.pk, row.public_id, row.number = None, "0" * 32, "SN-999999"
        row.save(force_insert=True)

    assert said("chain") == [
        ("witnesses", "The audit trail knows nothing of it: it came in past Handline.")
    ]


def test_the_printed_seal_is_compared_with_the_trail(note):
    printed = StoredDocument.objects.get().context["signature"]
    before = [row for row in rows(note.practice) if row.seq == printed["audit_event"]]
    assert [row.hash[:16] for row in before] == [printed["audit_seal"]]
    with guards_off():
        sql("UPDATE clinic_auditevent SET hash = %s WHERE seq = %s", "0" * 64, before[0].seq)

    assert said("documents") == [
        (
            "anchors",
            f"It prints the seal of audit event {before[0].seq}, and the trail holds another: "
            "the trail was cut or written anew.",
        )
    ]


def test_i03_each_of_many_flipped_bytes_is_found(note):
    """Every 97th byte of the file; all of them in tests/soak/byte_flips.py."""
    row = StoredDocument.objects.get()
    body, missed = bytes(row.content), []
    with guards_off():
        for place in range(0, len(body), 97 * 8):
            _document(content=body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :])
            missed += [] if said("documents") else [place]
        _document(content=body)

    assert (missed, said("documents")) == ([], [])


def test_an_uploaded_file_that_changed_is_found(note, client_for):
    user = make_user("office")
    PatientFile.objects.create(
        patient=note.visit.patient, kind="consent", content=b"%PDF-1.4 x", size=10,
        sha256=hashlib.sha256(b"%PDF-1.4 y").hexdigest(), original_name="a.pdf",
        content_type="application/pdf", uploaded_by=user, uploaded_at=note.signed_at,
    )  # fmt: skip

    assert said("documents") == [("documents", "Its bytes are not those that were uploaded.")]


# --- notes ----------------------------------------------------------------------------------


def test_a_record_that_was_not_signed_is_found(note):
    record = note.record | {"subjective": "Something else."}
    with guards_off():
        sql("UPDATE notes_note SET record = %s", json.dumps(record))

    assert said("notes") == [("notes", "Its record is not the one that was signed.")]


def test_a_record_with_a_new_fingerprint_is_found_by_its_signature_paper_and_trail(note):
    record = note.record | {"subjective": "Something else."}
    with guards_off():
        sql(
            "UPDATE notes_note SET record = %s, digest = %s",
            json.dumps(record), fingerprint_of(record),
        )  # fmt: skip

    assert [check for check, _ in said("notes", "chain")] == [
        "notes", "notes", "notes", "witnesses",
    ]  # fmt: skip


def test_a_note_whose_paper_leads_to_its_registry_is_as_it_was_signed(in_practice, settings):
    settings.PUBLIC_URL = "https://handline.example"

    made = make_charge_set().note

    assert made.document.context["verify_url"].startswith("https://handline.example/v/")
    assert said("documents", "notes", "chain") == []


def test_i03_another_name_in_the_stored_signature_is_found(note):
    """The fingerprint that was signed leaves signatures out: it is what they sign."""
    record = note.record | {"signature": note.record["signature"] | {"name": "Somebody Else"}}
    with guards_off():
        sql("UPDATE notes_note SET record = %s", json.dumps(record))
    of_record = said("notes", "chain")
    with guards_off():
        sql("UPDATE clinic_storeddocument SET context = %s", json.dumps(record))

    assert of_record == [("notes", "Its record is not the one that its document printed.")]
    assert said("notes", "chain") == [
        ("witnesses", "Its content is not the one that the audit trail names.")
    ]


def test_g04_signatures_swapped_between_two_notes_are_found(note):
    other = make_charge_set().note
    a, b = (Signature.objects.get(note=one) for one in (note, other))
    with guards_off():
        sql("UPDATE notes_signature SET meaning = 'x' WHERE id = %s", b.pk)
        sql("UPDATE notes_signature SET note_id = %s WHERE id = %s", other.pk, a.pk)
        sql("UPDATE notes_signature SET note_id = %s, meaning = 'author' WHERE id = %s",
            note.pk, b.pk)  # fmt: skip

    texts = [text for _, text in said("notes")]
    assert texts == [
        f"The author's signature {b.pk} is of another person or moment.",
        f"Signature {b.pk} belongs to another record.",
        f"The author's signature {a.pk} is of another person or moment.",
        f"Signature {a.pk} belongs to another record.",
    ]


def test_a_note_without_its_signature_is_found(note):
    with guards_off():
        sql("DELETE FROM notes_signature")

    assert said("notes") == [("notes", "It has no author's signature.")]


# --- bills ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "texts"),
    [
        ("units = units + 1, charge_cents = charge_cents + COALESCE(fee_cents, 0)",
         ["Its stored lines are not those of the answer."]),
        ("modifiers = '[\"59\"]'", ["Its stored lines are not those of the answer."]),
        ("position = 9", ["Its stored lines are not those of the answer."]),
        ("fee_cents = 100, charge_cents = 100 * units", ["Its lines do not add up to its total."]),
    ],
    ids=["units", "modifiers", "position", "fee"],
)  # fmt: skip
def test_a_changed_line_is_found(note, change, texts):
    with guards_off():
        sql(f"UPDATE billing_chargeline SET {change}")

    assert ChargeLine.objects.count() == 1
    assert [text for _, text in said("charges")] == texts


def test_a_changed_answer_is_found_by_the_bill_and_one_with_a_new_digest_by_the_trail(note):
    with guards_off():
        sql("UPDATE billing_chargeset SET digest = %s", "0" * 64)

    assert [check for check, _ in said("charges", "chain")] == ["charges", "witnesses"]
    assert ChargeSet.objects.count() == 1


# --- rows and guards --------------------------------------------------------------------------


def test_a_row_that_points_into_another_practice_is_found(note, other_practice):
    with scope(other_practice):
        stranger = make_patient()
    with guards_off():
        sql("UPDATE notes_visit SET patient_id = %s", stranger.pk)

    assert said("rows") == [("rows", "Its patient belongs to another practice.")]
    assert Visit.objects.count() == 1


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL keeps foreign keys")
def test_a_row_that_points_nowhere_is_found(note):
    with guards_off(), connection.constraint_checks_disabled():
        sql("PRAGMA ignore_check_constraints = ON")
        sql("PRAGMA defer_foreign_keys = ON")
        visit = Visit.objects.get()
        sql("UPDATE notes_visit SET location_id = 999999 WHERE id = %s", visit.pk)
        texts = said("rows")
        sql("UPDATE notes_visit SET location_id = %s WHERE id = %s", visit.location_id, visit.pk)
        sql("PRAGMA ignore_check_constraints = OFF")

    assert texts == [("rows", "Its location is gone.")]


def test_a_missing_guard_is_found(note):
    with guards_off():
        names = [finding.what for finding in found("guards")]

    assert names == guards.missing() or len(names) > 100
    assert "clinic_auditevent_no_update" in names
    assert found("guards") == []


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL takes no damaged JSON")
def test_a_row_too_damaged_to_be_read_is_a_finding_and_the_other_checks_go_on(note):
    with guards_off():
        sql("PRAGMA ignore_check_constraints = ON")
        sql("UPDATE notes_note SET record = '{damaged'")
        sql("PRAGMA ignore_check_constraints = OFF")

    status, words = run("--only", "notes,charges")

    assert status == 1
    assert words.splitlines()[0] == (
        "error: notes: A row cannot be read, the check ended there: TypeError."
    )
    assert words.splitlines()[2].startswith("charges: 1 read")
