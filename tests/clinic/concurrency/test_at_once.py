"""T-C02 to T-C05: what several requests at the same moment may leave behind."""

from collections import Counter
from threading import Event

import pytest
from django.db import connection, transaction
from django.urls import reverse

from clinic.enums import DocumentKind, Role
from clinic.errors import HandlineError
from clinic.models import AuditEvent, PatientContact, StoredDocument, Submission
from clinic.scope import scope
from clinic.services import documents
from notes.enums import NoteStatus
from notes.models import Note, Signature, Visit
from notes.services.texts import save_texts
from notes.signing import HELD, sign_note
from tests.billing.making import make_draft, make_fees
from tests.clinic.concurrency.together import at_once
from tests.conftest import client_of
from tests.factories import PASSWORD, make_patient, make_user

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def draft(practice) -> Note:
    with scope(practice):
        make_fees()
        note = make_draft()
        return Note.objects.select_related("visit", "author__user").get(pk=note.pk)


def test_six_signatures_at_once_sign_once(practice, draft):
    """T-C03: in six browsers of the author."""
    url = reverse("notes:sign", args=[draft.visit.public_id])
    browsers = [client_of(draft.author.user) for _ in range(6)]
    form = {"version": draft.version, "agree": "on", "password": PASSWORD}

    answers = at_once(6, lambda number: browsers[number].post(url, form))

    assert [type(answer).__name__ for answer in answers if isinstance(answer, Exception)] == []
    with scope(practice):
        note = Note.objects.get(pk=draft.pk)
        assert note.status == NoteStatus.SIGNED
        assert Signature.objects.filter(note=note).count() == 1
        assert StoredDocument.objects.filter(kind=DocumentKind.NOTE).count() == 1
        assert AuditEvent.objects.filter(action="note.signed").count() == 1
        assert note.charge_set.lines.count() == note.charge_set.line_count > 0
        assert documents.expected_number(DocumentKind.NOTE).endswith("2")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's lock_timeout")
def test_who_waits_too_long_for_a_signature_is_told_and_signs_nothing(practice, draft):
    """T-C03: a slow machine, and the paper of the first signer is still being made."""
    url = reverse("notes:sign", args=[draft.visit.public_id])
    browser = client_of(draft.author.user)
    form = {"version": draft.version, "agree": "on", "password": PASSWORD}
    held, answered = Event(), Event()

    def act(number: int) -> object:
        if number == 0:
            with scope(practice), transaction.atomic():
                Note.objects.select_for_update().get(pk=draft.pk)
                held.set()
                answered.wait(30)
            return None
        held.wait(30)
        try:
            return browser.post(url, form)
        finally:
            answered.set()

    _, answer = at_once(2, act)

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == [HELD]
    with scope(practice):
        assert Note.objects.get(pk=draft.pk).status == NoteStatus.DRAFT
        assert Signature.objects.count() == StoredDocument.objects.count() == 0
        assert AuditEvent.objects.filter(action="note.sign_refused").count() == 1


def test_numbers_are_gapless_under_eight_writers(practice):
    """T-C04"""

    def take(number: int) -> list[str]:
        return [one() for _ in range(10)]

    def one() -> str:
        with scope(practice), transaction.atomic():
            return documents.next_number(DocumentKind.SUPERBILL)

    answers = at_once(8, take)

    numbers = sorted(int(text.rsplit("-", 1)[-1]) for taken in answers for text in taken)
    assert numbers == list(range(1, 81))


def test_text_that_is_saved_while_signing_is_in_the_record_or_refused(practice, draft):
    """T-C05: never a signed note whose text is not the one that was signed."""
    by = draft.author.user

    def act(number: int) -> object:
        with scope(practice):
            note = Note.objects.get(pk=draft.pk)
            if number == 0:
                return sign_note(note, by=by, version=draft.version, method="password")
            sections = ("subjective", "objective", "assessment", "plan")
            base = {name: getattr(draft, name) for name in sections}
            return save_texts(note, by=by, base=base, texts=base | {"plan": f"Plan {number}."})

    answers = at_once(4, act)

    assert all(isinstance(a, HandlineError) or not isinstance(a, Exception) for a in answers)
    with scope(practice):
        note = Note.objects.get(pk=draft.pk)
        if note.status == NoteStatus.SIGNED:
            assert note.plan in str(note.record)
            assert Visit.objects.get(pk=note.visit_id).status == "signed"
        else:
            assert (Signature.objects.count(), note.digest) == (0, "")


def test_one_form_sent_six_times_at_once_is_done_once(practice):
    """T-C02: a form without a key of its service's own."""
    with scope(practice):
        patient, office = make_patient(), make_user(Role.OFFICE)
    url = reverse("contact_add", args=[patient.pk])
    browser = client_of(office)
    form = {"kind": "emergency", "name": "Ada", "phone": "518-555-0101", "form_key": "k" * 16}
    cookies = {key: morsel.value for key, morsel in browser.cookies.items()}
    browsers = [client_of(office) for _ in range(6)]
    for one in browsers:
        one.cookies.load(cookies)

    answers = at_once(6, lambda number: browsers[number].post(url, form))

    assert Counter(answer.status_code for answer in answers) == {302: 6}
    assert len({answer["Location"] for answer in answers}) == 1
    with scope(practice):
        assert PatientContact.objects.filter(patient=patient).count() == 1
        assert Submission.objects.count() == 1
