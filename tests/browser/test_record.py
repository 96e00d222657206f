"""The record's screens in a browser, by role: without axe violations, at three widths, in both
themes; and the ways that people take through them."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from clinic.enums import Role
from clinic.models import Patient, PatientAlert
from clinic.scope import scope
from notes.enums import VisitStatus
from notes.exchange.importing import read_batch
from notes.models import Goal, Measurement, SegmentFinding, Visit
from notes.services.amendments import deny, receive
from notes.services.diagnoses import load_starter_diagnoses
from notes.services.measures import save_score
from tests.billing.making import make_payer_with
from tests.browser.charts import noon_zone
from tests.browser.looks import faults
from tests.factories import (
    at,
    make_authorization,
    make_block,
    make_clinician,
    make_coverage,
    make_episode,
    make_location,
    make_note,
    make_order,
    make_patient,
    make_plan,
    make_practice,
    make_user,
    make_visit,
)

THERAPIST, ASSISTANT, OFFICE, ADMIN = Role.THERAPIST, Role.ASSISTANT, Role.OFFICE, Role.ADMIN
PAGES = {
    "patients": (OFFICE, "/patients/"),
    "patient": (OFFICE, "/patients/{patient}/"),
    "patient, assistant": (ASSISTANT, "/patients/{patient}/"),
    "register": (OFFICE, "/patients/new/"),
    "change patient": (OFFICE, "/patients/{patient}/edit/"),
    "merge": (OFFICE, "/patients/{patient}/merge/?q=sample"),
    "episode": (THERAPIST, "/notes/episodes/{episode}/"),
    "episode, admin": (ADMIN, "/notes/episodes/{episode}/"),
    "flowsheet": (THERAPIST, "/notes/episodes/{episode}/flowsheet/"),
    "order": (OFFICE, "/notes/episodes/{episode}/orders/new/"),
    "plan": (THERAPIST, "/notes/episodes/{episode}/plans/new/"),
    "goal": (THERAPIST, "/notes/episodes/{episode}/goals/new/"),
    "progress report": (THERAPIST, "/notes/episodes/{episode}/progress/new/"),
    "discharge": (THERAPIST, "/notes/episodes/{episode}/discharge/"),
    "visit's record": (THERAPIST, "/notes/visits/{draft}/record/"),
    "questionnaire": (THERAPIST, "/notes/visits/{draft}/record/QDASH/"),
    "schedule, day": (OFFICE, "/notes/schedule/"),
    "schedule, week": (THERAPIST, "/notes/schedule/?view=week"),
    "booking": (OFFICE, "/notes/schedule/{draft}/"),
    "find for booking": (OFFICE, "/notes/schedule/book/?q=sample"),
    "book": (OFFICE, "/notes/schedule/book/?episode={episode}"),
    "calendar feed": (THERAPIST, "/notes/calendar/"),
    "worklist": (THERAPIST, "/billing/worklist/"),
    "worklist, office": (OFFICE, "/billing/worklist/"),
    "co-signatures": (THERAPIST, "/notes/cosign/"),
    "own review": (ADMIN, "/billing/review/"),
    "requests to amend": (OFFICE, "/notes/patients/{patient}/amendments/"),
    "request to amend": (THERAPIST, "/notes/patients/{patient}/amendments/{asked}/"),
    "request, denied": (ADMIN, "/notes/patients/{patient}/amendments/{denied}/"),
    "authorization": (OFFICE, "/notes/episodes/{episode}/authorizations/new/"),
    "import": (OFFICE, "/notes/imports/"),
    "import, read": (OFFICE, "/notes/imports/{batch}/"),
    "export": (ADMIN, "/notes/exports/"),
}


@pytest.fixture(scope="module")
def place(server, django_db_blocker) -> dict:
    """One practice for all pages."""
    with django_db_blocker.unblock():
        practice = make_practice(timezone=noon_zone())
        with scope(practice):
            return _rows(practice)


def _rows(practice) -> dict:
    load_starter_diagnoses()
    make_location()
    clinician = make_clinician()
    assistant = make_clinician(is_assistant=True, supervisor=clinician)
    today = datetime.now(practice.zone).date()
    patient = make_patient(first_name="Marisol", last_name="Sample", phone="207-555-0142")
    coverage = make_coverage(payer=make_payer_with("commercial"), patient=patient)
    start = today - timedelta(days=20)
    episode = make_episode(coverage=coverage, clinician=clinician, started_on=start)
    PatientAlert.objects.create(patient=patient, kind="anticoagulant", no_thrust=True, since=start)
    make_order(episode)
    make_plan(episode, starts_on=start, ends_on=today + timedelta(days=8), sent_on=start)
    make_authorization(episode, visits=2, starts_on=start, ends_on=today + timedelta(days=8))
    Goal.objects.create(
        episode=episode, number=1, text="Reach the upper shelf", measure="QuickDASH",
        baseline="50", target="20", opened_on=start, due_on=today,
    )  # fmt: skip
    for days, answer in ((9, 4), (0, 3)):
        note = _note(episode, today - timedelta(days=days))
        save_score(note, by=clinician.user, instrument="QDASH", answers=[answer] * 11)
    admin = make_user(ADMIN)
    asked, denied = (
        receive(patient, by=admin, received_on=start, asked_by=str(patient), text=text)
        for text in ("It was the left shoulder.", "I never missed a visit.")
    )
    deny(denied, by=admin, ground="complete", explanation="The schedule shows two.")
    content = b"Account,Last Name,First Name,DOB\n7,Ek,Bo,not a day\n8,Silva,Ana,05/17/1980\n"
    batch = read_batch(content, name="old.csv", kind="patients", preset="prompt", by=admin)
    return {
        "asked": asked.pk, "denied": denied.pk, "batch": batch.public_id,
        "practice": practice, "today": today, "patient": patient.pk, "episode": episode.pk,
        "draft": note.visit.public_id,
        "people": {
            THERAPIST: clinician.user, ASSISTANT: assistant.user, OFFICE: make_user(OFFICE),
            ADMIN: admin,
        },
    }  # fmt: skip


def _note(episode, day):
    note = make_note(
        make_visit(episode=episode, date=day, starts_at=at("10:00", day),
                   status=VisitStatus.CHARTING)
    )  # fmt: skip
    make_block(note, "10:00", "10:15", technique="joint_manipulation", grade="V")
    return note


@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible_in_each_theme_and_width(place, signed_in, name):
    role, path = PAGES[name]
    page = signed_in(place["people"][role]).new_page()

    response = page.goto(path.format(**place))
    page.wait_for_load_state("networkidle")

    assert response.status == 200
    assert faults(page) == []


def test_patient_is_found_while_typing_with_an_error(place, signed_in):
    page = signed_in(place["people"][OFFICE]).new_page()
    page.goto("/patients/")

    page.get_by_label("Name, date of birth").press_sequentially("marsiol")

    expect(page.get_by_role("link", name="Sample, Marisol")).to_be_visible()


def test_duplicate_is_asked_about_before_it_is_registered(place, signed_in):
    page = signed_in(place["people"][OFFICE]).new_page()
    page.goto("/patients/new/")
    page.get_by_label("First name").first.fill("Marisol")
    page.get_by_label("Last name").first.fill("Sample")
    page.get_by_label("Date of birth").first.fill("1980-05-17")
    page.get_by_role("button", name="Register").click()

    expect(page.get_by_text("Registered already?")).to_be_visible()
    page.get_by_label("This is another person").check()
    page.get_by_role("button", name="Register").click()

    expect(page.get_by_text("is registered as")).to_be_visible()
    with scope(place["practice"]):
        Patient.objects.filter(last_name="Sample").exclude(pk=place["patient"]).update(
            last_name="Other"
        )


def test_diagnosis_is_added_by_typing_words_and_choosing_the_side(place, signed_in):
    page = signed_in(place["people"][THERAPIST]).new_page()
    page.goto("/notes/episodes/{episode}/".format(**place))

    page.get_by_label("Add a diagnosis").press_sequentially("pain in unspecified shoulder")
    page.get_by_role("button", name="M25.512 left").click()

    expect(page.locator("#diagnoses")).to_contain_text("M25.512")


def test_measure_is_charted_and_shows_in_the_flowsheet(place, signed_in):
    page = signed_in(place["people"][THERAPIST]).new_page()
    page.goto("/notes/visits/{draft}/record/".format(**place))
    panel = page.locator("#measures")
    panel.get_by_label("Measure").select_option("motion:shoulder_flexion")
    panel.get_by_label("Side").select_option("left")
    panel.get_by_label("Before").fill("95")
    panel.get_by_label("After").fill("110")
    panel.get_by_role("button", name="Add measure").click()
    expect(panel.get_by_role("row", name="Shoulder flexion, left")).to_be_visible()

    page.get_by_role("link", name="Flowsheet").click()

    expect(page.get_by_role("row", name="Shoulder flexion, left")).to_contain_text("95 → 110")
    expect(page.locator("svg.trend").first).to_be_visible()
    with scope(place["practice"]):
        Measurement.objects.all().delete()
        SegmentFinding.objects.all().delete()


def test_thrust_against_an_alert_is_answered_on_the_record(place, signed_in):
    page = signed_in(place["people"][THERAPIST]).new_page()
    page.goto("/notes/visits/{draft}/record/#alerts".format(**place))

    page.get_by_label("Why it was right all the same").fill("INR 1.0, cleared by Dr. Lee")
    # answered once the page that the answer leads to is there
    with page.expect_response(lambda answer: answer.status == 302):
        page.get_by_role("button", name="Keep the reason").click()
    page.goto("/notes/visits/{draft}/record/".format(**place))

    expect(page.get_by_label("Why it was right all the same")).to_have_value(
        "INR 1.0, cleared by Dr. Lee"
    )


def test_visit_is_booked_moved_and_canceled_from_the_schedule(place, signed_in):
    page = signed_in(place["people"][OFFICE]).new_page()
    page.goto("/notes/schedule/book/?q=marisol")
    page.get_by_role("link", name="Book Marisol").click()
    page.get_by_label("Time", exact=False).first.fill("16:00")
    page.get_by_role("button", name="Book").click()
    expect(page.get_by_text("Booked: Marisol Sample")).to_be_visible()

    page.locator(".cal a", has_text="4:00").first.click()
    page.get_by_label("Why it is canceled").fill("Ill")
    page.get_by_role("button", name="Cancel the visit").click()

    expect(page.locator("h1 + .pill")).to_have_text("Canceled")
    with scope(place["practice"]):
        assert Visit.objects.filter(status=VisitStatus.CANCELED).count() == 1


def test_scan_that_is_no_scan_is_refused_in_place(place, signed_in):
    page = signed_in(place["people"][OFFICE]).new_page()
    page.goto("/patients/{patient}/".format(**place))
    page.get_by_text("Upload an order").click()
    panel = page.locator("section", has=page.get_by_role("heading", name="Scans"))
    panel.get_by_label("Kind").select_option("order")
    panel.get_by_label("Title").fill("Order")
    page.get_by_label("File", exact=False).set_input_files(
        {"name": "order.pdf", "mimeType": "application/pdf", "buffer": b"<html></html>"}
    )
    page.get_by_role("button", name="Upload").click()

    expect(page.get_by_text("This file is not a PDF, PNG, JPEG or TIFF")).to_be_visible()


def test_file_is_read_looked_at_and_undone(place, signed_in):
    page = signed_in(place["people"][OFFICE]).new_page()
    page.goto("/notes/imports/")
    rows = b"First Name,Last Name,Birth Date\nIma,Ported,01/02/1970\nNo,Day,never\n"
    page.get_by_label("CSV file").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": rows}
    )
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_text("“never” is not a date")).to_be_visible()
    page.get_by_role("button", name="Write the good lines").click()
    expect(page.get_by_text("1 added, 0 merged.")).to_be_visible()

    page.get_by_role("button", name="Undo this import").click()

    expect(page.get_by_text("Undone.", exact=False).first).to_be_visible()
    with scope(place["practice"]):
        assert not Patient.objects.filter(last_name="Ported").exists()


def test_worklist_leads_to_the_field(place, signed_in):
    page = signed_in(place["people"][THERAPIST]).new_page()
    page.goto("/notes/day/")
    expect(page.locator(".work-badge")).not_to_be_empty()
    page.get_by_role("link", name="Worklist").click()

    page.get_by_role("link", name="Plan not certified").first.click()

    expect(page).to_have_url(re.compile("#certification$"))
    expect(page.locator("#certification")).to_be_in_viewport()
