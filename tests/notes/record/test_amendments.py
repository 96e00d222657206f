"""T-I06: a patient asks to have the record amended, and is answered within sixty days."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.models import AuditEvent
from clinic.services.patients_merge import merge_patients
from notes.amendment_letters import letter_of
from notes.exchange.records import rows_of
from notes.models import AmendmentRequest, Note
from notes.services import amendments
from notes.services.addenda import add_addendum
from notes.services.worklist import items_for
from tests.conftest import client_of
from tests.factories import make_clinician, make_patient, make_user, new_key
from tests.notes.acts import sign_with_notes_alone
from tests.notes.conftest import complete_draft
from tests.snapshot import changed, snapshot


def make_ground(practice) -> None:
    sign_with_notes_alone(complete_draft())


@pytest.fixture
def signed(in_practice) -> Note:
    return Note.objects.get()


@pytest.fixture
def admin(in_practice):
    return make_user(Role.ADMIN)


def ask(note: Note, by, *, ago: int = 0, **given) -> AmendmentRequest:
    values = {
        "received_on": timezone.localdate() - timedelta(days=ago),
        "asked_by": "The patient",
        "text": "It was the left shoulder.",
        "note": note,
    }
    return amendments.receive(note.visit.patient, by=by, **values | given)


@pytest.fixture
def asked(signed, admin) -> AmendmentRequest:
    return ask(signed, admin)


@pytest.fixture
def denied(asked, admin) -> AmendmentRequest:
    return amendments.deny(
        asked, by=admin, ground="complete", explanation="The right one was treated."
    )


def addendum_to(note: Note):
    return add_addendum(
        note, by=note.author.user, submit_key=new_key(), text="Left, not right.", method="password"
    )


def refused(act, sentence: str) -> None:
    before = snapshot()
    with pytest.raises(NotAllowed, match=sentence):
        act()
    assert snapshot() == before


def test_answer_is_due_in_sixty_days_and_the_author_answers(signed, asked):
    assert asked.due_on == asked.received_on + timedelta(days=60)
    assert asked.clinician == signed.author
    assert AuditEvent.objects.filter(action="amendment.asked").count() == 1


def test_time_is_extended_once_by_thirty_days_with_a_reason(asked, admin):
    row = amendments.extend(asked, by=admin, because="The author is on leave.")

    assert row.due_on == row.received_on + timedelta(days=90)
    assert "The author is on leave." in letter_of(row)[1]
    refused(lambda: amendments.extend(row, by=admin, because="Again"), "extended once")


def test_time_that_ran_out_is_not_extended(signed, admin):
    row = ask(signed, admin, ago=61)

    refused(lambda: amendments.extend(row, by=admin, because="Late"), "sixty days ended")


def test_extension_needs_a_reason(asked, admin):
    refused(lambda: amendments.extend(asked, by=admin, because=" "), "Say why more time")


def test_accepted_request_is_linked_with_its_addendum(signed, asked, admin):
    addendum = addendum_to(signed)

    row = amendments.accept(
        asked, by=admin, explanation="The side is corrected.", addendum=addendum
    )

    assert (row.decision, row.addendum, row.decided_by) == ("accepted", addendum, admin)
    assert row.is_open
    letter = " ".join(letter_of(row))
    assert "We agree. The side is corrected." in letter
    assert f"{addendum.signature.name}, {addendum.signature.credential}" in letter


def test_acceptance_wants_an_addendum_that_answers_it(signed, admin):
    older = addendum_to(signed)
    row = ask(signed, admin)

    for addendum, sentence in ((None, "Write the addendum"), (older, "older than the request")):
        refused(
            lambda given=addendum: amendments.accept(
                row, by=admin, explanation="Done.", addendum=given
            ),
            sentence,
        )


def test_other_part_of_the_record_is_amended_without_an_addendum(signed, admin):
    row = amendments.receive(
        signed.visit.patient, by=admin, received_on=timezone.localdate(), asked_by="The patient",
        text="My birth date is wrong.",
    )  # fmt: skip

    accepted = amendments.accept(row, by=admin, explanation="The birth date is corrected.")

    assert (accepted.decision, accepted.addendum) == ("accepted", None)
    assert "The record now says so." in letter_of(accepted)


def test_denial_letter_says_all_that_the_rule_asks_for(denied):
    letter = " ".join(letter_of(denied))

    for part in (
        "Ground: The record is accurate and complete.", "The right one was treated.",
        "You may send us a statement that says why you disagree", "give it to the front desk",
        "you may ask us to give your request and this letter", "You may complain",
        denied.practice.name, "Secretary of Health and Human Services",
    ):  # fmt: skip
        assert part in letter


def test_denial_names_one_of_the_grounds_and_explains_it(asked, admin):
    refused(lambda: amendments.deny(asked, by=admin, ground="", explanation="No."), "the ground")
    refused(
        lambda: amendments.deny(asked, by=admin, ground="complete", explanation=" "), "plain words"
    )


def test_front_desk_receives_and_does_not_decide(signed, in_practice):
    desk = make_user(Role.OFFICE)
    row = ask(signed, desk)

    refused(
        lambda: amendments.deny(row, by=desk, ground="complete", explanation="No."),
        "therapist or an admin",
    )


def test_answer_is_given_once(denied, admin):
    refused(
        lambda: amendments.deny(denied, by=admin, ground="not_ours", explanation="No."),
        "was denied on",
    )
    refused(lambda: amendments.extend(denied, by=admin, because="More"), "was denied on")


def test_statement_and_rebuttal_are_kept_once_each(denied, admin):
    refused(lambda: amendments.rebut(denied, by=admin, text="But"), "no statement")

    amendments.state_disagreement(denied, by=admin, text="I was there.")
    row = amendments.rebut(denied, by=admin, text="So was the therapist.")

    assert (row.statement, row.rebuttal) == ("I was there.", "So was the therapist.")
    refused(lambda: amendments.state_disagreement(row, by=admin, text="Again"), "on file already")
    refused(lambda: amendments.rebut(row, by=admin, text="Again"), "on file already")


def test_statement_needs_a_denial(asked, admin):
    refused(
        lambda: amendments.state_disagreement(asked, by=admin, text="No"), "Only a denied request"
    )


@pytest.mark.parametrize("days", [-1, 1])
def test_patient_is_told_after_the_decision_and_not_in_the_future(denied, admin, days):
    day = timezone.localdate() + timedelta(days=days)

    refused(lambda: amendments.tell(denied, by=admin, on=day), "the day on which the letter")


def test_patient_is_told_of_an_answer_only(asked, admin):
    refused(lambda: amendments.tell(asked, by=admin, on=timezone.localdate()), "Answer the request")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"received_on": timezone.localdate() + timedelta(days=1)}, "still to come"),
        ({"text": "  "}, "Write what the patient wants"),
    ],
)
def test_request_that_makes_no_sense_is_refused(signed, admin, given, sentence):
    refused(lambda: ask(signed, admin, **given), sentence)


def test_note_of_another_patient_is_refused(signed, admin):
    other = make_patient()

    def of_another():
        amendments.receive(
            other, by=admin, received_on=timezone.localdate(), asked_by="x", text="y", note=signed
        )

    refused(of_another, "signed note of this patient")


def test_draft_is_changed_and_not_amended(draft, admin):
    refused(lambda: ask(draft, admin), "a draft can still be changed")


def test_who_answers_must_be_known(admin):
    stranger = make_patient()

    def of_nobodys():
        amendments.receive(
            stranger, by=admin, received_on=timezone.localdate(), asked_by="x", text="y"
        )

    refused(of_nobodys, "choose who answers")


def test_worklist_counts_down_until_the_patient_is_told(signed, admin):
    def waiting():
        items = items_for(admin, today=timezone.localdate())
        return [(i.level, i.text) for i in items if i.kind == "amendment"]

    row = ask(signed, admin, ago=10)
    early = waiting()
    late = ask(signed, admin, ago=55)
    both = waiting()
    for one in (row, late):
        amendments.deny(one, by=admin, ground="complete", explanation="It is right.")
    decided = waiting()
    for one in (row, late):
        amendments.tell(one, by=admin, on=timezone.localdate())

    due = f"{row.due_on:%m/%d/%Y}"
    assert early == [
        ("soon", f"Request to amend of {row.received_on:%m/%d}: the answer is due by {due}")
    ]
    assert [level for level, _ in both] == ["late", "soon"]
    assert {text[:17] for _, text in decided} == {"Tell the patient:"}
    assert waiting() == []


def test_request_is_in_the_patients_export_and_follows_a_merge(denied, admin, in_practice):
    amendments.state_disagreement(denied, by=admin, text="I was there.")
    kept = make_patient()
    [row] = rows_of(AmendmentRequest, in_practice, denied.patient)

    merge_patients(kept, denied.patient, by=admin)

    assert (row["decision"], row["statement"]) == ("denied", "I was there.")
    assert AmendmentRequest.objects.get().patient == kept


@pytest.mark.parametrize(
    "change",
    ["text = 'Another'", "received_on = '2020-01-01'", "explanation = 'Nicer'", "decision = ''"],
)
def test_database_keeps_what_was_asked_and_answered(denied, change):
    statement = f"UPDATE notes_amendmentrequest SET {change} WHERE id = {denied.pk}"

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM notes_amendmentrequest WHERE id = {denied.pk}")


# --- the pages ------------------------------------------------------------------------------------


def page_of(row: AmendmentRequest) -> str:
    return reverse("notes:amendment", args=[row.patient_id, row.pk])


def test_request_goes_its_way_through_the_pages(signed, admin):
    client = client_of(admin)
    patient = signed.visit.patient
    today = timezone.localdate().isoformat()

    made = client.post(
        reverse("notes:amendments", args=[patient.pk]),
        {"received_on": today, "asked_by": "Her son", "text": "The side.", "note": signed.pk},
    )
    row = AmendmentRequest.objects.get()
    client.post(page_of(row), {"act": "deny", "deny-ground": "complete", "deny-explanation": "No."})
    client.post(page_of(row), {"act": "tell", "tell-on": today})
    client.post(page_of(row), {"act": "disagree", "disagree-text": "Wrong."})
    client.post(page_of(row), {"act": "rebut", "rebut-text": "Right."})
    client.post(page_of(row), {"act": "letter"})

    row.refresh_from_db()
    page = client.get(page_of(row)).content.decode()
    assert made.headers["Location"] == page_of(row)
    assert (row.decision, row.statement, row.rebuttal) == ("denied", "Wrong.", "Right.")
    assert row.told_on is not None
    assert '<form class="panel-body"' not in page
    note = client_of(signed.author.user).get(reverse("notes:note", args=[signed.visit.public_id]))
    assert "Request to amend of" in note.content.decode()


def test_refusal_is_shown_where_it_was_sent(asked, admin):
    before = snapshot()

    answer = client_of(admin).post(page_of(asked), {"act": "accept", "accept-explanation": "Done."})

    assert answer.status_code == 422
    assert "Write the addendum in the note first" in answer.content.decode()
    assert "notes_amendmentrequest" not in changed(before, snapshot())


def test_stranger_finds_no_request(asked):
    assert client_of(make_clinician().user).get(page_of(asked)).status_code == 404
