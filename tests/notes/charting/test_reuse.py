"""What is used again: favourites, the last visit, templates, sentences, the body map."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse

from clinic.enums import Role
from notes.body_map import drawing, region_keys, shapes_of
from notes.models import BlockTemplate, Snippet, Technique
from notes.services.favourites import favourites_of, last_time
from notes.services.texts_snippets import snippets_of
from notes.words import Meanings, lists_on
from tests.factories import DAY, at, make_block, make_note, make_visit
from tests.notes.charting.sending import MANUAL, own_note

pytestmark = pytest.mark.usefixtures("in_practice")


def post(client, name: str, note, body) -> object:
    return client.post(
        reverse(f"notes:{name}", args=[note.visit.public_id]),
        json.dumps(body),
        content_type="application/json",
    )


def tiles_of(client) -> list[dict]:
    words = Meanings()
    return favourites_of(client.user.clinician, words, lists_on(words).techniques)


def test_favourites_are_sorted_by_own_use(therapist_client):
    note = own_note(therapist_client)
    for start, end in (("09:00", "09:05"), ("09:05", "09:10")):
        make_block(note, start, end, technique="stretching", regions=())
    make_block(note, "09:10", "09:15")

    tiles = tiles_of(therapist_client)

    assert [(t["technique"], t["uses"]) for t in tiles[:3]] == [
        ("stretching", 2), ("joint_mobilization", 1), ("soft_tissue_mobilization", 0),
    ]  # fmt: skip


def test_retired_technique_is_no_favourite(therapist_client):
    note = own_note(therapist_client)
    make_block(note, "09:00", "09:05", technique="stretching", regions=())
    Technique.objects.filter(key="stretching").update(active=False)

    tiles = tiles_of(therapist_client)

    assert "stretching" not in [tile["technique"] for tile in tiles]


def test_last_visit_comes_without_minutes_response_and_pain(therapist_client):
    note = own_note(therapist_client)
    day = DAY + timedelta(days=7)
    make_block(note, "09:00", "09:15", dose="3 x 30 s", pain_before=6, pain_after=4, grade="III")
    later = make_visit(episode=note.visit.episode, date=day, starts_at=at("09:00", day))

    last = last_time(later)

    assert last == {
        "on": "2026-03-02",
        "entries": [
            {
                "technique": "joint_mobilization", "regions": ["cervical_spine"], "side": "",
                "grade": "III", "dose": "3 x 30 s", "performed_by": "therapist", "diagnoses": [],
            }
        ],
    }  # fmt: skip
    assert last_time(note.visit) is None


def test_template_is_kept_without_responses_and_replaced_by_its_name(therapist_client):
    note = own_note(therapist_client)
    make_note(make_visit(episode=note.visit.episode))
    entry = MANUAL | {"response": "Looser.", "pain_before": 6}

    first = post(therapist_client, "keep_template", note, {"name": "Neck", "entries": [entry]})
    post(therapist_client, "keep_template", note, {"name": "Neck", "entries": [entry, entry]})

    (row,) = BlockTemplate.objects.all()
    assert first.status_code == 200
    assert len(row.entries) == 2
    assert "response" not in row.entries[0]
    assert row.clinician == therapist_client.user.clinician


def test_template_without_a_name_is_refused(therapist_client):
    note = own_note(therapist_client)

    response = post(therapist_client, "keep_template", note, {"name": " ", "entries": [MANUAL]})

    assert (response.status_code, response.json()["error"]) == (422, "Give the template a name.")
    assert BlockTemplate.objects.count() == 0


def test_template_of_a_colleague_is_not_ones_own(therapist_client, client_for):
    note = own_note(therapist_client)
    post(therapist_client, "keep_template", note, {"name": "Neck", "entries": [MANUAL]})
    other = client_for(Role.THERAPIST)

    post(
        other,
        "keep_template",
        own_note(other),
        {"forget": str(BlockTemplate.objects.get().public_id)},
    )

    assert BlockTemplate.objects.count() == 1


def test_own_sentence_comes_first_and_replaces_the_shipped_one(therapist_client):
    note = own_note(therapist_client)
    sent = {"section": "plan", "label": "Continue", "text": "Twice a week."}

    response = post(therapist_client, "keep_snippet", note, sent)

    assert response.json() == {"label": "Continue", "text": "Twice a week."}
    offered = snippets_of(therapist_client.user.clinician)["plan"]
    assert offered[0] == {"label": "Continue", "text": "Twice a week."}
    assert [row["label"] for row in offered].count("Continue") == 1


def test_sentence_without_a_section_is_refused(therapist_client):
    response = post(therapist_client, "keep_snippet", own_note(therapist_client), {"text": "x"})

    assert response.status_code == 422
    assert Snippet.objects.count() == 0


def test_body_map_on_disk_is_the_one_drawn():
    stored = Path("static/img/body-map.svg").read_text(encoding="utf-8")

    assert stored == drawing()


@pytest.mark.parametrize(("key", "label"), region_keys())
def test_each_region_of_the_list_has_its_shape_and_its_sides(key, label):
    shapes = list(shapes_of(key))

    assert shapes
    assert {side for _, side, _ in shapes} in ({""}, {"left", "right"})


def test_left_is_on_the_viewers_right_in_front_and_left_behind():
    (front,) = [path for view, side, path in shapes_of("tmj") if side == "left"]
    (back,) = [path for view, side, path in shapes_of("si_joint") if side == "left"]

    assert float(front[1:].split()[0]) > 40
    assert float(back[1:].split()[0]) < 124
