"""The letter about a request to amend is a sealed document like the others."""

import io

import pikepdf
import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.models import AuditEvent, StoredDocument
from clinic.services import issuing
from notes.models import AmendmentRequest, Note
from notes.services import amendments
from notes.services.amendment_paper import issue_amendment_letter, letter_is_on_paper
from tests.clinic.documents.reading import squeezed, text_of
from tests.conftest import client_of
from tests.factories import make_user
from tests.notes.acts import sign_with_notes_alone
from tests.notes.conftest import complete_draft
from tests.snapshot import snapshot


def make_ground(practice) -> None:
    sign_with_notes_alone(complete_draft())


@pytest.fixture
def admin(in_practice):
    return make_user(Role.ADMIN)


@pytest.fixture
def asked(admin) -> AmendmentRequest:
    note = Note.objects.get()
    return amendments.receive(
        note.visit.patient, by=admin, received_on=timezone.localdate(), asked_by="The patient",
        text="It was the left shoulder.", note=note,
    )  # fmt: skip


def deny(row: AmendmentRequest, admin) -> AmendmentRequest:
    return amendments.deny(row, by=admin, ground="complete", explanation="The right was treated.")


def test_open_request_has_no_letter(asked, admin):
    before = snapshot()

    with pytest.raises(NotAllowed, match="Answer the request first"):
        issue_amendment_letter(asked, by=admin)

    assert snapshot() == before


def test_letter_prints_what_the_rule_asks_for(asked, admin, tmp_path):
    document = issue_amendment_letter(deny(asked, admin), by=admin)

    text = squeezed(text_of(bytes(document.content), tmp_path))

    assert (document.kind, document.number[:3], document.version) == ("amendment", "AL-", 1)
    for words in (
        "Amendment letter", "It was the left shoulder.", "The record is accurate and complete",
        "The right was treated.", "You may send us a statement", "Office for Civil Rights",
        f"Electronically signed by {admin}",
    ):  # fmt: skip
        assert squeezed(words) in text


def test_letter_is_registered_and_sealed_by_the_practice(asked, admin):
    document = issue_amendment_letter(deny(asked, admin), by=admin)

    entry = issuing.registry(document.sha256)

    assert (entry.kind, entry.state) == ("Letter about an amendment", "issued")
    assert entry.signer == f"{asked.practice} (practice seal)"
    assert AuditEvent.objects.filter(action="amendment.letter_issued").count() == 1
    assert b"/DocMDP" in bytes(document.content)


def test_same_letter_twice_is_one_document(asked, admin):
    row = deny(asked, admin)

    first = issue_amendment_letter(row, by=admin)
    second = issue_amendment_letter(row, by=admin)

    assert first == second
    assert StoredDocument.objects.filter(kind="amendment").count() == 1


def test_later_decision_is_the_next_version_and_carries_the_one_before(asked, admin):
    first = issue_amendment_letter(
        amendments.extend(asked, by=admin, because="The author is on leave."), by=admin
    )
    row = deny(AmendmentRequest.objects.get(pk=asked.pk), admin)
    assert not letter_is_on_paper(row)

    second = issue_amendment_letter(row, by=admin)

    assert (second.number, second.version, second.replaces) == (first.number, 2, first)
    assert letter_is_on_paper(AmendmentRequest.objects.get(pk=asked.pk))
    with pikepdf.open(io.BytesIO(bytes(second.content))) as pdf:
        inside = pdf.attachments[f"{first.number}-v1.pdf"].get_file().read_bytes()
    assert inside == bytes(first.content)


def test_rebuttal_goes_to_the_patient_in_the_next_version(asked, admin, tmp_path):
    issue_amendment_letter(deny(asked, admin), by=admin)
    amendments.state_disagreement(asked, by=admin, text="I know which one hurt.")
    amendments.rebut(asked, by=admin, text="The visit before says right, too.")

    document = issue_amendment_letter(asked, by=admin)

    text = squeezed(text_of(bytes(document.content), tmp_path))
    assert document.version == 2
    assert squeezed("I know which one hurt.") in text
    assert squeezed("The visit before says right, too.") in text


def test_page_makes_the_letter_and_offers_it(asked, admin):
    row = deny(asked, admin)
    client = client_of(admin)
    page = reverse("notes:amendment", args=[row.patient_id, row.pk])
    assert "Make the letter" in client.get(page).content.decode()

    answer = client.post(page, {"act": "letter"}, follow=True)

    paper = client.get(reverse("notes:amendment_letter", args=[row.patient_id, row.pk]))
    assert "The letter is sealed and on file." in answer.content.decode()
    assert "Make the letter" not in answer.content.decode()
    assert paper["Content-Type"] == "application/pdf"
    assert b"".join(paper).startswith(b"%PDF-")
