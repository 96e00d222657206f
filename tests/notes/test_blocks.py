from datetime import date, timedelta

import pytest

from clinic.errors import Conflict, NotAllowed
from clinic.models import AuditEvent
from clinic.scope import scope
from notes.models import Note, TreatmentBlock
from notes.services.blocks import NEW, delete_block, save_block
from tests.factories import (
    at,
    make_block,
    make_clinician,
    make_note,
    make_visit,
    new_key,
    region_of,
)
from tests.notes.entries import block_entry
from tests.snapshot import snapshot


@pytest.fixture
def note(in_practice) -> Note:
    return make_note()


def save(note, key, entry, version=NEW):
    return save_block(note, by=note.author.user, public_id=key, version=version, entry=entry)


def refusal(kind, note, key, entry, version=NEW) -> Exception:
    """The refusal of saving, after which every table is as it was."""
    before = snapshot()
    with pytest.raises(kind) as raised:
        save(note, key, entry, version)
    assert snapshot() == before
    return raised.value


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def test_added_block_keeps_what_was_entered(note):
    entry = block_entry(
        note,
        "09:05",
        "09:20",
        regions=("shoulder", "cervical_spine"),
        side="left",
        grade="III",
        dose="4 x 45 s",
        pain_before=6,
        pain_after=4,
        performed_by="together",
        diagnosis_codes=["M54.2"],
    )
    key = new_key()

    save(note, key, entry)

    block = note.blocks.get()
    assert (block.public_id, block.version, block.minutes) == (key, 1, 15)
    assert (block.starts_at, block.ends_at) == (at("09:05"), at("09:20"))
    assert (block.technique.key, block.side, block.grade, block.dose) == (
        "joint_mobilization", "left", "III", "4 x 45 s",
    )  # fmt: skip
    assert (block.response, block.pain_before, block.pain_after) == ("Pain 6 to 4.", 6, 4)
    assert (block.performed_by, block.performer) == ("together", note.author)
    assert block.diagnosis_codes == ["M54.2"]
    assert {row.region.key for row in block.block_regions.all()} == {"shoulder", "cervical_spine"}
    assert actions() == ["block.added"]


def test_each_write_makes_a_new_version_of_the_note(note):
    key = new_key()

    block = save(note, key, block_entry(note))
    save(note, key, block_entry(note, end="09:20"), block.version)
    delete_block(note, by=note.author.user, public_id=key, version=2)

    assert Note.objects.get(pk=note.pk).version == 4
    assert actions() == ["block.added", "block.changed", "block.removed"]


def test_change_replaces_fields_and_regions(note):
    key = new_key()
    save(note, key, block_entry(note, regions=("cervical_spine", "thoracic_spine")))

    save(note, key, block_entry(note, end="09:25", regions=("lumbar_spine",)), version=1)

    block = TreatmentBlock.objects.get()
    assert (block.version, block.minutes) == (2, 25)
    assert [row.region.key for row in block.block_regions.all()] == ["lumbar_spine"]


def test_same_request_twice_is_one_block_and_one_write(note):
    key, entry = new_key(), block_entry(note)
    save(note, key, entry)
    before = snapshot()

    again = save(note, key, entry)

    assert again.public_id == key
    assert snapshot() == before


def test_change_whose_answer_was_lost_is_not_made_twice(note):
    key = new_key()
    save(note, key, block_entry(note))
    save(note, key, block_entry(note, end="09:20"), version=1)
    before = snapshot()

    again = save(note, key, block_entry(note, end="09:20"), version=1)

    assert again.version == 2
    assert snapshot() == before


def test_same_key_with_other_content_is_a_conflict_and_not_dropped(note):
    key = new_key()
    stored = save(note, key, block_entry(note))

    conflict = refusal(Conflict, note, key, block_entry(note, response="Pain 6 to 2."))

    assert conflict.theirs == stored


def test_block_changed_by_somebody_else_is_a_conflict(note):
    key = new_key()
    save(note, key, block_entry(note))
    save(note, key, block_entry(note, end="09:20", response="Theirs."), version=1)

    conflict = refusal(Conflict, note, key, block_entry(note, response="Mine."), version=1)

    assert str(conflict) == (
        "Somebody else changed this block while you were editing. Compare both and save the one "
        "that is right."
    )
    assert (conflict.theirs.response, conflict.theirs.version) == ("Theirs.", 2)


def test_block_removed_meanwhile_is_a_conflict(note):
    key = new_key()
    save(note, key, block_entry(note))
    delete_block(note, by=note.author.user, public_id=key, version=1)

    conflict = refusal(Conflict, note, key, block_entry(note, end="09:20"), version=1)

    assert str(conflict) == "Somebody else removed this block. Add it again, or leave it out."
    assert conflict.theirs is None


def test_block_of_another_note_is_refused(note):
    other = make_block(make_note(make_visit()), "10:00", "10:15")

    refused = refusal(NotAllowed, note, other.public_id, block_entry(note), version=1)

    assert str(refused) == "This block belongs to another note: reload the page."


def test_block_of_another_practice_is_refused(note, other_practice):
    with scope(other_practice):
        theirs = make_block(make_note(), "10:00", "10:15")

    refused = refusal(NotAllowed, note, theirs.public_id, block_entry(note))

    assert str(refused) == "This block belongs to another note: reload the page."


@pytest.mark.parametrize(("start", "end"), [("09:15", "09:00"), ("09:00", "09:00")])
def test_end_not_after_start_is_refused(note, start, end):
    refused = refusal(NotAllowed, note, new_key(), block_entry(note, start, end))

    assert str(refused) == ("The block ends before it starts: correct the start or the end time.")


def test_block_of_24_hours_is_the_longest(note):
    start = at("09:00")
    longest = block_entry(note, starts_at=start, ends_at=start + timedelta(hours=24))
    too_long = block_entry(note, starts_at=start, ends_at=start + timedelta(hours=24, seconds=1))

    refused = refusal(NotAllowed, note, new_key(), too_long)
    block = save(note, new_key(), longest)

    assert str(refused) == "A block cannot be longer than 24 hours: correct the minutes."
    assert block.ends_at - block.starts_at == timedelta(hours=24)


def test_region_with_sides_needs_one_and_says_which(note):
    entry = block_entry(note, regions=("shoulder", "cervical_spine", "knee"))

    refused = refusal(NotAllowed, note, new_key(), entry)

    names = f"{region_of('shoulder').label}, {region_of('knee').label}"
    assert str(refused) == f"Choose left, right or both for {names}."


def test_region_without_sides_needs_none(note):
    assert save(note, new_key(), block_entry(note, regions=("cervical_spine",))).side == ""


def test_overlapping_blocks_are_stored_as_charted(note):
    save(note, new_key(), block_entry(note, "09:00", "09:15"))
    save(note, new_key(), block_entry(note, "09:10", "09:25"))

    assert [block.minutes for block in note.blocks.all()] == [15, 15]


def test_who_gave_the_treatment_stays_when_another_mends_the_block(note):
    assistant = make_clinician(is_assistant=True, supervisor=note.author)
    key = new_key()
    save(note, key, block_entry(note, performer=assistant))

    save(note, key, block_entry(note, response="Mended."), version=1)

    block = TreatmentBlock.objects.get()
    assert (block.response, block.performer) == ("Mended.", assistant)


def test_signed_note_takes_no_block_no_change_and_no_removal(signed):
    block = signed.blocks.get()
    before = snapshot()
    sentence = "This note is already signed; add an addendum."

    for act in (
        lambda: save(signed, new_key(), block_entry(signed, "09:15", "09:30")),
        lambda: save(signed, block.public_id, block_entry(signed, end="09:30"), block.version),
        lambda: delete_block(
            signed, by=signed.author.user, public_id=block.public_id, version=block.version
        ),
    ):
        with pytest.raises(NotAllowed, match=sentence):
            act()

    assert snapshot() == before


def test_removing_twice_removes_once(note):
    block = save(note, new_key(), block_entry(note))
    gone = {"by": note.author.user, "public_id": block.public_id, "version": 1}
    delete_block(note, **gone)
    before = snapshot()

    delete_block(note, **gone)

    assert note.blocks.count() == 0
    assert snapshot() == before


def test_removing_what_somebody_else_changed_is_a_conflict(note):
    key = new_key()
    save(note, key, block_entry(note))
    save(note, key, block_entry(note, end="09:20"), version=1)
    before = snapshot()

    with pytest.raises(Conflict) as raised:
        delete_block(note, by=note.author.user, public_id=key, version=1)

    assert raised.value.theirs.version == 2
    assert snapshot() == before


def test_removing_a_block_of_another_note_leaves_it(note):
    other = make_block(make_note(make_visit()), "10:00", "10:15")
    before = snapshot()

    delete_block(note, by=note.author.user, public_id=other.public_id, version=1)

    assert snapshot() == before


@pytest.mark.parametrize(
    ("day", "start", "end", "minutes"),
    [
        (date(2026, 3, 8), "01:30", "03:30", 60),  # 02:00 to 03:00 does not exist
        (date(2026, 11, 1), "00:30", "02:30", 180),  # 01:00 to 02:00 comes twice
    ],
)
def test_block_over_the_change_of_clocks_counts_real_minutes(in_practice, day, start, end, minutes):
    note = make_note(make_visit(date=day))

    save(note, new_key(), block_entry(note, start, end))

    assert note.blocks.get().minutes == minutes
