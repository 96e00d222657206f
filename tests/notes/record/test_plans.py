"""Plan of care, its certification, goals, progress reports, discharge."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from clinic.errors import NotAllowed
from notes.enums import VisitStatus
from notes.models import CertificationEvent, Goal, ProgressReport
from notes.services.episodes import (
    add_authorization,
    add_diagnosis,
    add_order,
    discharge,
    make_first,
    open_episode,
    remove_diagnosis,
    reopen,
)
from notes.services.goals import add_goal, open_goals, settle_goal
from notes.services.plans import add_plan, record_certification
from notes.services.plans_days import days_since_report, traction_visits
from notes.services.plans_progress import GoalProgress, sign_progress_report
from tests.factories import (
    make_block,
    make_clinician,
    make_episode,
    make_note,
    make_patient,
    make_plan,
    make_visit,
)

ON = date(2026, 2, 2)
GOAL = {"term": "long", "text": "Reach the upper shelf", "measure": "Shoulder flexion, left",
        "baseline": "95 degrees", "target": "150 degrees", "due_on": date(2026, 5, 1)}  # fmt: skip


@pytest.fixture
def episode(in_practice):
    return make_episode()


@pytest.fixture
def user(episode):
    return episode.clinician.user


def refusal_of(act, *args, **given) -> str:
    with pytest.raises(NotAllowed) as refusal:
        act(*args, **given)
    return str(refusal.value)


# --- goals --------------------------------------------------------------------------------


def test_goals_are_numbered_for_life(episode, user):
    first = add_goal(episode, by=user, on=ON, values=GOAL)
    settle_goal(first, by=user, state="dropped", on=ON)
    second = add_goal(episode, by=user, on=ON, values=GOAL | {"text": "Sleep on the left side"})

    assert (first.number, second.number) == (1, 2)


def test_number_of_a_goal_is_never_changed_or_freed(episode, user):
    goal = add_goal(episode, by=user, on=ON, values=GOAL)

    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        Goal.objects.filter(pk=goal.pk).update(number=7)
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        Goal.objects.filter(pk=goal.pk)._raw_delete("default")

    assert Goal.objects.get().number == 1


@pytest.mark.parametrize(
    ("given", "beginning"),
    [
        ({"target": "better"}, "Write the target so that it can be measured"),
        ({"baseline": "poor"}, "Write where it stands today so that it can be measured"),
        ({"target": "95 Degrees"}, "The target is what the patient has already"),
        ({"due_on": date(2026, 1, 1)}, "The goal is due before it is set"),
    ],
)
def test_goal_that_cannot_be_measured_is_refused(episode, user, given, beginning):
    told = refusal_of(add_goal, episode, by=user, on=ON, values=GOAL | given)

    assert told.startswith(beginning)
    assert not Goal.objects.exists()


def test_settled_goal_is_not_settled_again(episode, user):
    goal = add_goal(episode, by=user, on=ON, values=GOAL)
    settle_goal(goal, by=user, state="met", on=ON)

    told = refusal_of(settle_goal, goal, by=user, state="dropped", on=ON)

    assert told == "Goal 1 is settled: add a new goal with a number of its own."
    assert Goal.objects.get().state == "met"


def test_goals_stand_from_their_day_to_the_day_they_are_settled(episode, user):
    goal = add_goal(episode, by=user, on=ON, values=GOAL)
    settle_goal(goal, by=user, state="met", on=date(2026, 3, 1))

    standing = [len(open_goals(episode, day)) for day in (
        date(2026, 2, 1), ON, date(2026, 3, 1), date(2026, 3, 2),
    )]  # fmt: skip

    assert standing == [0, 1, 1, 0]


# --- certification ------------------------------------------------------------------------


def test_certification_is_sent_and_received_with_dates(episode, user):
    plan = make_plan(episode)
    record_certification(plan, by=user, kind="sent", on=ON, how="fax")
    record_certification(plan, by=user, kind="received", on=date(2026, 2, 9), provider_name="Dr. L")

    plan.refresh_from_db()
    assert (plan.sent_on, plan.certified_on) == (ON, date(2026, 2, 9))
    assert [event.kind for event in plan.events.all()] == ["sent", "received"]


def test_plan_returned_unsigned_is_not_certified(episode, user):
    plan = make_plan(episode, certified_on=ON)

    record_certification(plan, by=user, kind="returned", on=ON)

    plan.refresh_from_db()
    assert plan.certified_on is None


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"on": date(2026, 2, 1), "provider_name": "Dr. L"},
         "That is before the evaluation on 02/02/2026: a plan is certified after it. "
         "Correct the date."),
        ({"on": ON}, "Write who signed the plan."),
        ({"on": timezone.localdate() + timedelta(days=2), "provider_name": "Dr. L"},
         "That day is still to come: record it when it has happened."),
    ],
)  # fmt: skip
def test_certification_that_cannot_be_is_refused(episode, user, given, told):
    plan = make_plan(episode)

    assert refusal_of(record_certification, plan, by=user, kind="received", **given) == told
    plan.refresh_from_db()
    assert (plan.certified_on, CertificationEvent.objects.count()) == (None, 0)


def test_certification_lasts_ninety_days_or_as_long_as_the_plan(episode):
    long = make_plan(episode, starts_on=ON, ends_on=date(2026, 12, 31))
    short = make_plan(episode, starts_on=ON, ends_on=date(2026, 3, 1))

    assert (long.certified_to, short.certified_to) == (date(2026, 5, 2), date(2026, 3, 1))


def test_plan_does_not_start_before_the_evaluation(episode, user):
    values = {"starts_on": date(2026, 2, 1), "ends_on": ON, "frequency": "weekly"}

    assert refusal_of(add_plan, episode, by=user, values=values) == (
        "The plan starts before the evaluation on 02/02/2026: correct the plan's first day."
    )
    assert not episode.plans.exists()


# --- progress reports ---------------------------------------------------------------------


def treat(episode, *days: int, status=VisitStatus.SIGNED):
    return [make_visit(episode=episode, date=date(2026, 2, day), status=status) for day in days]


def report(episode, by, **given):
    defaults = {
        "submit_key": uuid.uuid4(), "on": date(2026, 2, 20), "summary": "Better",
        "continuing": "Grades must be progressed", "method": "password",
        "goals": [GoalProgress(1, "120 degrees")],
    }  # fmt: skip
    return sign_progress_report(episode, by=by, **defaults | given)


def test_treatment_days_count_days_and_not_visits_or_cancellations(episode):
    treat(episode, 3, 3, 5)
    treat(episode, 9, status=VisitStatus.CANCELED)

    assert days_since_report(episode, date(2026, 2, 28)) == 2


def test_report_starts_the_count_anew_and_settles_goals(episode, user):
    add_goal(episode, by=user, on=ON, values=GOAL)
    treat(episode, 3, 5, 10, 25)

    made = report(episode, user, goals=[GoalProgress(1, "151 degrees", "met")])

    assert (made.treatment_days, days_since_report(episode, date(2026, 2, 28))) == (3, 1)
    assert Goal.objects.get().state == "met"
    assert made.goals[0]["target"] == "150 degrees"


def test_same_report_sent_twice_is_signed_once(episode, user):
    add_goal(episode, by=user, on=ON, values=GOAL)
    key = uuid.uuid4()

    assert report(episode, user, submit_key=key) == report(episode, user, submit_key=key)
    assert ProgressReport.objects.count() == 1


def test_assistant_does_not_write_the_report(episode, user):
    add_goal(episode, by=user, on=ON, values=GOAL)
    assistant = make_clinician(is_assistant=True, supervisor=episode.clinician)

    assert refusal_of(report, episode, assistant.user) == (
        "The therapist writes the progress report, not an assistant or the desk."
    )
    assert not ProgressReport.objects.exists()


@pytest.mark.parametrize(
    ("goals", "told"),
    [([], "Write where goal 1 stands."), ([GoalProgress(2, "5")], "There is no open goal 2.")],
)
def test_report_tells_of_each_goal_and_no_other(episode, user, goals, told):
    add_goal(episode, by=user, on=ON, values=GOAL)

    assert refusal_of(report, episode, user, goals=goals) == told
    assert not ProgressReport.objects.exists()


def test_signed_report_is_not_changed(episode, user):
    add_goal(episode, by=user, on=ON, values=GOAL)
    made = report(episode, user)

    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        ProgressReport.objects.filter(pk=made.pk).update(summary="Other")

    assert ProgressReport.objects.get().summary == "Better"


def test_traction_visits_count_hand_and_device(episode):
    for day, technique in ((3, "manual_traction"), (5, "mechanical_traction"), (9, "stretching")):
        note = make_note(make_visit(episode=episode, date=date(2026, 2, day), status="charting"))
        make_block(note, "09:00", "09:15", technique=technique)

    assert traction_visits(episode, until=date(2026, 2, 28)) == 2


# --- the episode --------------------------------------------------------------------------


def test_diagnoses_keep_their_order_without_gaps(episode, user, icd):
    for code in ("M75.42", "M62.830"):
        add_diagnosis(episode, by=user, code=code, on=ON)
    make_first(episode.diagnoses.get(code="M62.830"), by=user)
    remove_diagnosis(episode.diagnoses.get(code="M54.2"), by=user)

    assert [(d.pointer, d.code) for d in episode.diagnoses.all()] == [
        ("A", "M62.830"), ("B", "M75.42"),
    ]  # fmt: skip


@pytest.fixture
def icd(db):
    from notes.services.diagnoses import load_starter_diagnoses  # noqa: PLC0415 once per test

    load_starter_diagnoses()


def test_expired_or_twice_given_diagnosis_is_refused(episode, user, icd):
    expired = refusal_of(add_diagnosis, episode, by=user, code="M54.5", on=ON)
    twice = refusal_of(add_diagnosis, episode, by=user, code="M54.2", on=ON)

    assert expired.startswith(("M54.5 is a header", "M54.5 ended"))
    assert twice == "M54.2 is in this episode already."
    assert episode.diagnoses.count() == 1


def test_discharge_waits_for_open_visits_and_closes_the_episode(episode, user):
    [visit] = treat(episode, 3, status=VisitStatus.SCHEDULED)
    given = {"on": date(2026, 3, 1), "reason": "goals_met", "summary": "Full range."}

    told = refusal_of(discharge, episode, by=user, **given)
    visit.status = VisitStatus.CANCELED
    visit.save()
    discharge(episode, by=user, **given)
    episode.refresh_from_db()

    assert told == "1 visit is still booked or unsigned: sign or cancel first."
    assert refusal_of(add_goal, episode, by=user, on=ON, values=GOAL) == (
        "This episode was closed on 03/01/2026: reopen it first."
    )
    reopen(episode, by=user)
    episode.refresh_from_db()
    assert (episode.discharged_on, episode.discharge_summary) == (None, "Full range.")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"onset_on": date(2026, 3, 1)},
         "The onset is after the start of care: correct one of the two dates."),
        ({"accident": "auto", "accident_on": ON},
         "Write the state in which the auto accident happened: claims need it."),
    ],
)  # fmt: skip
def test_episode_with_impossible_facts_is_refused(in_practice, given, told):
    patient, clinician = make_patient(), make_clinician()
    values = {"title": "Neck", "clinician": clinician, "started_on": ON} | given

    assert refusal_of(open_episode, patient, by=clinician.user, values=values) == told
    assert not patient.episodes.exists()


def test_order_and_authorization_need_dates_in_order(episode, user):
    order = {"provider_name": "Dr. L", "ordered_on": ON, "valid_to": date(2026, 1, 1)}
    grant = {"number": "A", "visits": 8, "starts_on": ON, "ends_on": date(2026, 1, 1)}
    empty = {"number": "A", "visits": None, "units": None, "starts_on": ON, "ends_on": ON}

    assert refusal_of(add_order, episode, by=user, values=order) == (
        "The order ends before it was given: correct one of the two dates."
    )
    assert refusal_of(add_authorization, episode, by=user, values=grant) == (
        "The authorization ends before it starts: correct one of the two dates."
    )
    assert refusal_of(add_authorization, episode, by=user, values=empty) == (
        "Write how many visits or units were granted."
    )
    assert (episode.orders.count(), episode.authorizations.count()) == (0, 0)
