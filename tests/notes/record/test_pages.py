"""The pages of the record, posted to as a browser does; typed input survives a refusal."""

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse

from clinic.enums import Role
from notes.models import (
    BlockPurpose,
    CertificationEvent,
    DiagnosisWord,
    EpisodeOfCare,
    Goal,
    Measurement,
    Order,
    OutcomeScore,
    PlanOfCare,
    ProgressReport,
    SegmentFinding,
    Visit,
)
from notes.services.diagnoses import load_starter_diagnoses, search_diagnoses
from tests.conftest import client_of
from tests.factories import (
    DAY,
    PASSWORD,
    make_block,
    make_episode,
    make_location,
    make_note,
    make_patient,
    make_plan,
    make_visit,
)

ON = "2026-02-02"


@pytest.fixture
def episode(in_practice):
    make_location()
    return make_episode()


@pytest.fixture
def therapist(episode):
    return client_of(episode.clinician.user)


def post(client, name, args, **data):
    return client.post(reverse(name, args=args), data)


def test_episode_is_opened_for_a_patient(therapist, episode):
    patient = make_patient()

    response = post(
        therapist, "notes:episode_new", [patient.pk], title="Knee", started_on=ON,
        clinician=episode.clinician_id, accident="none",
    )  # fmt: skip

    assert response.status_code == 302
    assert EpisodeOfCare.objects.get(patient=patient).title == "Knee"


def test_refused_sheet_shows_the_sentence_and_what_was_typed(therapist, episode):
    response = post(
        therapist, "notes:plan_new", [episode.pk], starts_on="2026-01-01", ends_on="2026-03-01",
        frequency="2 a week", interventions="Manual therapy",
    )  # fmt: skip

    page = response.content.decode()
    assert response.status_code == 422
    assert "The plan starts before the evaluation on 02/02/2026" in page
    assert 'value="2 a week"' in page
    assert not PlanOfCare.objects.exists()


def test_plan_goal_and_certification_are_recorded_from_their_pages(therapist, episode):
    post(therapist, "notes:plan_new", [episode.pk], starts_on=ON, ends_on="2026-04-30",
         frequency="2 a week", interventions="Manual therapy")  # fmt: skip
    plan = PlanOfCare.objects.get()
    post(therapist, "notes:certify", [episode.pk, plan.pk], kind="sent", on="2026-02-03")
    post(therapist, "notes:goal_new", [episode.pk], term="long", text="Shelf", measure="NDI",
         baseline="40 %", target="20 %", due_on="2027-05-01")  # fmt: skip
    post(therapist, "notes:order_new", [episode.pk], provider_name="Dr. L", ordered_on=ON,
         signed_on=ON)  # fmt: skip

    page = therapist.get(reverse("notes:episode", args=[episode.pk])).content.decode()
    assert (CertificationEvent.objects.count(), Goal.objects.count(), Order.objects.count()) == (
        1, 1, 1,
    )  # fmt: skip
    for words in ("Sent 02/03/2026, not back yet", "40 % → 20 %", "Signed 02/02/2026"):
        assert words in page


def test_progress_report_is_signed_with_the_password_only(therapist, episode):
    Goal.objects.create(
        episode=episode, number=1, text="Shelf", measure="NDI", baseline="40", target="20",
        opened_on=date(2026, 2, 2), due_on=date(2026, 5, 1),
    )  # fmt: skip
    data = {
        "submit_key": "5f0c0c5e-58a3-4a2c-9d62-0b6c4d3c1c11", "on": "2026-02-20",
        "summary": "Better", "continuing": "Grades", "now_1": "30", "state_1": "open",
    }  # fmt: skip

    wrong = post(therapist, "notes:progress_new", [episode.pk], **data, password="wrong")
    right = post(therapist, "notes:progress_new", [episode.pk], **data, password=PASSWORD)

    assert (wrong.status_code, right.status_code) == (422, 302)
    assert "That password is not right." in wrong.content.decode()
    assert ProgressReport.objects.get().goals[0]["now"] == "30"


def test_diagnosis_is_found_while_typing_with_its_sides_and_added(therapist, episode):
    load_starter_diagnoses()

    found = therapist.get(
        reverse("notes:diagnosis_search", args=[episode.pk]), {"q": "pain in shoulder"}
    ).content.decode()
    post(therapist, "notes:diagnosis", [episode.pk], act="add", code="M25.512")

    assert "M25.511" in found
    assert episode.diagnoses.filter(code="M25.512").exists()


def test_favorites_come_first_when_nothing_is_typed(therapist, episode):
    load_starter_diagnoses()
    post(therapist, "notes:diagnosis", [episode.pk], act="add", code="M62.830")

    page = therapist.get(reverse("notes:diagnosis_search", args=[episode.pk])).content.decode()

    assert "M62.830" in page
    assert "in the episode" in page


@pytest.fixture
def visit(episode):
    note = make_note(make_visit(episode=episode, status="charting"))
    make_block(note, "09:00", "09:15")
    return note.visit


def test_record_of_a_visit_takes_measures_scores_findings_and_purposes(therapist, visit, episode):
    note, args = visit.note, [visit.public_id]
    block = note.blocks.get()

    post(therapist, "notes:measure", args, what="motion:knee_flexion", side="left", before="90")
    post(therapist, "notes:score", [*args, "NDI"], **{f"item_{n}": 2 for n in range(1, 11)})
    post(therapist, "notes:finding", args, segment="C5", pain="on")
    post(therapist, "notes:purpose", args, block_id=block.public_id, rationale="Firm end-feel")

    assert (Measurement.objects.get().before_tenths, OutcomeScore.objects.get().score_tenths) == (
        900, 400,
    )  # fmt: skip
    assert (SegmentFinding.objects.get().segment, BlockPurpose.objects.get().rationale) == (
        "C5", "Firm end-feel",
    )  # fmt: skip
    page = therapist.get(reverse("notes:visit_record", args=args)).content.decode()
    for words in ("Knee flexion, left", "NDI", "Firm end-feel", "15 min"):
        assert words in page


def test_missing_side_is_said_on_the_page(therapist, visit):
    response = post(
        therapist, "notes:measure", [visit.public_id], what="motion:knee_flexion", before="90"
    )

    assert response.status_code == 422
    assert "Knee flexion: say left or right" in response.content.decode()
    assert not Measurement.objects.exists()


def test_visit_is_booked_from_the_page_and_double_booking_asks(therapist, episode):
    location = episode.practice and make_location()
    data = {"clinician": episode.clinician_id, "location": location.pk, "on": DAY, "at": "09:00",
            "minutes": 45}  # fmt: skip
    url = reverse("notes:book") + f"?episode={episode.pk}"

    first, second = therapist.post(url, data), therapist.post(url, data | {"at": "09:30"})
    third = therapist.post(url, data | {"at": "09:30", "say_double": "on"})

    assert [r.status_code for r in (first, second, third)] == [302, 422, 302]
    assert "tick that you mean to double-book" in second.content.decode()
    assert Visit.objects.count() == 2


@pytest.mark.parametrize("view", ["day", "week"])
def test_schedule_shows_the_visits_in_a_fixed_number_of_queries(
    therapist, episode, view, django_assert_max_num_queries
):
    make_visit(episode=episode)
    url = reverse("notes:schedule") + f"?on={DAY}&view={view}"
    therapist.get(url)
    for n in range(6):
        make_visit(episode=episode, starts_at=make_visit(episode=episode).starts_at
                   + timedelta(hours=n))  # fmt: skip

    with django_assert_max_num_queries(14):
        page = therapist.get(url).content.decode()

    assert page.count(str(episode.patient)) > 12


def test_office_reads_the_episode_and_does_not_write_the_plan(episode, client_for):
    make_plan(episode)
    office = client_for(Role.OFFICE)

    page = office.get(reverse("notes:episode", args=[episode.pk])).content.decode()

    assert "Write the plan" not in page
    assert office.get(reverse("notes:plan_new", args=[episode.pk])).status_code == 403


@pytest.mark.parametrize(
    ("typed", "code"),
    [("shoulder pain left", "M25.512"), ("pain should", "M25.511"), ("vicalg", "M54.2"),
     ("M54", "M54.2")],
)  # fmt: skip
def test_diagnoses_are_found_by_beginnings_and_insides_of_words(in_practice, typed, code):
    load_starter_diagnoses()

    assert code in {row.code for row in search_diagnoses(typed, on=DAY)}


def test_diagnoses_loaded_before_the_index_get_their_words(in_practice):
    load_starter_diagnoses()
    known = set(DiagnosisWord.objects.values_list("diagnosis", "word"))
    migration = import_module("notes.migrations.0008_words_of_diagnoses")

    migration.forget(apps, None)
    assert not DiagnosisWord.objects.exists()
    migration.index(apps, None)

    assert set(DiagnosisWord.objects.values_list("diagnosis", "word")) == known
