"""Assistants: who is asked to co-sign, who may, and what the next document version holds."""

import pytest

from clinic.errors import NotAllowed
from clinic.models import AuditEvent, StoredDocument
from clinic.services import rendering
from clinic.services.issuing import latest
from notes.models import CosignRequest, Note, Signature
from notes.services.addenda import add_addendum
from notes.services.cosign import ATTESTATION, cosign_note, waiting_for
from notes.services.measures import save_supervision
from notes.services.missing import missing_for
from tests.factories import (
    make_block,
    make_clinician,
    make_coverage,
    make_episode,
    make_note,
    make_payer,
    make_visit,
    new_key,
)
from tests.notes.acts import sign


@pytest.fixture
def assistant(in_practice):
    return make_clinician(is_assistant=True)


def draft_of(assistant, **payer):
    coverage = make_coverage(payer=make_payer(**payer))
    note = make_note(make_visit(episode=make_episode(clinician=assistant, coverage=coverage)))
    make_block(note, "09:00", "09:15")
    return note


@pytest.fixture
def only_asking(monkeypatch):
    """Signing with the notes app's own step alone."""
    from notes import signing  # noqa: PLC0415 its list is replaced for this test
    from notes.services.cosign_asking import ask_when_signed  # noqa: PLC0415

    monkeypatch.setattr(signing, "_steps", [ask_when_signed])


@pytest.fixture
def waiting(assistant, only_asking) -> Note:
    """Signed by the assistant, under a payer that wants a co-signature."""
    note = draft_of(assistant, name="Careful Mutual", wants_cosign=True)
    save_supervision(note, by=assistant.user, kind="on_site", remark="")
    return sign(note)


def test_supervisor_is_asked_where_the_payer_wants_it(assistant, waiting):
    [request] = waiting_for(assistant.supervisor)

    assert (request.note, request.because) == (waiting, "Careful Mutual wants a co-signature")


def test_practice_may_want_every_note_of_an_assistant_co_signed(assistant, only_asking):
    assistant.practice.cosign_assistants = True
    assistant.practice.save()
    note = draft_of(assistant)
    save_supervision(note, by=assistant.user, kind="general", remark="")

    sign(note)

    assert CosignRequest.objects.get().because == "The practice co-signs every note of an assistant"


def test_nobody_is_asked_for_a_therapist_or_where_nobody_wants_it(assistant, only_asking):
    sign(draft_of(assistant))
    therapist = make_clinician()
    sign(draft_of(therapist, wants_cosign=True))

    assert not CosignRequest.objects.exists()


def test_supervision_is_said_before_an_asked_for_note_is_signed(assistant, only_asking):
    note = draft_of(assistant, wants_cosign=True)

    with pytest.raises(NotAllowed) as refusal:
        sign(note)

    assert "how the supervising therapist was at hand" in str(refusal.value)
    assert Note.objects.get(pk=note.pk).status == "draft"
    assert missing_for(note, list(note.blocks.all()), [])[-1].anchor == "record-link"


def test_co_signature_issues_the_next_version_that_carries_the_one_before(assistant, waiting):
    supervisor = assistant.supervisor

    cosign_note(waiting, by=supervisor.user, method="password", remark="Discussed.")

    newest = latest(waiting.document)
    context = rendering.note_from_plain(newest.context)
    [signature] = context.cosignatures
    assert (newest.version, newest.replaces, context.status) == (2, waiting.document, "cosigned")
    assert (signature.name, signature.attestation) == (
        f"{supervisor.first_name} {supervisor.last_name}", f"{ATTESTATION} Discussed.",
    )  # fmt: skip
    assert context.fingerprint() == waiting.digest
    assert not waiting_for(supervisor).exists()
    assert AuditEvent.objects.filter(action="note.cosigned").count() == 1


def test_addendum_after_it_keeps_the_co_signature(assistant, waiting):
    cosign_note(waiting, by=assistant.supervisor.user, method="password")

    add_addendum(
        waiting, by=assistant.user, submit_key=new_key(), text="Left, not right.", method="password"
    )

    context = rendering.note_from_plain(latest(waiting.document).context)
    assert (len(context.cosignatures), len(context.addenda), context.version) == (1, 1, 3)


@pytest.mark.parametrize("who", ["assistant", "another therapist"])
def test_only_the_supervisor_co_signs(assistant, waiting, who):
    user = assistant.user if who == "assistant" else make_clinician().user

    with pytest.raises(NotAllowed) as refusal:
        cosign_note(waiting, by=user, method="password")

    assert str(refusal.value) == f"Only {assistant.supervisor} can co-sign this note."
    assert (Signature.objects.count(), StoredDocument.objects.count()) == (1, 1)


def test_note_is_co_signed_once(assistant, waiting):
    cosign_note(waiting, by=assistant.supervisor.user, method="password")

    with pytest.raises(NotAllowed) as refusal:
        cosign_note(waiting, by=assistant.supervisor.user, method="password")

    assert str(refusal.value) == "This note is co-signed already."
    assert StoredDocument.objects.count() == 2
