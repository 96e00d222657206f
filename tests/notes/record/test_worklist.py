"""What waits for whom, each line one click from its field, in a fixed number of queries."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.services.worklist import worklist
from clinic.enums import Role
from notes.enums import VisitStatus
from notes.models import Booking, CosignRequest, Note
from notes.services.review import leave_remark
from notes.services.worklist import items_for, same_day_share
from tests.conftest import client_of
from tests.factories import (
    DAY,
    at,
    make_authorization,
    make_block,
    make_clinician,
    make_episode,
    make_note,
    make_plan,
    make_user,
    make_visit,
)
from tests.notes.acts import sign

TODAY = DAY + timedelta(days=1)


@pytest.fixture
def episode(in_practice):
    return make_episode(started_on=DAY - timedelta(days=10))


def said(user, kind, today=TODAY):
    return [(i.level, i.text) for i in items_for(user, today=today) if i.kind == kind]


def user_of(episode):
    return episode.clinician.user


def test_unsigned_note_is_told_by_its_age(episode):
    make_note(make_visit(episode=episode))

    assert said(user_of(episode), "unsigned", DAY) == [("soon", "Sign today's note")]
    assert said(user_of(episode), "unsigned", DAY + timedelta(days=3)) == [
        ("late", "Note of 03/02 is 3 days old")
    ]


def test_past_visit_without_a_note_is_told_unless_it_came_from_another_system(episode):
    make_visit(episode=episode)
    Booking.objects.create(visit=make_visit(episode=episode), source_id="J-1")

    assert len(said(user_of(episode), "unstarted")) == 1


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (7, []),
        (8, [("soon", "Treatment day 8 since the last progress report: due within 2 days of "
                      "treatment")]),
        (10, [("late", "Treatment day 10 since the last progress report: due now")]),
    ],
)  # fmt: skip
def test_progress_report_is_told_from_the_eighth_treatment_day(episode, days, told):
    for n in range(days):
        make_visit(episode=episode, date=DAY - timedelta(days=n), status=VisitStatus.SIGNED)

    assert said(user_of(episode), "report") == told


@pytest.mark.parametrize(
    ("plan", "today", "told"),
    [
        ({"sent_on": date(2026, 2, 21)}, date(2026, 2, 28), []),
        ({"sent_on": date(2026, 2, 21)}, date(2026, 3, 15),
         [("soon", "Plan not certified (sent 02/21): the signature is due by 03/22/2026")]),
        ({}, date(2026, 3, 23),
         [("late", "Plan not certified (not sent): the signature is due by 03/22/2026")]),
        ({"certified_on": date(2026, 2, 25), "ends_on": date(2026, 4, 1)}, date(2026, 3, 20),
         [("soon", "Certification ends on 04/01/2026")]),
        ({"certified_on": date(2026, 2, 25), "ends_on": date(2026, 4, 1)}, date(2026, 4, 2),
         [("late", "Certification ended on 04/01/2026")]),
    ],
)  # fmt: skip
def test_certification_is_told_in_time(episode, plan, today, told):
    make_plan(episode, **{"starts_on": episode.started_on} | plan)

    assert said(user_of(episode), "certification", today) == told


def test_authorization_is_told_when_few_visits_are_left(episode):
    make_authorization(episode, number="A-9", visits=3)
    for n in range(2):
        make_visit(episode=episode, date=DAY - timedelta(days=n), status=VisitStatus.SIGNED)

    assert said(user_of(episode), "authorization") == [
        ("soon", "Authorization A-9: 1 of 3 visits left, ends 04/30/2026")
    ]


def test_traction_visits_are_told_from_the_tenth(episode):
    for n in range(10):
        note = make_note(make_visit(episode=episode, date=DAY - timedelta(days=n)))
        make_block(note, "09:00", "09:10", technique="manual_traction")

    assert said(user_of(episode), "traction") == [
        ("soon", "10 visits with traction; many payers look at more than 12")
    ]


def test_co_signature_and_addendum_are_told_to_whom_they_wait_for(signed):
    supervisor = make_clinician()
    CosignRequest.objects.create(
        note=signed, supervisor=supervisor, because="Asked", asked_at=at("10:00")
    )
    leave_remark(signed, by=make_user(Role.ADMIN), text="Side?", asks_addendum=True)

    assert said(supervisor.user, "cosign") == [
        ("soon", f"Co-sign {signed.number} of {signed.author}: Asked")
    ]
    assert len(said(signed.author.user, "addendum")) == 1
    assert said(supervisor.user, "addendum") == []


def test_list_is_ones_own_and_the_desks_is_everybodys(episode):
    make_note(make_visit(episode=episode))
    other = make_clinician()

    assert items_for(other.user, today=TODAY) == []
    assert len(items_for(make_user(Role.OFFICE), today=TODAY)) == 1


def test_list_takes_the_same_queries_for_fifty_clinicians(in_practice):
    admin = make_user(Role.ADMIN)

    def fill(number):
        for _ in range(number):
            one = make_episode(started_on=DAY - timedelta(days=40))
            make_plan(one, starts_on=one.started_on)
            make_authorization(one, visits=1)
            make_note(make_visit(episode=one))

    fill(2)
    with CaptureQueriesContext(connection) as few:
        worklist(admin, today=TODAY)
    fill(48)
    with CaptureQueriesContext(connection) as many:
        items = worklist(admin, today=TODAY)

    assert len(many) == len(few)
    assert len({item.clinician_id for item in items}) == 50


def test_share_of_notes_signed_on_their_day(draft, notes_only):
    other = make_note(make_visit(episode=make_episode(coverage=None, clinician=draft.author)))
    make_block(other, "11:00", "11:15")
    sign(draft, at=at("18:00"))
    sign(other, at=at("18:00", DAY + timedelta(days=1)))
    mine = [draft.author_id]

    share = same_day_share(draft.practice, today=TODAY, mine=mine)

    assert share == (1, 2)
    assert Note.objects.filter(status="signed").count() == 2


def test_page_leads_to_the_field_and_the_bar_counts_what_is_late(episode):
    make_note(make_visit(episode=episode))
    client = client_of(user_of(episode))

    page = client.get(reverse("billing:worklist")).content.decode()
    count = client.get(reverse("billing:worklist_count")).content.decode()

    visit = episode.visits.get()
    assert reverse("notes:chart", args=[visit.public_id]) in page
    assert count == '1<span class="visually-hidden"> late</span>'
