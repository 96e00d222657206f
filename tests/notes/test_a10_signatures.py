"""T-A10, signing: who signed in or confirmed within 15 minutes is believed, others are asked."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.models import AuditEvent
from clinic.services.identity import Proof
from notes.models import Note, Signature
from tests.conftest import client_of, record_proofs
from tests.factories import PASSWORD, make_block, make_note
from tests.notes.acts import sign
from tests.snapshot import changed, snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_practice", "notes_only")]
QUARTER = 15 * 60


@pytest.fixture
def draft() -> Note:
    note = make_note()
    make_block(note, "09:00", "09:16")
    return Note.objects.get(pk=note.pk)


def post_signature(client, draft: Note, **fields):
    data = {"version": draft.version, "agree": "on", "password": "", "credential": ""} | fields
    return client.post(reverse("notes:sign", args=[draft.visit.public_id]), data)


def client_proved(draft: Note, *, ago: float):
    client = client_of(draft.author.user)
    record_proofs(client, draft.author.user, "password", "mfa", ago=ago)
    return client


def test_a10_signing_soon_after_signing_in_asks_for_nothing(draft):
    client = client_proved(draft, ago=QUARTER - 10)

    answer = post_signature(client, draft)

    assert answer.status_code == 302, answer.context["form"].errors
    signature = Signature.objects.get(note=draft)
    assert signature.method == "password and code"
    assert (signature.at - signature.proved_at).total_seconds() == pytest.approx(890, abs=5)


def test_a10_signing_later_wants_the_password(draft):
    client = client_proved(draft, ago=QUARTER + 1)
    before = snapshot()

    answer = post_signature(client, draft)

    assert answer.status_code == 422
    assert "Enter your password to sign." in answer.content.decode()
    assert changed(before, snapshot()) <= {"clinic_auditevent", "clinic_auditchain"}
    assert not Signature.objects.exists()


def test_a10_password_at_signing_is_proof_at_signing(draft):
    client = client_proved(draft, ago=QUARTER + 1)

    post_signature(client, draft, password=PASSWORD)

    signature = Signature.objects.get(note=draft)
    assert signature.method == "password"
    assert (signature.at - signature.proved_at).total_seconds() == pytest.approx(0, abs=1)


def test_a10_one_password_serves_for_the_signatures_of_a_quarter_hour(draft):
    client = client_proved(draft, ago=QUARTER + 1)
    post_signature(client, draft, password=PASSWORD)
    second = make_note(author=draft.author)
    second.visit.clinician = draft.author
    second.visit.save()
    make_block(second, "10:00", "10:16", performer=draft.author)

    post_signature(client, Note.objects.get(pk=second.pk))

    assert Signature.objects.count() == 2


def test_a10_practice_may_ask_at_every_signature(draft, practice):
    practice.confirm_each_signature = True
    practice.save()
    client = client_proved(draft, ago=1)

    answer = post_signature(client, draft)

    assert answer.status_code == 422
    assert not Signature.objects.exists()


def test_a10_wrong_password_is_refused_even_where_none_was_needed(draft):
    client = client_proved(draft, ago=1)

    answer = post_signature(client, draft, password="wrong")

    assert answer.status_code == 422
    assert not Signature.objects.exists()
    assert AuditEvent.objects.filter(action="identity.refused").count() == 1


@pytest.mark.parametrize("credential", ["{", "{}", '{"id": "x"}', "[]", "null", "7"])
def test_a10_made_up_passkey_signs_nothing(draft, credential):
    client = client_proved(draft, ago=1)

    answer = post_signature(client, draft, credential=credential)

    assert answer.status_code == 422
    assert not Signature.objects.exists()


def printed_proof(note: Note):
    return note.record["signature"]["seconds_since_authentication"]


def test_a10_record_says_the_seconds_between_proof_and_signature(draft):
    now = timezone.now()

    note = sign(draft, at=now, proof=Proof("password", now - timedelta(seconds=75)))

    assert printed_proof(note) == 75


def test_a10_record_claims_no_proof_where_there_was_none(draft):
    note = sign(draft, method="demo")

    assert printed_proof(note) is None
    assert Signature.objects.get(note=note).proved_at is None
