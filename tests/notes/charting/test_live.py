"""The clock on the server: one block runs, and what ends it starts the next."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notes.models import LiveChart, TreatmentBlock
from tests.factories import make_block, make_episode, make_note, make_visit, new_key
from tests.notes.charting.sending import MANUAL, own_note, send

pytestmark = pytest.mark.usefixtures("in_practice")
EXERCISE = {"technique": "therapeutic_exercise", "regions": [], "side": ""}


NOW = timezone.now()  # once, so that spans are whole minutes however slow the machine is


def ago(minutes: float) -> int:
    return int((NOW - timedelta(minutes=minutes)).timestamp())


def start(block_id, minutes: float, entry=MANUAL) -> dict:
    return {"op": "start", "id": str(block_id), "at": ago(minutes), "fields": entry}


def clock(kind: str, block_id, minutes: float) -> dict:
    return {"op": kind, "id": str(block_id), "at": ago(minutes)}


def test_next_block_starts_where_the_running_one_ends(therapist_client):
    note, first, second = own_note(therapist_client), new_key(), new_key()
    began = start(first, 20)
    send(therapist_client, note, began)

    response = send(therapist_client, note, start(second, 8, EXERCISE))

    (ended,) = TreatmentBlock.objects.all()
    live = LiveChart.objects.get()
    assert response.json()["result"]["versions"] == {str(first): 1}
    assert (ended.public_id, ended.starts_at.timestamp()) == (first, began["at"])
    assert (live.block_id, live.started_at) == (second, ended.ends_at)


def test_stop_charts_the_block_once(therapist_client):
    note, block_id = own_note(therapist_client), new_key()
    send(therapist_client, note, start(block_id, 10))

    stopped = send(therapist_client, note, clock("stop", block_id, 0))
    again = send(therapist_client, note, clock("stop", block_id, 0))

    assert (stopped.status_code, again.status_code) == (200, 200)
    assert TreatmentBlock.objects.get().minutes == 10
    assert stopped.json()["state"]["running"] is None


def test_pause_and_resume_make_two_intervals(therapist_client):
    note, first, second = own_note(therapist_client), new_key(), new_key()
    send(therapist_client, note, start(first, 20))
    paused = send(therapist_client, note, clock("pause", first, 15))
    send(therapist_client, note, clock("resume", second, 10))
    send(therapist_client, note, clock("stop", second, 4))

    assert paused.json()["state"]["running"]["start"] is None
    assert [b.minutes for b in TreatmentBlock.objects.all()] == [5, 6]


def test_backdating_shortens_the_block_before(therapist_client):
    note, first, second = own_note(therapist_client), new_key(), new_key()
    send(therapist_client, note, start(first, 20))
    send(therapist_client, note, start(second, 5, EXERCISE))

    response = send(therapist_client, note, clock("backdate", second, 8))

    assert response.json()["result"]["versions"] == {str(first): 2}
    assert TreatmentBlock.objects.get().minutes == 12


def test_backdating_over_the_whole_block_before_is_refused(therapist_client):
    note, first, second = own_note(therapist_client), new_key(), new_key()
    send(therapist_client, note, start(first, 20))
    send(therapist_client, note, start(second, 5, EXERCISE))

    response = send(therapist_client, note, clock("backdate", second, 30))

    assert response.status_code == 422
    assert response.json()["error"] == (
        "Joint mobilization would have no time left: move its start first, or give the running "
        "block a later start."
    )
    assert TreatmentBlock.objects.get().minutes == 15


def test_end_taken_back_runs_on_from_its_start(therapist_client):
    note, block_id = own_note(therapist_client), new_key()
    began = start(block_id, 10)
    send(therapist_client, note, began)
    send(therapist_client, note, clock("stop", block_id, 2))

    edit = {"op": "reopen", "id": str(block_id), "base": 1}
    response = send(therapist_client, note, edit)

    assert TreatmentBlock.objects.count() == 0
    assert response.json()["state"]["running"]["start"] == began["at"]


def test_start_taken_back_leaves_nothing(therapist_client):
    note, block_id = own_note(therapist_client), new_key()
    send(therapist_client, note, start(block_id, 1))

    response = send(therapist_client, note, clock("discard", block_id, 0))

    assert response.json()["state"]["running"] is None
    assert TreatmentBlock.objects.count() == 0


def test_time_to_come_is_refused(therapist_client):
    note = own_note(therapist_client)

    response = send(therapist_client, note, start(new_key(), -60))

    assert response.status_code == 422
    assert response.json()["error"] == (
        "This time is still to come: check the clock of this device."
    )
    assert LiveChart.objects.filter(started_at__isnull=False).count() == 0


def test_start_before_one_that_another_device_started_asks(therapist_client):
    note, later = own_note(therapist_client), new_key()
    send(therapist_client, note, start(later, 3))

    response = send(therapist_client, note, start(new_key(), 10, EXERCISE))

    assert (response.status_code, response.json()["conflict"]) == (409, None)
    assert LiveChart.objects.get().block_id == later


def test_stop_of_what_does_not_run_asks(therapist_client):
    note, running = own_note(therapist_client), new_key()
    send(therapist_client, note, start(running, 3))

    response = send(therapist_client, note, clock("stop", new_key(), 0))

    assert response.status_code == 409
    assert LiveChart.objects.get().block_id == running


@pytest.mark.parametrize("act", ["stop", "pause"])
def test_t02_block_started_before_the_clock_was_set_back_is_not_dropped(therapist_client, act):
    note, running = own_note(therapist_client), new_key()
    send(therapist_client, note, start(running, 3))
    LiveChart.objects.update(started_at=NOW + timedelta(hours=2))

    response = send(therapist_client, note, clock(act, running, 0))

    live = LiveChart.objects.get()
    assert response.status_code == 409
    assert response.json()["error"] == (
        "This block was started at a time that is still to come: a clock was set back. Set its "
        "start, then end it."
    )
    assert (live.block_id, live.started_at) == (running, NOW + timedelta(hours=2))
    assert TreatmentBlock.objects.count() == 0


def test_sided_region_without_a_side_is_refused_at_the_start(therapist_client):
    note = own_note(therapist_client)

    response = send(therapist_client, note, start(new_key(), 1, MANUAL | {"regions": ["shoulder"]}))

    assert response.json()["error"] == "Choose left, right or both for Shoulder."
    assert LiveChart.objects.filter(started_at__isnull=False).count() == 0


def test_running_block_stops_the_signing(therapist_client):
    note = own_note(therapist_client)
    make_block(note, "09:00", "09:10")

    response = send(therapist_client, note, start(new_key(), 1, EXERCISE))

    assert response.json()["state"]["missing"] == [
        {"text": "Stop the running block.", "anchor": "live", "field": ""}
    ]


def test_started_block_leaves_the_plan(therapist_client):
    note = own_note(therapist_client)
    send(therapist_client, note, {"op": "plan", "entries": [MANUAL, EXERCISE]})

    response = send(therapist_client, note, start(new_key(), 1, EXERCISE))

    planned = response.json()["state"]["planned"]
    assert [row["technique"] for row in planned] == ["joint_mobilization"]


def test_time_with_other_patients_is_told_by_record_number(therapist_client):
    note = own_note(therapist_client)
    episode = make_episode(clinician=therapist_client.user.clinician)
    other = make_note(make_visit(episode=episode))
    make_block(other, "09:00", "09:10")
    make_block(other, "09:10", "09:20", technique="rest", regions=())

    response = send(therapist_client, note, {"op": "plan", "entries": []})

    (row,) = response.json()["state"]["elsewhere"]
    assert (row["who"], row["running"]) == (episode.patient.record_number, False)
    assert row["end"] - row["start"] == 600


def test_response_said_while_running_comes_with_the_block(therapist_client):
    note, block_id = own_note(therapist_client), new_key()
    send(therapist_client, note, start(block_id, 5))
    said = {"op": "describe", "id": str(block_id), "fields": MANUAL | {"response": "Looser."}}

    send(therapist_client, note, said)
    send(therapist_client, note, clock("stop", block_id, 0))

    assert TreatmentBlock.objects.get().response == "Looser."
