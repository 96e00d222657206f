import hashlib

import pytest

from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.models import AuditEvent
from clinic.scope import scope
from notes.models import Addendum, Note, Signature
from notes.services.addenda import ATTESTATION, add_addendum
from tests.factories import make_clinician, make_user, new_key
from tests.notes.acts import sign
from tests.snapshot import changed, snapshot

pytestmark = pytest.mark.slow
TEXT = "Patient called: no soreness on the day after."


def add(note, key=None, **given):
    defaults = {"by": note.author.user, "text": TEXT, "method": "password"}
    return add_addendum(note, submit_key=key or new_key(), **defaults | given)


def refusal(note, key=None, **given) -> str:
    """The sentence of a refusal; all that it leaves behind is one event that says so."""
    before = snapshot()
    with pytest.raises(NotAllowed) as raised:
        add(note, key, **given)
    assert changed(before, snapshot()) == {"clinic_auditevent"}
    assert AuditEvent.objects.latest("seq").action == "note.addendum_refused"
    return str(raised.value)


def test_addendum_is_signed_and_the_original_stays(signed):
    before = snapshot()

    addendum = add(signed)

    signature = addendum.signature
    assert (addendum.note, addendum.text) == (signed, TEXT)
    assert (signature.meaning, signature.signer) == ("addendum", signed.author.user)
    assert (signature.attestation, signature.method) == (ATTESTATION, "password")
    assert signature.digest == hashlib.sha256(f"{signed.digest}\n{TEXT}".encode()).hexdigest()
    assert changed(before, snapshot()) == {
        "notes_addendum", "notes_signature", "clinic_auditevent", "clinic_storeddocument",
    }  # fmt: skip
    assert AuditEvent.objects.order_by("-pk")[0].action == "note.addendum"


def test_colleague_may_add_too(signed):
    colleague = make_clinician()

    assert add(signed, by=colleague.user).signature.signer == colleague.user


def test_same_request_twice_adds_one(signed):
    key = new_key()
    first = add(signed, key)
    before = snapshot()

    assert add(signed, key) == first
    assert snapshot() == before


def test_same_key_with_another_text_is_refused_and_not_dropped(signed):
    key = new_key()
    add(signed, key)

    assert refusal(signed, key, text="Something else.") == (
        "This form was signed already with another text, and that addendum stays. Copy this text, "
        "reload the page, and sign it as a further addendum."
    )
    assert [row.text for row in Addendum.objects.all()] == [TEXT]


def test_key_of_another_practice_is_refused(signed, other_practice, draft_elsewhere):
    key = new_key()
    with scope(other_practice):
        add(sign(draft_elsewhere), key)

    assert refusal(signed, key).startswith("This form was signed already with another text")


def test_draft_takes_no_addendum(draft):
    assert refusal(draft) == ("This note is a draft: change it directly, no addendum is needed.")


def test_only_a_clinician_adds(signed):
    assert refusal(signed, by=make_user(Role.OFFICE)) == "Only a clinician adds to a note."


def test_several_addenda_keep_their_order(signed):
    for text in ("One.", "Two.", "Three."):
        add(signed, text=text)

    note = Note.objects.get(pk=signed.pk)
    assert [row.text for row in note.addenda.all()] == ["One.", "Two.", "Three."]
    assert Signature.objects.filter(meaning="addendum").count() == 3
