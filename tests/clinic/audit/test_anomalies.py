"""Looks that stand out, and the review of each."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.errors import NotAllowed
from clinic.models import AnomalyReview, AuditEvent
from clinic.scope import scope
from clinic.services import audit
from clinic.services.audit_anomalies import CHARTS_AN_HOUR, anomalies, review_anomaly
from tests.factories import make_patient, make_user
from tests.snapshot import snapshot

NOON = datetime(2026, 11, 20, 17, 0, tzinfo=timezone.get_fixed_timezone(0))  # noon in New York


@pytest.fixture
def clock(monkeypatch):
    """Set the time at which events are written."""

    def at(moment: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    at(NOON)
    return at


@pytest.fixture
def ruth(in_practice):
    return make_user("office", first_name="Ruth", last_name="Ödegaard")


def found(practice) -> list[tuple[str, str]]:
    day = NOON.date()
    return [(a.kind, a.words) for a in anomalies(practice, first=day, last=day)]


def look(user, patient) -> None:
    audit.record("patient.viewed", actor=user, subject=patient, patient_id=patient.pk)


def test_an_ordinary_look_does_not_stand_out(in_practice, clock, ruth):
    look(ruth, make_patient())

    assert found(in_practice) == []


def test_own_name_family_and_household_stand_out(in_practice, clock, ruth):
    home = {"street": "12 Elm Street", "zip_code": "10001-0001"}
    own = make_patient(first_name="ruth", last_name="Odegaard", **home)
    family = make_patient(first_name="Ida", last_name="Ödegaard")
    household = make_patient(
        first_name="Jo", last_name="Else", street="12 elm street", zip_code="10001"
    )
    make_patient(first_name="Ruth", last_name="Ödegaard", **home)
    for patient in (own, family, household, household):
        look(ruth, patient)

    assert sorted(found(in_practice)) == sorted(
        [
            ("own_name", f"Opened the chart of {own} once."),
            ("family", f"Opened the chart of {family} once."),
            ("household", f"Opened the chart of {household} 2 times."),
        ]
    )


def test_many_charts_in_an_hour_stand_out(in_practice, clock, ruth):
    patients = [make_patient() for _ in range(CHARTS_AN_HOUR + 1)]
    for patient in patients[:-1]:
        look(ruth, patient)
        look(ruth, patient)
    assert found(in_practice) == []

    look(ruth, patients[-1])

    words = f"{CHARTS_AN_HOUR + 1} charts between 12:00 and 12:59."
    assert found(in_practice) == [("many_charts", words)]


@pytest.mark.parametrize(
    ("hours", "stands_out"), [(-7, True), (-6, False), (8, False), (9, True)],
    ids=["05:00", "06:00", "20:00", "21:00"],
)  # fmt: skip
def test_looks_after_hours_stand_out_by_the_practices_clock(
    in_practice, clock, ruth, hours, stands_out
):
    clock(NOON + timedelta(hours=hours))
    look(ruth, make_patient())

    assert [kind for kind, _ in found(in_practice)] == ["after_hours"] * stands_out


def test_refusals_and_break_glass_stand_out(in_practice, clock, ruth):
    patient = make_patient()
    for _ in range(6):
        audit.record("access.denied", actor=ruth)
    audit.record("break_glass.opened", actor=ruth, patient_id=patient.pk, reason="Fainted here")

    assert sorted(found(in_practice)) == [
        ("glass", "break_glass.opened: Fainted here"),
        ("refusals", "Was refused 6 times on one day."),
    ]


def test_other_practices_and_other_days_are_left_out(in_practice, other_practice, clock, ruth):
    with scope(other_practice):
        other = make_user("office", first_name="A", last_name="B")
        look(other, make_patient(first_name="A", last_name="B"))
    clock(NOON - timedelta(days=1))
    look(ruth, make_patient(first_name="Ruth", last_name="Ödegaard"))

    assert found(in_practice) == []


def test_a_review_is_kept_once_and_recorded(in_practice, clock, ruth):
    admin = make_user("admin")
    look(ruth, make_patient(first_name="Ruth", last_name="Ödegaard"))
    day = NOON.date()
    key = anomalies(in_practice, first=day, last=day)[0].key
    span = {"key": key, "first": day, "last": day, "by": admin}

    review = review_anomaly(in_practice, reason="She is a patient here.", **span)

    assert anomalies(in_practice, first=day, last=day)[0].review == review
    assert AuditEvent.objects.latest("seq").action == "anomaly.reviewed"
    before = snapshot()
    with pytest.raises(NotAllowed, match="has looked into it already"):
        review_anomaly(in_practice, reason="Another word of mine", **span)
    with pytest.raises(NotAllowed, match="There is no such anomaly"):
        review_anomaly(in_practice, reason="Nothing to see", **span | {"key": "glass:99"})
    assert snapshot() == before


def test_the_page_shows_it_and_takes_the_review(client_for, practice):
    client = client_for("admin")
    with scope(practice):
        ruth = make_user("office", first_name="Ruth", last_name="Bell")
        look(ruth, make_patient(first_name="Ruth", last_name="Bell"))
    shown = client.get(reverse("audit_anomalies"))
    key = next(a.key for a in shown.context["open"] if a.kind == "own_name")

    short = client.post(reverse("audit_review"), {"key": key, "reason": "ok"}, follow=True)
    kept = _reviews(practice)
    done = client.post(
        reverse("audit_review"), {"key": key, "reason": "Looked at her own bill."}, follow=True
    )

    assert [str(m) for m in short.context["messages"]] == [
        "Say what it was, in at least ten characters."
    ]
    assert (kept, _reviews(practice)) == (0, 1)
    assert [a.review.reason for a in done.context["reviewed"]] == ["Looked at her own bill."]


def _reviews(practice) -> int:
    with scope(practice):
        return AnomalyReview.objects.count()
