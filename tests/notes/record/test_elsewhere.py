"""One pair of hands, two charts: found while charting and at signing, never both billed."""

import pytest
from django.urls import reverse

from billing.models import ChargeSet
from clinic.errors import NotAllowed
from notes.models import Note, TreatmentBlock
from notes.services.elsewhere import clashes_of
from tests.conftest import client_of
from tests.factories import (
    at,
    make_block,
    make_clinician,
    make_episode,
    make_note,
    make_patient,
    make_visit,
)
from tests.notes.acts import sign


@pytest.fixture
def both(in_practice):
    """Two drafts of one therapist whose hands-on time overlaps from 09:10 to 09:15."""
    clinician = make_clinician()
    notes = []
    for number, start, end in (("ONE", "09:00", "09:15"), ("TWO", "09:10", "09:30")):
        episode = make_episode(
            clinician=clinician, coverage=None, patient=make_patient(record_number=number)
        )
        note = make_note(make_visit(episode=episode))
        make_block(note, start, end)
        notes.append(note)
    return notes


def clashes(note):
    return clashes_of(note, list(note.blocks.all()))


def test_clash_is_named_to_the_minute_in_both_charts(both):
    one, two = both

    [here], [there] = clashes(one), clashes(two)

    assert (here.minutes, here.record_number) == (5, "TWO")
    assert there.text == (
        "Block 1 (Joint mobilization) runs 5 min beside one-on-one time in the chart of ONE, "
        "09:10 to 09:15: correct one of the two, or chart group time in both."
    )


def test_neither_note_is_signed_while_they_clash_so_never_both_are_billed(both):
    for note in both:
        with pytest.raises(NotAllowed) as refusal:
            sign(note)
        assert "beside one-on-one time in the chart of" in str(refusal.value)

    assert not ChargeSet.objects.exists()
    assert set(Note.objects.values_list("status", flat=True)) == {"draft"}


def test_both_are_signed_once_the_times_are_right(both):
    TreatmentBlock.objects.filter(note=both[1]).update(starts_at=at("09:15"))

    for note in both:
        sign(note)

    assert ChargeSet.objects.count() == 2


def test_late_draft_does_not_take_the_minutes_of_a_signed_note(both):
    one, two = both
    TreatmentBlock.objects.filter(note=two).update(starts_at=at("09:20"))
    sign(one)
    TreatmentBlock.objects.filter(note=two).update(starts_at=at("09:10"))

    with pytest.raises(NotAllowed):
        sign(two)

    assert ChargeSet.objects.count() == 1


def test_clash_shows_while_charting(both):
    response = client_of(both[0].author.user).get(
        reverse("notes:visit_record", args=[both[0].visit.public_id])
    )

    assert "one-on-one time in the chart of TWO, 09:10 to 09:15" in response.content.decode()


@pytest.mark.parametrize("technique", ["group_therapy", "hot_cold_pack", "rest"])
def test_time_that_is_not_one_on_one_does_not_clash(both, technique):
    one, two = both
    TreatmentBlock.objects.filter(note=two).delete()
    make_block(two, "09:05", "09:20", technique=technique, regions=[])

    assert (clashes(one), clashes(two)) == ([], [])


def test_another_therapist_and_the_same_patient_do_not_clash(in_practice):
    note = make_note(make_visit(episode=make_episode(coverage=None)))
    make_block(note, "09:00", "09:15")
    other = make_note(make_visit(episode=make_episode(coverage=None)))
    make_block(other, "09:00", "09:15")
    same = make_note(make_visit(episode=note.visit.episode))
    make_block(same, "09:10", "09:20")

    assert clashes(note) == []
