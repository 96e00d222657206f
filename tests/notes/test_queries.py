"""Each page reads its rows in the same number of queries, however many there are."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.enums import Role
from notes.models import Note
from notes.queries import visits_on
from tests.conftest import client_of
from tests.factories import (
    DAY,
    make_authorization,
    make_block,
    make_clinician,
    make_episode,
    make_note,
    make_plan,
    make_procedure,
    make_user,
    make_visit,
)
from tests.notes.acts import sign


def queries(client: Client, url: str, **headers) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(url, headers=headers)
    assert response.status_code == 200
    # Once a minute a page also notes that the person is still there: no matter of the page.
    return sum(not q["sql"].startswith('UPDATE "clinic_signin"') for q in captured)


@pytest.fixture
def visit(in_practice):
    """A draft among others: one past visit, one block, one procedure, a plan, an authorization."""
    episode = make_episode()
    make_plan(episode)
    make_authorization(episode)
    earlier = make_visit(episode=episode, date=DAY - timedelta(days=20))
    make_block(make_note(earlier), "09:00", "09:15")
    visit = make_visit(episode=episode)
    note = make_note(visit)
    make_block(note, "09:00", "09:05")
    make_procedure(note, "CMT", regions=["lumbar_spine"])
    return visit


def five_minutes(n: int) -> tuple[str, str]:
    """The n-th five minutes after nine."""
    return f"09:{5 * n:02d}", f"09:{5 * n + 5:02d}"


def fill(visit, past: int = 10) -> None:
    """Many rows of each kind around the same visit."""
    note = Note.objects.get(visit=visit)
    for n in range(1, 8):
        make_block(
            note, f"09:{5 * n:02d}", f"09:{5 * n + 5:02d}", regions=["thoracic_spine", "head"]
        )
        make_procedure(note, "97161", regions=["cervical_spine"])
    for n in range(1, past + 1):
        day = visit.date - timedelta(days=n)
        earlier = make_note(make_visit(episode=visit.episode, date=day))
        make_block(earlier, "09:00", "09:15")


@pytest.mark.parametrize("role", [Role.THERAPIST, Role.ASSISTANT, Role.OFFICE])
def test_day_list_has_a_fixed_number_of_queries(visit, role):
    user = {
        Role.THERAPIST: lambda: visit.clinician.user,
        Role.ASSISTANT: lambda: make_clinician(is_assistant=True, supervisor=visit.clinician).user,
        Role.OFFICE: lambda: make_user(Role.OFFICE),
    }[role]()
    client, url = client_of(user), reverse("notes:day") + f"?on={DAY}"
    alone = queries(client, url)
    for _ in range(5):
        make_note(make_visit(episode=make_episode(clinician=visit.clinician)))
    make_visit(episode=make_episode(clinician=visit.clinician, coverage=None))

    assert queries(client, url) == alone
    assert len(visits_on(DAY, user=user)) == 7


@pytest.mark.parametrize("name", ["notes:chart", "notes:sign"])
@pytest.mark.parametrize("headers", [{}, {"hx-request": "true"}], ids=["page", "fragment"])
def test_charting_pages_have_a_fixed_number_of_queries(visit, name, headers):
    client, url = client_of(visit.clinician.user), reverse(name, args=[visit.public_id])
    client.get(url, headers=headers)  # the first look makes the key of the device's outbox
    few = queries(client, url, **headers)
    fill(visit)

    assert queries(client, url, **headers) == few


def test_charting_page_reads_nothing_twice(visit):
    client, url = client_of(visit.clinician.user), reverse("notes:chart", args=[visit.public_id])
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        client.get(url)

    reads = [row["sql"] for row in captured if row["sql"].startswith("SELECT")]
    reads = [sql for sql in reads if "pg_advisory" not in sql]  # takes the trail's turn
    twice = {sql for sql in reads if reads.count(sql) > 1}
    assert {sql for sql in twice if "clinic_auditevent" not in sql} == set()
    assert len(captured) <= 40


@pytest.mark.slow
def test_note_page_has_a_fixed_number_of_queries(in_practice, notes_only):
    counts = []
    for blocks in (1, 6):
        note = make_note()
        for n in range(blocks):
            make_block(note, *five_minutes(n))
        visit = sign(note).visit
        counts.append(
            queries(client_of(visit.clinician.user), reverse("notes:note", args=[visit.public_id]))
        )

    assert counts[0] == counts[1]


def test_vocabulary_page_has_a_fixed_number_of_queries(visit):
    client = client_of(make_user(Role.ADMIN))

    assert queries(client, reverse("notes:vocabulary")) <= 10


def test_day_list_is_in_order_of_time_and_keeps_to_its_day(in_practice):
    episode = make_episode()
    late = make_visit(
        episode=episode, starts_at=make_visit(episode=episode).starts_at + timedelta(hours=2)
    )
    make_visit(episode=episode, date=DAY + timedelta(days=1))

    listed = list(visits_on(DAY, user=episode.clinician.user))

    assert [visit.starts_at for visit in listed] == sorted(visit.starts_at for visit in listed)
    assert (len(listed), listed[-1]) == (2, late)
