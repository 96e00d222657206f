"""The schedule: booked once, moved, canceled, checked in; the feed tells nothing of a patient."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.errors import NotAllowed
from clinic.models import Location
from notes.enums import VisitStatus
from notes.models import Booking, CalendarFeed, Visit
from notes.services import schedule
from notes.services.schedule_feed import end_feed, icalendar, renew_feed, upcoming
from tests.factories import (
    DAY,
    at,
    make_clinician,
    make_episode,
    make_location,
    make_patient,
    make_visit,
)


@pytest.fixture
def episode(in_practice):
    make_location()
    return make_episode()


def slot(episode, clock="09:00", *, minutes=45, clinician=None, day=DAY):
    return schedule.Slot(
        clinician or episode.clinician, Location.objects.first(), at(clock, day), minutes
    )


def book(episode, *args, **given):
    say = given.pop("say_double", False)
    return schedule.book_visit(
        episode, slot(episode, *args, **given), by=episode.clinician.user, say_double=say
    )


def test_visit_is_booked_with_its_number_and_coverage(episode):
    first, second = book(episode), book(episode, "11:00")

    assert (first.date, first.coverage, first.status) == (DAY, episode.coverage, "scheduled")
    assert (first.number_in_episode, second.number_in_episode) == (1, 2)


@pytest.mark.parametrize("clock", ["08:30", "09:00", "09:44"])
def test_double_booking_is_refused_unless_said(episode, clock):
    other = make_episode(clinician=episode.clinician, patient=make_patient(last_name="Busy"))
    book(other)

    with pytest.raises(schedule.DoubleBooked) as refusal:
        book(episode, clock)
    assert str(refusal.value) == (
        f"{episode.clinician} has {other.patient} at 09:00 for 45 minutes: choose another time, "
        "or tick that you mean to double-book."
    )
    assert Visit.objects.count() == 1
    book(episode, clock, say_double=True)

    assert Booking.objects.filter(double_booked=True).count() == 1


@pytest.mark.parametrize("clock", ["08:15", "09:45"])
def test_visits_may_touch(episode, clock):
    book(make_episode(clinician=episode.clinician))

    book(episode, clock)

    assert Visit.objects.count() == 2


def test_patient_is_not_in_two_places(episode):
    other = make_episode(patient=episode.patient, clinician=make_clinician())
    book(other)

    with pytest.raises(schedule.DoubleBooked) as refusal:
        book(episode, "09:30")

    assert str(refusal.value).startswith(f"{episode.patient} has another visit at 09:00")
    assert Visit.objects.count() == 1


def test_canceled_visit_frees_its_time(episode):
    visit = book(episode)
    schedule.cancel_visit(visit, by=episode.clinician.user, because="Ill")

    again = book(episode)

    assert Booking.objects.get(visit=visit).canceled_because == "Ill"
    with pytest.raises(schedule.DoubleBooked):
        schedule.book_again(visit, by=episode.clinician.user)
    assert Visit.objects.get(pk=again.pk).status == VisitStatus.SCHEDULED


def test_visit_is_moved_with_its_date(episode):
    visit = book(episode)

    schedule.move_visit(
        visit, slot(episode, "14:00", day=DAY + timedelta(days=1)), by=episode.clinician.user
    )

    visit.refresh_from_db()
    assert (visit.date, visit.starts_at) == (
        DAY + timedelta(days=1), at("14:00", DAY + timedelta(days=1)),
    )  # fmt: skip


def test_moving_by_minutes_does_not_clash_with_itself(episode):
    visit = book(episode)

    schedule.move_visit(visit, slot(episode, "09:15"), by=episode.clinician.user)

    visit.refresh_from_db()
    assert visit.starts_at == at("09:15")


def test_patient_is_checked_in_once(episode):
    visit = book(episode)
    schedule.check_in(visit, by=episode.clinician.user)

    with pytest.raises(NotAllowed) as refusal:
        schedule.check_in(visit, by=episode.clinician.user)

    assert str(refusal.value) == "This visit is arrived and cannot be checked in."
    assert Visit.objects.get().status == VisitStatus.ARRIVED


def test_visit_to_come_is_no_no_show(episode):
    visit = book(episode, day=timezone.localdate() + timedelta(days=2))

    with pytest.raises(NotAllowed) as refusal:
        schedule.mark_no_show(visit, by=episode.clinician.user)

    assert str(refusal.value) == "The visit is still to come: cancel it instead."
    assert Visit.objects.get().status == VisitStatus.SCHEDULED


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"minutes": 2}, "A visit lasts from 5 minutes to 8 hours: correct its length."),
        ({"day": date(2026, 1, 5)},
         "The episode starts on 02/02/2026: book on that day or later."),
    ],
)  # fmt: skip
def test_impossible_visit_is_refused(episode, given, told):
    with pytest.raises(NotAllowed) as refusal:
        book(episode, **given)

    assert str(refusal.value) == told
    assert not Visit.objects.exists()


def test_charted_visit_is_not_moved(episode):
    visit = make_visit(episode=episode, status=VisitStatus.CHARTING)

    with pytest.raises(NotAllowed) as refusal:
        schedule.move_visit(visit, slot(episode, "14:00"), by=episode.clinician.user)

    assert str(refusal.value) == "This visit is charting and cannot be moved."


# --- the calendar feed --------------------------------------------------------------------


@pytest.fixture
def soon(episode):
    day = timezone.localdate() + timedelta(days=1)
    episode.patient.first_name, episode.patient.last_name = "Secret", "Person"
    episode.patient.save()
    return book(episode, day=day)


def test_feed_tells_when_and_where_and_nothing_of_the_patient(soon):
    text = icalendar(upcoming(soon.clinician.user), host="clinic.example", now=timezone.now())

    assert text.count("BEGIN:VEVENT") == 1
    assert "SUMMARY:Visit\r\n" in text
    for secret in ("Secret", "Person", soon.patient.record_number, soon.episode.title):
        assert secret not in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_address_answers_until_a_new_one_is_made(soon):
    user = soon.clinician.user
    first = renew_feed(user)
    second = renew_feed(user)
    client = Client()

    answers = [client.get(reverse("notes:calendar_feed", args=[t])) for t in (first, second, "no")]
    end_feed(user)
    ended = client.get(reverse("notes:calendar_feed", args=[second]))

    assert [a.status_code for a in answers] == [404, 200, 404]
    assert answers[1]["Content-Type"] == "text/calendar; charset=utf-8"
    assert ended.status_code == 404


def test_secret_of_the_address_is_not_stored_and_ends_with_the_account(soon):
    user = soon.clinician.user
    token = renew_feed(user)
    user.is_active = False
    user.save()

    assert token not in CalendarFeed.objects.get().token_sha256
    assert Client().get(reverse("notes:calendar_feed", args=[token])).status_code == 404
