"""The clock of a Good Faith Estimate starts when a visit is booked."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from billing.services.estimates import issue_estimate
from billing.services.estimates_due import Due, due_of, estimates_due, usual_units
from clinic.enums import Network
from clinic.models import Location
from notes.models import Booking
from notes.services import schedule
from tests.billing.desk_making import make_course, make_signed
from tests.factories import DAY, make_location

pytestmark = pytest.mark.django_db

BOOKED = date(2026, 3, 2)  # a Monday


@pytest.fixture
def course(in_practice):
    make_location()
    return make_course(network=None)


def book(course, day: date, *, by, booked_on: date = BOOKED):
    starts_at = datetime(day.year, day.month, day.day, 9, tzinfo=course.practice.zone)
    slot = schedule.Slot(course.clinician, Location.objects.first(), starts_at, 45)
    visit = schedule.book_visit(course, slot, by=by, say_double=True)
    Booking.objects.filter(visit=visit).update(booked_on=booked_on)
    return visit


def test_booking_keeps_its_day(course, office):
    starts_at = datetime(2026, 3, 16, 9, tzinfo=course.practice.zone)
    slot = schedule.Slot(course.clinician, Location.objects.first(), starts_at, 45)
    before = datetime.now(course.practice.zone).date()

    visit = schedule.book_visit(course, slot, by=office)

    assert before <= visit.booking.booked_on <= datetime.now(course.practice.zone).date()


@pytest.mark.parametrize(
    ("first", "by"),
    [
        (date(2026, 3, 16), date(2026, 3, 5)),
        (date(2026, 3, 13), date(2026, 3, 3)),
        (date(2026, 3, 5), date(2026, 3, 3)),
    ],
)
def test_booked_visit_of_a_patient_without_a_plan_owes_an_estimate(course, office, first, by):
    book(course, first, by=office)

    assert estimates_due(BOOKED) == [Due(course, BOOKED, first, by)]
    assert due_of(course, BOOKED) == estimates_due(BOOKED)[0]
    assert (estimates_due(BOOKED)[0].is_late(by), estimates_due(BOOKED)[0].is_late(
        by + timedelta(days=1))) == (False, True)  # fmt: skip


def test_booked_at_short_notice_owes_none(course, office):
    book(course, date(2026, 3, 4), by=office)

    assert estimates_due(BOOKED) == []


@pytest.mark.parametrize("network", [Network.IN, Network.OUT])
def test_patient_with_a_plan_is_owed_none(in_practice, office, network):
    make_location()
    book(make_course(network=network), date(2026, 3, 16), by=office)

    assert estimates_due(BOOKED) == []


def test_self_pay_coverage_is_owed_one(in_practice, office):
    make_location()
    course = make_course(network=Network.SELF_PAY)
    book(course, date(2026, 3, 16), by=office)

    assert [due.episode for due in estimates_due(BOOKED)] == [course]


def test_earliest_deadline_of_several_bookings_counts(course, office):
    book(course, date(2026, 3, 6), by=office)
    book(course, date(2026, 3, 20), by=office)

    assert [(due.first_service_on, due.by) for due in estimates_due(BOOKED)] == [
        (date(2026, 3, 6), date(2026, 3, 3)),
    ]


def test_canceled_visit_owes_none(course, office):
    visit = book(course, date(2026, 3, 16), by=office)

    schedule.cancel_visit(visit, because="Patient is traveling", by=office)

    assert estimates_due(BOOKED) == []


@pytest.mark.slow
def test_estimate_given_settles_what_is_due_and_the_usual_codes_are_offered(in_practice, office):
    course = make_course(network=None)
    make_signed(episode=course)
    book(course, DAY + timedelta(days=30), by=office, booked_on=DAY)
    assert [due.episode for due in estimates_due(DAY)] == [course]
    assert usual_units(course) == {"97140": 1, "97110": 1}

    issue_estimate(
        course, units=usual_units(course), first_service_on=DAY + timedelta(days=30),
        scheduled_on=DAY, asked_on=None, by=office,
    )  # fmt: skip

    assert estimates_due(DAY) == []


@pytest.mark.slow
def test_page_lists_what_is_due_with_its_deadline(course, office_client):
    soon = timezone.localdate() + timedelta(days=40)
    book(course, soon, by=office_client.user, booked_on=timezone.localdate())

    page = office_client.get("/billing/estimates/").content.decode()
    account = office_client.get(f"/billing/accounts/{course.patient_id}/").content.decode()

    due = due_of(course, timezone.localdate())
    words = f"{due.by:%b} {due.by.day}, {due.by.year}"
    assert words in page
    assert f"#estimate-{course.pk}" in page
    assert f"Due by {words}" in account
