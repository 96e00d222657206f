import hashlib
import json
from datetime import UTC, datetime

import pytest

from clinic.documents.contexts import NoteContext, from_json
from clinic.documents.errors import DocumentError
from clinic.enums import DocumentKind
from clinic.errors import Conflict, NotAllowed
from clinic.models import AuditEvent, DocumentCounter, StoredDocument
from notes import signing
from notes.models import Note, Signature, Visit
from tests.factories import make_block, make_clinician, make_episode, make_note, make_visit
from tests.notes.acts import sign
from tests.snapshot import changed, snapshot

pytestmark = pytest.mark.slow
AT = datetime(2026, 3, 2, 15, 4, tzinfo=UTC)


def refusal(kind, note, **given) -> str:
    """The sentence of a refused signature; all that it leaves behind is one event that says so."""
    before, tried = snapshot(), AuditEvent.objects.filter(action="note.sign_refused")
    count = tried.count()
    with pytest.raises(kind) as raised:
        sign(note, **given)
    assert changed(before, snapshot()) == {"clinic_auditevent"}
    assert (tried.count(), tried.latest("seq").outcome) == (count + 1, "denied")
    assert tried.latest("seq").detail == {"reason": str(raised.value)[:200]}
    return str(raised.value)


def test_signing_freezes_note_visit_and_document(draft, notes_only):
    note = sign(draft, at=AT)

    assert (note.status, note.signed_by, note.signed_at) == ("signed", draft.author.user, AT)
    assert (note.number, note.document.number) == ("SN-000001", "SN-000001")
    assert Visit.objects.get(pk=note.visit_id).status == "signed"
    assert StoredDocument.objects.get() == note.document


def test_signature_says_who_when_how_and_to_what(draft, notes_only):
    note = sign(draft, at=AT, method="password")

    row = Signature.objects.get()
    author = draft.author
    assert (row.note, row.signer, row.meaning, row.at) == (note, author.user, "author", AT)
    assert (row.name, row.credential, row.licence) == (
        f"{author.first_name} {author.last_name}", author.credential, author.licence,
    )  # fmt: skip
    assert (row.attestation, row.method, row.digest) == (
        signing.ATTESTATION, "password", note.digest,
    )  # fmt: skip


def test_digest_is_the_fingerprint_of_the_stored_record(draft, notes_only):
    note = Note.objects.get(pk=sign(draft).pk)

    context = from_json(NoteContext, json.dumps(note.record))
    assert context.fingerprint() == note.digest
    assert hashlib.sha256(context.record().encode()).hexdigest() == note.digest
    assert context.signature.record_sha256 == note.digest


def test_document_is_stored_with_the_hash_of_its_bytes_and_its_context(draft, notes_only):
    note = Note.objects.get(pk=sign(draft).pk)

    content = bytes(note.document.content)
    assert content.startswith(b"%PDF-1.7")
    assert note.document.sha256 == hashlib.sha256(content).hexdigest()
    assert note.document.size == len(content)
    assert note.document.context == note.record


def test_act_leaves_its_events(draft, notes_only):
    note = sign(draft)

    events = list(AuditEvent.objects.order_by("pk").values_list("action", "patient_id"))
    assert events == [
        ("signing.certificate_issued", None),  # the clinician's first signature
        ("document.issued", note.visit.patient_id),
        ("note.signed", note.visit.patient_id),
    ]
    assert AuditEvent.objects.get(action="note.signed").detail == {
        "number": note.number,
        "digest": note.digest,
        "attestation": signing.ATTESTATION,
        "method": "password",
    }


def another_draft() -> Note:
    note = make_note(make_visit(episode=make_episode(coverage=None)))
    make_block(note, "10:00", "10:15")
    return note


def test_numbers_have_no_gap_after_a_refusal(draft, notes_only):
    other = another_draft()
    refusal(Conflict, draft, version=99)
    first = sign(draft)
    refusal(NotAllowed, draft)

    second = sign(other)

    assert (first.number, second.number) == ("SN-000001", "SN-000002")
    assert DocumentCounter.objects.get(kind=DocumentKind.NOTE).last == 2


def test_signing_twice_signs_once(draft, notes_only):
    sign(draft)

    assert refusal(NotAllowed, draft) == "This note is already signed; add an addendum."


def test_draft_changed_after_the_review_is_not_signed(draft, notes_only):
    assert refusal(Conflict, draft, version=draft.version - 1) == (
        "The note changed after you reviewed it. Look at it again, then sign."
    )


def test_only_the_author_signs(draft, notes_only):
    other = make_clinician()

    assert refusal(NotAllowed, draft, by=other.user) == f"Only {draft.author} can sign this note."


def test_what_is_missing_stops_the_signature_with_its_first_sentence(draft, notes_only):
    Note.objects.filter(pk=draft.pk).update(plan="", assessment="")

    assert refusal(NotAllowed, draft) == (
        "The note is not complete. Write the assessment: the response, and why skilled care is "
        "needed. And 1 more."
    )


def test_failing_step_takes_back_what_the_steps_before_it_wrote(draft, monkeypatch):
    # billing's own step has stored its charge set by then
    def fail(note, by, at):
        assert note.charge_set.line_count == 1
        raise NotAllowed("The last step says no.")

    monkeypatch.setattr(signing, "_steps", list(signing._steps))
    signing.register(fail)

    assert refusal(NotAllowed, draft) == "The last step says no."


def test_failing_renderer_takes_all_back(draft):
    Note.objects.filter(pk=draft.pk).update(plan="Continue 𓀀.")

    assert refusal(DocumentError, draft).startswith("The plan contains the character '𓀀'")


def test_step_is_registered_once(monkeypatch):
    monkeypatch.setattr(signing, "_steps", [])

    def step(note, by, at):
        return None

    signing.register(step)
    signing.register(step)

    assert signing._steps == [step]


def test_step_that_adds_nothing_changes_nothing_printed(draft, monkeypatch):
    monkeypatch.setattr(signing, "_steps", [lambda note, by, at: None])

    note = sign(draft)

    assert (note.record["sections"], note.record["totals"]) == ([], None)


def test_without_billing_the_note_has_no_charges(draft, notes_only):
    note = sign(draft)

    assert (note.record["sections"], note.record["policy"]) == ([], "")
    assert not hasattr(note, "charge_set")


def test_with_billing_the_note_prints_its_charges(draft):
    note = sign(draft)

    [section] = note.record["sections"]
    [line] = section["lines"]
    assert (line["code"], line["units"], line["minutes"]) == ("97140", 1, 15)
    totals = note.record["totals"]
    assert (totals["timed"], totals["treatment"], totals["not_billed"]) == (15, 15, 0)
    assert note.charge_set.policy_label.startswith("Self-pay")
