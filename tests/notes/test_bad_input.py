"""Bad input at the screen: one sentence, nothing written, and what was typed still there."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from clinic.models import AuditEvent
from notes.models import EpisodeDiagnosis, Note
from notes.services.blocks import save_block
from notes.services.procedures import save_procedure
from notes.services.texts import TEXT_FIELDS, save_texts
from tests.conftest import client_of
from tests.factories import (
    PASSWORD,
    make_block,
    make_clinician,
    make_procedure,
    new_key,
    region_of,
    technique_of,
)
from tests.notes.acts import sign
from tests.notes.entries import block_entry, procedure_entry
from tests.snapshot import changed, snapshot

TYPED = "Typed words & <more>"


@pytest.fixture
def client(draft) -> Client:
    return client_of(draft.author.user)


def post(client: Client, name: str, note: Note, data: dict[str, Any], **headers):
    url = reverse(f"notes:{name}", args=[note.visit.public_id])
    return client.post(url, data, headers=headers)


def block_form(**fields: Any) -> dict[str, Any]:
    return {
        "public_id": str(new_key()),
        "version": 0,
        "technique": "joint_mobilization",
        "regions": ["cervical_spine"],
        "start": "09:15",
        "end": "09:30",
        "performed_by": "therapist",
        "response": TYPED,
    } | fields


def procedure_form(**fields: Any) -> dict[str, Any]:
    data = {"public_id": str(new_key()), "version": 0, "code": "97161", "findings": TYPED} | fields
    return {f"procedure-{name}": value for name, value in data.items()}


def refused(client: Client, name: str, note: Note, data: dict[str, Any], status: int) -> str:
    """The page of a refusal, after which every table but the trail is as it was."""
    before = snapshot()
    response = post(client, name, note, data)
    assert response.status_code == status
    assert changed(before, snapshot()) <= {"clinic_auditevent"}
    return response.content.decode()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"start": "09:30", "end": "09:15"},
         "The block ends before it starts: correct the start or the end time."),
        ({"end": "", "minutes": 24 * 60 + 1},
         "A block cannot be longer than 24 hours: correct the minutes."),
        ({"end": "", "minutes": 0}, "A block lasts at least one minute: correct the minutes."),
        ({"end": "", "minutes": ""}, "Give the end time or the minutes."),
        ({"start": ""}, "Give the start time, such as 9:05."),
        ({"technique": ""}, "Choose a technique."),
        ({"technique": 0}, "This technique is not in the practice's list: choose another."),
        ({"regions": [0]}, "This region is not in the practice's list: choose another."),
    ],
)  # fmt: skip
def test_block_that_cannot_be_is_refused_and_stays_in_the_form(client, draft, fields, sentence):
    page = refused(client, "save_block", draft, block_form(**fields), 422)

    assert escape(sentence) in page
    assert escape(TYPED) in page


def test_region_without_its_side_is_refused_by_name(client, draft):
    data = block_form(regions=["shoulder"])

    page = refused(client, "save_block", draft, data, 422)

    assert f"Choose left, right or both for {region_of('shoulder').label}." in page
    assert escape(TYPED) in page


def test_retired_word_cannot_be_chosen_any_more(client, draft):
    row = technique_of("muscle_energy")
    type(row).objects.filter(pk=row.pk).update(active=False)

    page = refused(client, "save_block", draft, block_form(technique=row.key), 422)

    assert escape("This technique is not in the practice's list: choose another.") in page


def test_refused_fragment_is_the_workbench_without_a_frame(client, draft):
    response = post(client, "save_block", draft, block_form(start=""), **{"hx-request": "true"})

    assert response.status_code == 422
    assert b"<html" not in response.content
    assert escape(TYPED) in response.content.decode()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"code": ""}, "Give the code, such as 97161 or CMT."),
        ({"code": "971"}, "A procedure code has five characters, such as 97140."),
        ({"code": "cmt"}, "Choose the regions that were adjusted: they decide the code."),
    ],
)
def test_procedure_that_cannot_be_is_refused_and_stays_in_the_form(client, draft, fields, sentence):
    page = refused(client, "save_procedure", draft, procedure_form(**fields), 422)

    assert sentence in page
    assert escape(TYPED) in page


def test_block_that_two_people_edit_shows_both(client, draft):
    block = draft.blocks.get()
    save_block(
        draft, by=draft.author.user, public_id=block.public_id, version=1,
        entry=block_entry(draft, response="Theirs."),
    )  # fmt: skip
    data = block_form(public_id=str(block.public_id), version=1)

    page = refused(client, "save_block", draft, data, 409)

    assert "Somebody else changed this block while you were editing." in page
    assert "Theirs." in page
    assert escape(TYPED) in page


def test_saving_again_after_seeing_both_stores_ones_own(client, draft):
    block = draft.blocks.get()
    save_block(
        draft, by=draft.author.user, public_id=block.public_id, version=1,
        entry=block_entry(draft, response="Theirs."),
    )  # fmt: skip
    data = block_form(public_id=str(block.public_id), version=1)
    shown = post(client, "save_block", draft, data).context["block_form"]

    again = post(client, "save_block", draft, data | {"version": shown["version"].value()})

    block.refresh_from_db()
    assert (again.status_code, block.response) == (302, TYPED)


def test_block_that_somebody_removed_can_be_added_again(client, draft):
    block = draft.blocks.get()
    data = block_form(public_id=str(block.public_id), version=1)
    block.delete()

    page = refused(client, "save_block", draft, data, 409)
    again = post(client, "save_block", draft, data | {"version": 0})

    assert "Somebody else removed this block. Add it again, or leave it out." in page
    assert (again.status_code, draft.blocks.get().response) == (302, TYPED)


def test_removing_a_block_that_somebody_changed_is_refused(client, draft):
    block = draft.blocks.get()
    save_block(
        draft, by=draft.author.user, public_id=block.public_id, version=1,
        entry=block_entry(draft, response="Theirs."),
    )  # fmt: skip

    page = refused(
        client, "delete_block", draft, {"public_id": str(block.public_id), "version": 1}, 409
    )

    assert "Somebody else changed this block. Look at it again before removing it." in page


def test_procedure_that_two_people_edit_shows_both(client, draft):
    row = make_procedure(draft, "97161")
    save_procedure(
        draft, by=draft.author.user, public_id=row.public_id, version=1,
        entry=procedure_entry(draft, "97161", regions=(), findings="Theirs."),
    )  # fmt: skip

    data = procedure_form(public_id=str(row.public_id), version=1)
    page = refused(client, "save_procedure", draft, data, 409)

    assert "Theirs." in page
    assert escape(TYPED) in page


def text_form(note: Note, **texts: str) -> dict[str, str]:
    base = {name: getattr(note, name) for name in TEXT_FIELDS}
    return base | {f"base_{name}": text for name, text in base.items()} | texts


def test_text_that_two_people_write_shows_both_and_keeps_their_other_section(client, draft):
    base = {name: getattr(draft, name) for name in TEXT_FIELDS}
    save_texts(
        draft, by=draft.author.user, base=base,
        texts=base | {"plan": "Their plan.", "objective": "Their finding."},
    )  # fmt: skip
    data = text_form(draft, plan=TYPED)

    before = snapshot()
    response = post(client, "save_text", draft, data)
    page, form = response.content.decode(), response.context["text_form"]
    assert (response.status_code, changed(before, snapshot())) == (409, set())
    again = post(client, "save_text", draft, form.data)

    assert "Somebody else changed this text while you were writing." in page
    assert "Their plan." in page
    assert escape(TYPED) in page
    note = Note.objects.get(pk=draft.pk)
    assert (again.status_code, note.plan, note.objective) == (302, TYPED, "Their finding.")


def test_text_over_the_limit_is_refused(client, draft):
    page = refused(client, "save_text", draft, text_form(draft, plan="x" * 20_001), 422)

    assert "Keep a section under 20,000 characters" in page


@pytest.mark.slow
@pytest.mark.usefixtures("notes_only")
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("save_block", lambda note: block_form()),
        ("save_procedure", lambda note: procedure_form()),
        ("save_text", lambda note: text_form(note, plan=TYPED)),
    ],
)
def test_signed_note_refuses_edits_and_gives_back_what_was_typed(client, draft, name, data):
    typed = data(draft)
    sign(draft)

    page = refused(client, name, draft, typed, 409)

    assert "This note is already signed; add an addendum." in page
    assert escape(TYPED) in page


@pytest.mark.slow
@pytest.mark.usefixtures("notes_only")
@pytest.mark.parametrize("name", ["delete_block", "delete_procedure"])
def test_signed_note_refuses_removals(client, draft, name):
    row = make_procedure(draft, "97161") if name == "delete_procedure" else draft.blocks.get()
    sign(draft)

    page = refused(client, name, draft, {"public_id": str(row.public_id), "version": 1}, 409)

    assert "This note is already signed; add an addendum." in page


@pytest.mark.parametrize("name", ["delete_block", "delete_procedure"])
@pytest.mark.parametrize("data", [{}, {"public_id": "x", "version": 1}])
def test_removal_that_names_nothing_is_refused(client, draft, name, data):
    page = refused(client, name, draft, data, 400)

    assert page.startswith("Reload the page and remove the ")


def sign_form(note: Note, **fields: Any) -> dict[str, Any]:
    return {"version": note.version, "agree": "on", "password": PASSWORD} | fields


def test_wrong_password_signs_nothing_and_is_recorded(client, draft):
    before = snapshot()

    response = post(client, "sign", draft, sign_form(draft, password="wrong"))

    page = response.content.decode()
    assert response.status_code == 422
    assert "That password is not right. Nothing was signed; your draft is saved." in page
    assert changed(before, snapshot()) == {"clinic_auditevent"}
    assert AuditEvent.objects.latest("pk").action == "identity.refused"
    assert "wrong" not in page.replace("went wrong", "")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"agree": ""}, "Tick the statement to sign."),
        ({"version": 99},
         "The note changed after you reviewed it. Look at it again, then sign."),
    ],
)  # fmt: skip
def test_signature_that_lacks_something_is_refused(client, draft, fields, sentence):
    page = refused(client, "sign", draft, sign_form(draft, **fields), 422)

    assert sentence in page


def test_somebody_elses_note_is_not_signed(draft, in_practice):
    type(in_practice).objects.filter(pk=in_practice.pk).update(therapists_see_all=True)
    colleague = client_of(make_clinician().user)

    page = refused(colleague, "sign", draft, sign_form(draft), 422)

    assert f"Only {draft.author} can sign this note." in page


def test_incomplete_note_is_not_signed(client, draft):
    Note.objects.filter(pk=draft.pk).update(plan="")

    page = refused(client, "sign", draft, sign_form(draft), 422)

    assert "The note is not complete. Write the plan for the next visit." in page


@pytest.mark.usefixtures("codes")
def test_diagnosis_that_is_not_billable_stops_the_signature(client, draft):
    EpisodeDiagnosis.objects.update(code="M54.5")

    page = refused(client, "sign", draft, sign_form(draft), 422)

    assert "The note is not complete. M54.5 is a header: choose M54.50 or M54.51." in page


@pytest.mark.slow
def test_signing_twice_signs_once_and_says_so(client, draft):
    first = post(client, "sign", draft, sign_form(draft))
    before = snapshot()

    second = client.post(
        reverse("notes:sign", args=[draft.visit.public_id]), sign_form(draft), follow=True
    )

    assert (first.status_code, second.status_code) == (302, 200)
    assert "This note is already signed; add an addendum." in second.content.decode()
    assert changed(before, snapshot()) == {"clinic_auditevent"}  # the look at the note


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text": ""}, "Write the addendum."),
        ({"password": ""}, "Enter your password to sign."),
    ],
)
def test_addendum_that_lacks_something_is_refused(client, practice, signed, fields, sentence):
    practice.confirm_each_signature = True
    practice.save()
    data = {"submit_key": str(new_key()), "text": TYPED, "password": PASSWORD} | fields

    page = refused(client, "addendum", signed, data, 422)

    assert sentence in page


@pytest.mark.slow
def test_addendum_with_a_wrong_password_keeps_its_text(client, signed):
    data = {"submit_key": str(new_key()), "text": TYPED, "password": "wrong"}
    before = snapshot()

    response = post(client, "addendum", signed, data)

    assert response.status_code == 422
    assert escape(TYPED) in response.content.decode()
    assert changed(before, snapshot()) == {"clinic_auditevent"}


def test_overlapping_blocks_are_kept_and_marked(client, draft):
    response = post(client, "save_block", draft, block_form(start="09:10", end="09:25"))
    page = client.get(reverse("notes:chart", args=[draft.visit.public_id]))

    assert response.status_code == 302
    [overlap] = page.context["timeline"]["overlaps"]
    assert overlap["minutes"] == 5


def test_skipped_hour_of_spring_is_refused(in_practice, client, draft):
    type(draft.visit).objects.filter(pk=draft.visit_id).update(date="2026-03-08")

    page = refused(client, "save_block", draft, block_form(start="02:15", end="03:15"), 422)

    assert "02:15 does not exist on this day: the clocks go forward." in page


@pytest.mark.parametrize(("start", "minutes"), [("00:45", 45), ("01:45", 30), ("00:30", 120)])
def test_minutes_over_the_repeated_hour_are_real_minutes(client, draft, start, minutes):
    type(draft.visit).objects.filter(pk=draft.visit_id).update(date="2026-11-01")
    key = str(new_key())

    response = post(
        client, "save_block", draft, block_form(public_id=key, start=start, end="", minutes=minutes)
    )

    assert response.status_code == 302
    assert draft.blocks.get(public_id=key).minutes == minutes


def test_visit_without_a_note_takes_no_edits_and_no_removals(in_practice, client, draft):
    booked = make_block(draft, "10:00", "10:05").note.visit
    fresh = type(booked).objects.create(
        episode=booked.episode, patient=booked.patient, clinician=booked.clinician,
        location=booked.location, date=booked.date, starts_at=booked.starts_at,
    )  # fmt: skip
    before = snapshot()

    for name in (
        "save_block", "delete_block", "save_procedure", "delete_procedure", "save_text", "sign",
    ):  # fmt: skip
        response = client.post(reverse(f"notes:{name}", args=[fresh.public_id]), {})
        assert (response.status_code, response["Location"]) == (
            302, reverse("notes:chart", args=[fresh.public_id]),
        )  # fmt: skip

    assert changed(before, snapshot()) == set()
