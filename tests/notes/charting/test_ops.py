import json
import uuid

import pytest
from django.urls import reverse

from clinic.enums import Role
from clinic.models import AuditEvent
from notes.models import BodyRegion, Note, Operation, Procedure, TreatmentBlock
from notes.printing import note_context
from tests.factories import make_block, new_key
from tests.notes.charting.sending import fields, own_note, put, seconds, send

pytestmark = pytest.mark.usefixtures("in_practice")


def test_edit_adds_a_block_and_answers_with_the_chart(therapist_client):
    note = own_note(therapist_client)
    block_id = new_key()

    response = send(therapist_client, note, put(block_id, "09:00", "09:10", response="Looser."))

    body = response.json()
    assert response.status_code == 200
    assert body["result"]["versions"] == {str(block_id): 1}
    assert [(b["id"], b["start"], b["end"]) for b in body["state"]["blocks"]] == [
        (str(block_id), seconds("09:00"), seconds("09:10"))
    ]
    assert response["ETag"] == f'"{body["state"]["version"]}"'
    assert response["Cache-Control"] == "no-store"


def test_edit_sent_twice_is_applied_once(therapist_client):
    note, key, edit = own_note(therapist_client), new_key(), put(new_key(), "09:00", "09:10")
    first = send(therapist_client, note, edit, version=1, key=key)

    second = send(therapist_client, note, edit, version=1, key=key)

    assert second.json()["result"] == first.json()["result"]
    assert second["Idempotent-Replay"] == "true"
    assert TreatmentBlock.objects.count() == 1
    assert Operation.objects.count() == 1
    assert Note.objects.get().version == 2


def test_key_of_another_chart_is_refused(therapist_client):
    note, other, key = own_note(therapist_client), own_note(therapist_client), new_key()
    send(therapist_client, note, put(new_key(), "09:00", "09:10"), key=key)

    response = send(therapist_client, other, put(new_key(), "10:00", "10:10"), key=key)

    assert response.status_code == 422
    assert response.json()["error"] == "This edit was made on another chart: reload the page."
    assert other.blocks.count() == 0


def test_edit_on_an_older_version_is_sent_back_with_the_chart(therapist_client):
    note, key, edit = own_note(therapist_client), new_key(), put(new_key(), "09:10", "09:20")
    send(therapist_client, note, put(new_key(), "09:00", "09:10"), version=1)

    stale = send(therapist_client, note, edit, version=1, key=key)
    again = send(therapist_client, note, edit, version=2, key=key)

    assert (stale.status_code, stale.json()["stale"]) == (409, True)
    assert stale.json()["state"]["version"] == 2
    assert again.status_code == 200
    assert TreatmentBlock.objects.count() == 2


def test_block_changed_by_somebody_else_is_a_conflict_that_names_them(therapist_client):
    note, block_id = own_note(therapist_client), new_key()
    send(therapist_client, note, put(block_id, "09:00", "09:10"))
    send(therapist_client, note, put(block_id, "09:00", "09:12", base=1))

    response = send(therapist_client, note, put(block_id, "09:00", "09:15", base=1))

    assert response.status_code == 409
    assert response.json()["conflict"]["by"] == str(therapist_client.user)
    assert TreatmentBlock.objects.get().ends_at.timestamp() == seconds("09:12")
    assert Operation.objects.count() == 2


def test_edits_in_a_row_name_each_other_instead_of_a_version(therapist_client):
    note, block_id, key = own_note(therapist_client), new_key(), new_key()
    send(therapist_client, note, put(block_id, "09:00", "09:10"), key=key)

    edit = put(block_id, "09:00", "09:12") | {"after": str(key)}
    response = send(therapist_client, note, edit)

    assert response.status_code == 200
    assert response.json()["result"]["versions"] == {str(block_id): 2}


def test_edit_of_a_signed_note_is_locked_out(therapist_client, signed_note):
    response = send(therapist_client, signed_note, put(new_key(), "09:20", "09:30"))

    assert response.status_code == 423
    assert response.json()["error"] == (
        "This note was signed meanwhile: add what is missing as an addendum."
    )
    assert response.json()["state"]["signed"] is True
    assert signed_note.blocks.count() == 1


def test_block_is_removed_once(therapist_client):
    note = own_note(therapist_client)
    block = make_block(note, "09:00", "09:10")
    edit = {"op": "del", "id": str(block.public_id), "base": 1}

    first, second = send(therapist_client, note, edit), send(therapist_client, note, edit)

    assert (first.status_code, second.status_code) == (200, 200)
    assert TreatmentBlock.objects.count() == 0


def test_text_is_changed_by_compare_and_set(therapist_client):
    note = own_note(therapist_client)
    edit = {"op": "text", "section": "plan", "base": note.plan, "text": "Twice a week."}

    changed = send(therapist_client, note, edit)
    conflict = send(therapist_client, note, edit | {"text": "Once a week."})

    assert changed.json()["state"]["texts"]["plan"] == "Twice a week."
    assert conflict.status_code == 409
    assert Note.objects.get().plan == "Twice a week."


def test_adjustment_is_charted(therapist_client):
    note = own_note(therapist_client)
    make_block(note, "09:00", "09:10")
    content = {"code": "cmt", "regions": ["cervical_spine"], "start": seconds("09:20")}
    edit = {"op": "put_procedure", "id": str(new_key()), "base": 0, "fields": content}

    response = send(therapist_client, note, edit)
    row = Procedure.objects.get()
    send(therapist_client, note, {"op": "del_procedure", "id": str(row.public_id), "base": 1})

    assert response.json()["state"]["procedures"][0]["code"] == "CMT"
    assert row.starts_at.timestamp() == seconds("09:20")
    assert Procedure.objects.count() == 0


def test_service_cut_short_is_charted_and_printed_so(therapist_client):
    note = own_note(therapist_client)
    content = {"code": "97012", "minutes": 4, "findings": "Dizzy", "reduced": True}
    edit = {"op": "put_procedure", "id": str(new_key()), "base": 0, "fields": content}

    response = send(therapist_client, note, edit)

    assert response.json()["state"]["procedures"][0]["reduced"] is True
    (printed,) = note_context(Note.objects.get(), sections=(), totals=None).procedures
    assert printed.remark == "Cut short. Dizzy"


def test_retired_region_of_an_edit_made_earlier_is_kept(therapist_client):
    note, block_id = own_note(therapist_client), new_key()
    make_block(note, "08:00", "08:10")  # seeds the vocabulary
    BodyRegion.objects.filter(key="cervical_spine").update(active=False)

    response = send(therapist_client, note, put(block_id, "09:00", "09:10"))

    assert response.status_code == 200
    assert response.json()["state"]["blocks"][1]["regions"] == ["cervical_spine"]


BAD = [
    ({"op": "fly"}, "This page is older than the server: reload it, then try again."),
    ([], "This edit could not be read: reload the page, then try again."),
    ({"op": "put", "id": "x"}, "This edit came without its content: reload the page."),
    ({"op": "put", "fields": {}}, "Give the start time. Give the end time."),
    ({"op": "del", "id": "x"}, "This edit came without its block: reload the page."),
    ({"op": "stop", "id": str(uuid.uuid4())}, "This edit names no time: reload the page."),
    (
        {"op": "text", "section": "plan", "text": "x" * 20_001},
        "Keep a section under 20,000 characters; attach long material as a document.",
    ),
    ({"op": "text", "section": "plan", "text": "\ud800"},
     "This edit could not be read: reload the page, then try again."),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "sentence"), BAD)
def test_bad_edit_is_refused_with_a_sentence(therapist_client, edit, sentence):
    note = own_note(therapist_client)

    response = send(therapist_client, note, edit)

    assert (response.status_code, response.json()["error"]) == (422, sentence)
    assert Note.objects.get().version == 1
    assert Operation.objects.count() == 0


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"end": 0}, "The block ends before it starts: correct the start or the end time."),
        ({"regions": ["shoulder"]}, "Choose left, right or both for Shoulder."),
        ({"regions": ["wing"]}, "This region is not in the practice's list: choose another."),
        ({"technique": ""}, "Choose a technique."),
        ({"response": "x" * 301}, "Keep the response under 300 characters."),
    ],
)
def test_untrue_block_is_refused(therapist_client, more, sentence):
    note = own_note(therapist_client)
    make_block(note, "08:00", "08:10")
    edit = {"op": "put", "id": str(new_key()), "fields": fields("09:00", "09:10") | more}

    response = send(therapist_client, note, edit)

    assert (response.status_code, response.json()["error"]) == (422, sentence)
    assert TreatmentBlock.objects.count() == 1


def test_text_of_any_script_is_kept_as_written(therapist_client):
    note = own_note(therapist_client)
    text = "<script>alert(1)</script> 🙂 שלום עולם é"

    edit = {"op": "text", "section": "subjective", "base": note.subjective, "text": text}
    response = send(therapist_client, note, edit)

    assert response.json()["state"]["texts"]["subjective"] == text
    assert Note.objects.get().subjective == text


def test_edit_without_key_or_version_is_refused(therapist_client):
    note = own_note(therapist_client)
    url = reverse("notes:ops", args=[note.visit.public_id])

    response = therapist_client.post(
        url, json.dumps(put(new_key(), "09:00", "09:10")), content_type="application/json"
    )

    assert response.status_code == 422
    assert TreatmentBlock.objects.count() == 0


def test_chart_of_another_therapist_is_not_found(therapist_client, client_for):
    note = own_note(therapist_client)

    response = send(client_for(Role.THERAPIST), note, put(new_key(), "09:00", "09:10"))

    assert response.status_code == 404
    assert TreatmentBlock.objects.count() == 0


def test_state_is_read_and_recorded(therapist_client):
    note = own_note(therapist_client)

    response = therapist_client.get(reverse("notes:state", args=[note.visit.public_id]))

    assert response.json()["state"]["version"] == 1
    assert AuditEvent.objects.filter(action="chart.viewed").count() == 1


def test_device_key_is_the_same_at_each_sign_in_and_differs_between_people(
    therapist_client, client_for
):
    url = reverse("notes:device_key")

    first, second = therapist_client.get(url), therapist_client.get(url)
    other = client_for(Role.THERAPIST).get(url)

    assert [first.json()[n] for n in ("key", "tag")] == [second.json()[n] for n in ("key", "tag")]
    assert first.json()["key"] != other.json()["key"]
    assert first["Cache-Control"] == "no-store"
