import pytest

from clinic.errors import Conflict, NotAllowed
from clinic.models import AuditEvent
from clinic.scope import scope
from notes.models import Note, Procedure
from notes.services.procedures import NEW, delete_procedure, save_procedure
from tests.factories import (
    at,
    make_clinician,
    make_note,
    make_procedure,
    make_visit,
    new_key,
)
from tests.notes.acts import sign
from tests.notes.entries import procedure_entry
from tests.snapshot import snapshot


@pytest.fixture
def note(in_practice) -> Note:
    return make_note()


def save(note, key, entry, version=NEW):
    return save_procedure(note, by=note.author.user, public_id=key, version=version, entry=entry)


def refusal(kind, note, key, entry, version=NEW) -> Exception:
    """The refusal of saving, after which every table is as it was."""
    before = snapshot()
    with pytest.raises(kind) as raised:
        save(note, key, entry, version)
    assert snapshot() == before
    return raised.value


def test_added_procedure_keeps_what_was_entered(note):
    entry = procedure_entry(
        note,
        "CMT",
        regions=("cervical_spine", "lumbar_spine"),
        starts_at=at("09:20"),
        minutes=8,
        findings="C5, L4 restricted; released",
        diagnosis_codes=["M99.01"],
    )
    key = new_key()

    save(note, key, entry)

    row = note.procedures.get()
    assert (row.public_id, row.version, row.code, row.minutes) == (key, 1, "CMT", 8)
    assert (row.starts_at, row.findings) == (at("09:20"), "C5, L4 restricted; released")
    assert (row.performer, row.diagnosis_codes) == (note.author, ["M99.01"])
    assert [r.region.key for r in row.procedure_regions.all()] == ["cervical_spine", "lumbar_spine"]
    assert Note.objects.get(pk=note.pk).version == 2
    assert [event.action for event in AuditEvent.objects.all()] == ["procedure.saved"]


def test_change_replaces_fields_and_regions_and_keeps_the_performer(note):
    assistant = make_clinician(is_assistant=True, supervisor=note.author)
    key = new_key()
    save(note, key, procedure_entry(note, performer=assistant))

    save(note, key, procedure_entry(note, "97161", regions=(), minutes=30), version=1)

    row = Procedure.objects.get()
    assert (row.code, row.minutes, row.version, row.performer) == ("97161", 30, 2, assistant)
    assert row.procedure_regions.count() == 0


@pytest.mark.parametrize("version", [NEW, 1])
def test_same_request_twice_writes_once(note, version):
    key, entry = new_key(), procedure_entry(note)
    save(note, key, entry)
    if version:
        entry = procedure_entry(note, minutes=9)
        save(note, key, entry, version)
    before = snapshot()

    again = save(note, key, entry, version)

    assert again.version == version + 1
    assert snapshot() == before


def test_same_key_with_other_content_is_a_conflict(note):
    key = new_key()
    stored = save(note, key, procedure_entry(note))

    assert refusal(Conflict, note, key, procedure_entry(note, minutes=9)).theirs == stored


def test_procedure_changed_by_somebody_else_is_a_conflict(note):
    key = new_key()
    save(note, key, procedure_entry(note))
    save(note, key, procedure_entry(note, findings="Theirs"), version=1)

    conflict = refusal(Conflict, note, key, procedure_entry(note, findings="Mine"), version=1)

    assert str(conflict) == (
        "Somebody else changed this procedure while you were editing. Compare both and save the "
        "one that is right."
    )
    assert conflict.theirs.findings == "Theirs"


def test_procedure_removed_meanwhile_is_a_conflict(note):
    key = new_key()
    save(note, key, procedure_entry(note))
    delete_procedure(note, by=note.author.user, public_id=key, version=1)

    conflict = refusal(Conflict, note, key, procedure_entry(note), version=1)

    assert str(conflict) == "Somebody else removed this procedure. Add it again, or leave it out."


def test_procedure_of_another_note_or_practice_is_refused(note, other_practice):
    near = make_procedure(make_note(make_visit()), "97161")
    with scope(other_practice):
        far = make_procedure(make_note(), "97161")

    for other in (near, far):
        refused = refusal(NotAllowed, note, other.public_id, procedure_entry(note))
        assert str(refused) == "This procedure belongs to another note: reload the page."


@pytest.mark.parametrize(
    ("code", "fields", "sentence"),
    [
        ("CMT", {"regions": ()},
         "Choose the regions that were adjusted: they decide the code."),
        ("OMT", {"regions": ()},
         "Choose the regions that were adjusted: they decide the code."),
        ("971", {}, "A procedure code has five characters, such as 97140."),
        ("", {}, "A procedure code has five characters, such as 97140."),
        ("97161", {"minutes": 24 * 60 + 1},
         "A procedure cannot be longer than 24 hours: correct the minutes."),
    ],
)  # fmt: skip
def test_procedure_that_cannot_be_true_is_refused(note, code, fields, sentence):
    refused = refusal(NotAllowed, note, new_key(), procedure_entry(note, code, **fields))

    assert str(refused) == sentence


def test_signed_note_takes_no_procedure_and_loses_none(draft, notes_only):
    row = make_procedure(draft, "97161")
    signed = sign(draft)
    before = snapshot()

    for act in (
        lambda: save(signed, new_key(), procedure_entry(signed)),
        lambda: save(signed, row.public_id, procedure_entry(signed), 1),
        lambda: delete_procedure(signed, by=signed.author.user, public_id=row.public_id, version=1),
    ):
        with pytest.raises(NotAllowed, match="already signed; add an addendum"):
            act()

    assert snapshot() == before


def test_removing_twice_removes_once(note):
    row = save(note, new_key(), procedure_entry(note))
    gone = {"by": note.author.user, "public_id": row.public_id, "version": 1}
    delete_procedure(note, **gone)
    before = snapshot()

    delete_procedure(note, **gone)

    assert note.procedures.count() == 0
    assert snapshot() == before


def test_removing_what_somebody_else_changed_is_a_conflict(note):
    key = new_key()
    save(note, key, procedure_entry(note))
    save(note, key, procedure_entry(note, minutes=9), version=1)
    before = snapshot()

    with pytest.raises(Conflict):
        delete_procedure(note, by=note.author.user, public_id=key, version=1)

    assert snapshot() == before
