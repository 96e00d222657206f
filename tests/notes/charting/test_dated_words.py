"""A word that changes on a later day is charted, until then, as it was."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.enums import Role
from notes.models import BodyRegion, Note, Technique, TreatmentBlock
from notes.services.vocabulary import change_word
from notes.words import meanings_on
from tests.factories import DAY, make_block, make_user
from tests.notes.charting.sending import fields, own_note, put, send
from tests.notes.charting.test_ops import new_key

LATER = DAY + timedelta(days=30)


@pytest.fixture
def note(therapist_client, in_practice) -> Note:
    note = own_note(therapist_client)
    make_block(note, "08:00", "08:10")
    return note


def change(model: type, key: str, since: date = LATER, **changes) -> None:
    change_word(
        model.objects.get(key=key), by=make_user(Role.ADMIN), changes=changes, starts_on=since
    )


def chart(client, note: Note):
    return client.get(reverse("notes:chart", args=[note.visit.public_id]))


def offered(page, name: str) -> dict[str, str]:
    return {str(key): label for key, label in page.context["block_form"].fields[name].choices}


def booted(page, key: str) -> list:
    [row] = [row for row in page.context["boot"]["techniques"] if row[0] == key]
    return row


@pytest.mark.parametrize(
    ("since", "label", "lane", "sided"),
    [
        (LATER, "Joint mobilization", "manual", False),
        (DAY + timedelta(days=1), "Joint mobilization", "manual", False),
        (DAY, "Joint play", "exercise", True),
    ],
)
def test_picker_reads_wording_lane_and_sides_on_the_visits_day(
    therapist_client, note, since, label, lane, sided
):
    change(Technique, "joint_mobilization", since, label="Joint play", lane="exercise")
    change(BodyRegion, "cervical_spine", since, needs_side=True, label="Neck")

    page = chart(therapist_client, note)

    assert offered(page, "technique")["joint_mobilization"] == label
    assert booted(page, "joint_mobilization")[2] == lane
    assert ("cervical_spine" in page.context["boot"]["regions"]["sided"]) is sided
    assert (offered(page, "regions")["cervical_spine"] == "Neck") is sided
    assert page.context["blocks"][0].technique.label == label
    assert page.context["timeline"]["lanes"][0]["lane"] == lane


def test_word_to_be_retired_is_offered_until_its_day(therapist_client, note):
    change(Technique, "stretching", active=False)
    change(Technique, "rest", DAY, active=False)

    page = chart(therapist_client, note)

    found = offered(page, "technique")
    assert ("stretching" in found, "rest" in found) == (True, False)


def test_usual_blocks_leave_out_what_is_retired_on_the_visits_day(therapist_client, note):
    change(Technique, "joint_mobilization", active=False)
    change(Technique, "gait_training", DAY, active=False)

    tiles = chart(therapist_client, note).context["boot"]["favourites"]

    keys = {tile["technique"] for tile in tiles}
    assert ("joint_mobilization" in keys, "gait_training" in keys) == (True, False)


def test_word_to_come_back_is_not_offered_before_its_day(therapist_client, note):
    Technique.objects.filter(key="stretching").update(active=False)
    change(Technique, "stretching", active=True)

    assert "stretching" not in offered(chart(therapist_client, note), "technique")


def test_side_is_asked_for_from_its_day_on(therapist_client, note):
    change(BodyRegion, "cervical_spine", needs_side=True)
    change(BodyRegion, "lumbar_spine", DAY, needs_side=True)

    taken = send(therapist_client, note, put(new_key(), "09:00", "09:10"))
    refused = send(
        therapist_client, note, put(new_key(), "09:10", "09:20", regions=["lumbar_spine"])
    )

    assert taken.status_code == 200
    assert (refused.status_code, refused.json()["error"]) == (
        422, "Choose left, right or both for Lumbar spine.",
    )  # fmt: skip
    assert TreatmentBlock.objects.filter(note=note).count() == 2


def test_clock_takes_the_word_as_the_day_means_it(therapist_client, note):
    change(BodyRegion, "cervical_spine", needs_side=True)
    edit = {"op": "start", "id": str(new_key()), "at": fields("09:00", "09:10")["start"],
            "fields": fields("09:00", "09:10")}  # fmt: skip

    assert send(therapist_client, note, edit).status_code == 200


def test_typed_line_knows_the_wording_of_the_day(therapist_client, note):
    change(Technique, "joint_mobilization", label="Joint play")

    page = reverse("notes:read_line", args=[note.visit.public_id])
    entry = therapist_client.post(page, {"text": "10 joint play neck"}).json()["entry"]
    known = therapist_client.post(page, {"text": "10 joint mobilization neck"}).json()["entry"]

    assert (entry["technique"], known["technique"]) == ("", "joint_mobilization")


def test_versions_cost_the_charting_page_no_further_question(therapist_client, note):
    chart(therapist_client, note)
    with CaptureQueriesContext(
        connection,
    ) as before:
        chart(therapist_client, note)
    for technique in Technique.objects.all()[:10]:
        change(Technique, technique.key, label=f"{technique.label} anew")
    for region in BodyRegion.objects.all()[:10]:
        change(BodyRegion, region.key, label=f"{region.label} anew")

    with CaptureQueriesContext(connection) as after:
        chart(therapist_client, note)

    assert len(after) == len(before)
    assert sum("notes_wordversion" in query["sql"] for query in after) == 1


def test_word_of_another_day_is_never_stored(therapist_client, note):
    change(Technique, "joint_mobilization", label="Joint play")
    row = Technique.objects.get(key="joint_mobilization")

    meant = meanings_on(DAY).on(row)

    assert (meant.label, row.label) == ("Joint mobilization", "Joint play")
    assert meant == row
