"""The trail on screen: every filter, every order, pages without a seam, a safe file (T-U08)."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.models import AuditEvent
from clinic.scope import scope
from clinic.services import audit
from clinic.services.audit_search import BY_KEY, COLUMNS, Order, Question, ask, every
from tests.clinic.audit.tampering import write
from tests.factories import make_patient, make_user


@pytest.fixture
def people(in_practice):
    return make_user("admin", first_name="Ada", last_name="Min"), make_user("office")


def seqs(page) -> list[int]:
    return [event.seq for event in page.events]


def answers(question: Question, practice) -> list[int]:
    return seqs(ask(question, practice=practice, order=Order()))


def test_each_filter_narrows(in_practice, people):
    admin, office = people
    patient = make_patient()
    audit.record("note.viewed", actor=admin, subject=patient, patient_id=patient.pk)
    audit.record("note.signed", actor=office)
    audit.record("access.denied", actor=office)
    audit.record("session.opened", actor=admin)

    asked = {
        "who": answers(Question(who=office), in_practice),
        "kind": answers(Question(kind="looks"), in_practice),
        "signatures": answers(Question(kind="signatures"), in_practice),
        "refusals": answers(Question(kind="refusals"), in_practice),
        "sign-ins": answers(Question(kind="sign-ins"), in_practice),
        "patient": answers(Question(patient=patient), in_practice),
        "outcome": answers(Question(outcome="denied"), in_practice),
        "act": answers(Question(act="note."), in_practice),
        "on": answers(Question(on=f"clinic.patient {patient.pk}"), in_practice),
        "on a kind": answers(Question(on="clinic.pat"), in_practice),
        "nothing": answers(Question(ip="10.0.0.1"), in_practice),
    }

    assert asked == {
        "who": [3, 2], "kind": [1], "signatures": [2], "refusals": [3], "sign-ins": [4],
        "patient": [1], "outcome": [3], "act": [2, 1], "on": [1], "on a kind": [1], "nothing": [],
    }  # fmt: skip


def test_days_are_those_of_the_practice(in_practice, people, monkeypatch):
    """23:30 in New York is the next day in UTC."""
    late = timezone.now().astimezone(in_practice.zone).replace(hour=23, minute=30)
    monkeypatch.setattr(timezone, "now", lambda: late)
    write(people[0], 1)

    today, tomorrow = late.date(), late.date() + timedelta(days=1)
    assert answers(Question(first=today, last=today), in_practice) == [1]
    assert answers(Question(first=tomorrow), in_practice) == []


def test_events_of_a_merged_record_count_for_the_one_that_was_kept(in_practice, people):
    kept = make_patient()
    merged = make_patient(merged_into=kept)
    audit.record("patient.viewed", actor=people[0], patient_id=merged.pk)

    assert answers(Question(patient=kept), in_practice) == [1]


@pytest.mark.parametrize("down", [True, False], ids=["down", "up"])
@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.key)
def test_u08_pages_show_each_event_once_in_every_order(
    in_practice, people, column, down, monkeypatch
):
    """Many equal values and many empty ones: where a page by its last row can go wrong."""
    monkeypatch.setattr("clinic.services.audit_search.PAGE", 4)
    for place in range(23):
        audit.record(
            f"act.{place % 3}", actor=people[place % 2],
            patient_id=place % 5 + 1 if place % 4 else None,
            subject=people[0] if place % 2 else None,
            outcome=("done", "denied", "failed")[place % 3],
        )  # fmt: skip
    order, seen, after = Order(column, down), [], ""

    for _ in range(9):
        page = ask(Question(), practice=in_practice, order=order, after=after)
        seen += seqs(page)
        after = page.next
        if not after:
            break

    whole = [event.seq for event in every(Question(), practice=in_practice, order=order)]
    assert seen == whole
    assert sorted(seen) == list(range(1, 24))


@pytest.mark.parametrize("token", ["x", "x:y:z", "WzEsMl0:1:2", "'; DROP TABLE"])
def test_a_forged_place_begins_anew(in_practice, people, token):
    write(people[0], 2)

    assert seqs(ask(Question(), practice=in_practice, order=Order(), after=token)) == [2, 1]


def test_a_place_of_another_order_begins_anew(in_practice, people, monkeypatch):
    monkeypatch.setattr("clinic.services.audit_search.PAGE", 1)
    write(people[0], 3)
    place = ask(Question(), practice=in_practice, order=Order()).next

    page = ask(Question(), practice=in_practice, order=Order(BY_KEY["who"], False), after=place)

    assert seqs(page) == [1]


def test_record_numbers_are_posted_and_never_stand_in_an_address(client_for, practice):
    client = client_for("admin")
    with scope(practice):
        patient = make_patient(record_number="MRN-777")
        audit.record("patient.viewed", actor=client.user, patient_id=patient.pk)

    response = client.post(reverse("audit"), {"patient": "mrn-777", "kind": "looks"})
    shown = client.get(response["Location"])

    assert response["Location"] == f"{reverse('audit')}?kind=looks&chart={patient.pk}"
    assert shown.context["form"]["patient"].value() == "MRN-777"
    assert [event.action for event, _ in shown.context["rows"]] == ["patient.viewed"]


def test_an_unknown_record_number_is_said(client_for):
    response = client_for("admin").post(reverse("audit"), {"patient": "nobody"})

    assert response.status_code == 422
    assert response.context["form"].errors == {"patient": ["No patient has this record number."]}


def test_the_screen_asks_as_often_at_1_as_at_40_events(
    client_for, practice, django_assert_num_queries
):
    client = client_for("admin")
    client.get(reverse("audit"))
    with scope(practice):
        patient = make_patient()
        audit.record("patient.viewed", actor=client.user, patient_id=patient.pk)
    few = _queries(client)
    with scope(practice):
        for _ in range(40):
            audit.record("patient.viewed", actor=client.user, patient_id=make_patient().pk)

    assert _queries(client) == few


def _queries(client) -> int:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as caught:
        assert client.get(reverse("audit")).status_code == 200
    return len(caught)


FORMULAS = ("=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "＝1", " =1", "\ufeff=1")


def test_the_file_holds_every_event_and_no_formula(client_for, practice):
    client = client_for("admin")
    with scope(practice):
        for text in FORMULAS:
            person = make_user("office", first_name=text, last_name="")
            audit.record("note.viewed", actor=person)

    response = client.get(reverse("audit_csv") + "?sort=seq")
    rows = list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    with scope(practice):
        assert len(rows) == 1 + AuditEvent.objects.count()
    cells = [cell for row in rows[1:] for cell in row]
    live = ("=", "+", "-", "@", "\t", "\r", "＝")
    assert [cell for cell in cells if cell.lstrip(" \ufeff").startswith(live)] == []


def test_the_file_is_an_event_itself(client_for, practice):
    client = client_for("admin")

    client.get(reverse("audit_csv")).getvalue()

    with scope(practice):
        assert AuditEvent.objects.latest("seq").action == "audit.exported"


def test_detail_that_is_called_items_is_shown_like_any_other(admin_client):
    with scope(admin_client.user.practice):
        audit.record("worklist.viewed", actor=admin_client.user, items=7)

    page = admin_client.get(reverse("audit"))

    assert page.status_code == 200
    assert "<dt>items</dt><dd>7</dd>" in page.content.decode()
