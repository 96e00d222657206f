import pytest

from clinic.errors import Conflict, NotAllowed
from clinic.models import AuditEvent
from notes.forms.texts import NoteTextForm
from notes.models import Note
from notes.services.texts import TEXT_FIELDS, save_texts
from tests.factories import make_note
from tests.snapshot import snapshot

START = {
    "subjective": "Looser.", "objective": "55 degrees.", "assessment": "Responds.",
    "plan": "Continue.",
}  # fmt: skip


@pytest.fixture
def note(in_practice) -> Note:
    return make_note(**START)


def save(note, base=START, **texts):
    return save_texts(note, by=note.author.user, base=base, texts=dict(base) | texts)


def stored(note) -> dict[str, str]:
    row = Note.objects.get(pk=note.pk)
    return {name: getattr(row, name) for name in TEXT_FIELDS}


def test_changed_section_is_stored_and_named_in_the_trail(note):
    save(note, plan="Once a week.")

    event = AuditEvent.objects.get()
    assert stored(note) == START | {"plan": "Once a week."}
    assert Note.objects.get(pk=note.pk).version == 2
    assert (event.action, event.detail) == ("note.changed", {"sections": ["plan"]})


def test_different_sections_of_two_people_are_merged(note):
    save(note, subjective="Theirs.")
    save(note, plan="Mine.")

    assert stored(note) == START | {"subjective": "Theirs.", "plan": "Mine."}


def test_same_section_of_two_people_is_a_conflict_with_their_note(note):
    save(note, plan="Theirs.")
    before = snapshot()

    with pytest.raises(Conflict) as raised:
        save(note, plan="Mine.", subjective="Mine too.")

    assert str(raised.value) == (
        "Somebody else changed this text while you were writing. Both are shown: keep what is "
        "right and save again."
    )
    assert raised.value.theirs.plan == "Theirs."
    assert snapshot() == before


def test_both_wrote_the_same_words_is_no_conflict(note):
    save(note, plan="Same.")
    before = snapshot()

    save(note, plan="Same.")

    assert snapshot() == before


def test_same_request_twice_writes_once(note):
    save(note, plan="Once a week.")
    before = snapshot()

    save(note, plan="Once a week.")

    assert snapshot() == before


def test_nothing_changed_writes_nothing(note):
    before = snapshot()

    save(note)

    assert snapshot() == before


def test_emptied_section_is_stored_empty(note):
    save(note, objective="")

    assert stored(note)["objective"] == ""


def test_signed_note_takes_no_text(signed):
    before = snapshot()
    base = {name: getattr(signed, name) for name in TEXT_FIELDS}

    with pytest.raises(NotAllowed, match="already signed; add an addendum"):
        save(signed, base, plan="Later.")

    assert snapshot() == before


def posted(note, base, **texts) -> NoteTextForm:
    data = {name: texts.get(name, base[name]) for name in TEXT_FIELDS}
    data |= {f"base_{name}": text for name, text in base.items()}
    form = NoteTextForm(data, note=note)
    assert form.is_valid()
    return form


def test_saving_again_after_a_conflict_keeps_their_other_sections(note):
    save(note, plan="Theirs.", objective="Theirs too.")
    form = posted(note, START, plan="Mine.")
    form.take(Note.objects.get(pk=note.pk))

    again = NoteTextForm(form.data, note=note)
    assert again.is_valid()
    save_texts(note, by=note.author.user, base=again.base, texts=again.texts)

    assert stored(note) == START | {"plan": "Mine.", "objective": "Theirs too."}


def test_line_ends_of_browsers_are_no_change(in_practice):
    base = START | {"plan": "One.\nTwo."}
    note = make_note(**base)
    before = snapshot()

    form = posted(note, base | {"plan": "One.\r\nTwo."})
    save_texts(note, by=note.author.user, base=form.base, texts=form.texts)

    assert snapshot() == before


def test_section_over_the_limit_is_refused_with_a_sentence(note):
    form = NoteTextForm({"plan": "x" * 20_001}, note=note)

    assert form.errors == {
        "plan": ["Keep a section under 20,000 characters; attach long material as a document."]
    }
