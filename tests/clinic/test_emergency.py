"""T-Z09: who may break the glass, for how long, and who hears of it."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from clinic.enums import Role
from clinic.models import AuditEvent, EmergencyAccess, EmergencyHolder
from clinic.scope import scope
from clinic.services.emergency import LASTS, name_holder
from notes.models import Visit
from tests.conftest import client_of
from tests.factories import make_clinician, make_patient, make_user, make_visit

pytestmark = pytest.mark.django_db
WHY = "Fell in the waiting room, dizzy"


@pytest.fixture
def visit(practice) -> Visit:
    """Of a patient whom another therapist treats."""
    with scope(practice):
        return make_visit()


@pytest.fixture
def holder(practice):
    """A therapist who is named, signed in."""
    with scope(practice):
        user = make_clinician().user
        name_holder(user, by=make_user(Role.ADMIN, email="admin@north.example"))
    return client_of(user)


def ask(client, visit, **changed):
    patient = visit.patient
    form = {"last_name": patient.last_name, "born_on": patient.born_on, "reason": WHY}
    return client.post(reverse("emergency"), form | changed)


def status(client, visit) -> tuple[int, int]:
    """Of the patient's front page and of the visit's chart."""
    pages = (
        reverse("patient", args=[visit.patient_id]),
        reverse("notes:chart", args=[visit.public_id]),
    )
    return tuple(client.get(page).status_code for page in pages)


def events(practice) -> list[tuple]:
    with scope(practice):
        rows = AuditEvent.objects.filter(action__startswith="break_glass").order_by("pk")
        return [(row.action, row.outcome, row.patient_id, row.detail) for row in rows]


def test_glass_opens_one_chart_and_everybody_hears_of_it(
    practice, visit, holder, django_capture_on_commit_callbacks
):
    before = status(holder, visit)
    with django_capture_on_commit_callbacks(execute=True):
        answer = ask(holder, visit)

    assert (before, status(holder, visit)) == ((404, 404), (200, 200))
    assert answer["Location"] == reverse("patient", args=[visit.patient_id])
    assert events(practice)[-1] == (
        "break_glass.opened", "done", visit.patient_id,
        {"severity": "high", "reason": WHY, "minutes": 60},
    )  # fmt: skip
    [told] = mail.outbox
    assert told.to == ["admin@north.example"]
    assert visit.patient.last_name not in told.subject + told.body


def test_another_chart_stays_closed(practice, visit, holder):
    ask(holder, visit)
    with scope(practice):
        another = make_visit()

    assert status(holder, another) == (404, 404)


@pytest.mark.parametrize(("ago", "seen"), [(59, (200, 200)), (60, (404, 404))])
def test_glass_closes_after_sixty_minutes(practice, visit, holder, ago, seen):
    with scope(practice):
        began = timezone.now() - timedelta(minutes=ago)
        EmergencyAccess.objects.create(
            patient=visit.patient, user=holder.user, reason=WHY, began_at=began,
            ends_at=began + LASTS,
        )  # fmt: skip

    assert status(holder, visit) == seen


@pytest.mark.parametrize(
    "changed",
    [
        {"reason": ""},
        {"reason": "urgent"},
        {"last_name": "Somebody"},
        {"born_on": "1950-01-01"},
        {"born_on": ""},
    ],
)
def test_glass_wants_the_patient_and_a_reason(practice, visit, holder, changed):
    answer = ask(holder, visit, **changed)

    assert (answer.status_code, status(holder, visit)) == (422, (404, 404))
    with scope(practice):
        assert EmergencyAccess.objects.count() == 0


def test_two_patients_alike_are_not_guessed_between(practice, visit, holder):
    with scope(practice):
        make_patient(last_name=visit.patient.last_name, born_on=visit.patient.born_on)

    assert ask(holder, visit).status_code == 422


def test_nobody_but_the_named_group(practice, visit, therapist_client):
    """The refusal is recorded as severe; the chart stays closed."""
    page, answer = therapist_client.get(reverse("emergency")), ask(therapist_client, visit)

    assert (page.status_code, answer.status_code) == (403, 403)
    assert [event[:2] + event[3:] for event in events(practice)] == [
        ("break_glass_refused", "denied", {"severity": "high"})
    ] * 2
    assert status(therapist_client, visit) == (404, 404)


def test_person_of_another_practice_opens_nothing(other_practice, visit):
    with scope(other_practice):
        user = make_clinician().user
        name_holder(user, by=make_user(Role.ADMIN))
    client = client_of(user)

    assert (ask(client, visit).status_code, status(client, visit)) == (422, (404, 404))


def test_admin_names_and_strikes(practice, admin_client, therapist_client):
    url, user = reverse("emergency_holders"), therapist_client.user

    admin_client.post(url, {"user": user.pk})
    with scope(practice):
        row = EmergencyHolder.objects.get(user=user)
    named = therapist_client.get(reverse("emergency")).status_code
    admin_client.post(reverse("emergency_holder_strike", args=[row.pk]))

    assert (named, therapist_client.get(reverse("emergency")).status_code) == (200, 403)
    assert [event[0] for event in events(practice)][:2] == [
        "break_glass.named", "break_glass.struck",
    ]  # fmt: skip


def test_office_is_not_named(practice, admin_client):
    with scope(practice):
        office = make_user(Role.OFFICE)

    answer = admin_client.post(reverse("emergency_holders"), {"user": office.pk})

    with scope(practice):
        assert (answer.status_code, EmergencyHolder.objects.count()) == (422, 0)


def test_uses_are_kept(practice, visit, holder):
    ask(holder, visit)

    with scope(practice), pytest.raises(DatabaseError), transaction.atomic():
        EmergencyAccess.objects.update(reason="x")
