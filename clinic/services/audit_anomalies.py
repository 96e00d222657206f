"""Looks that somebody should look into: own name, family, many charts, nights, break-glass.

Found anew each time from the trail; what is kept is only that somebody looked into one, and
what it was. An anomaly's key says the same thing each time.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Count, Max, Min, QuerySet
from django.db.models.functions import ExtractHour, TruncDate, TruncHour
from django.utils import timezone

from clinic.enums import Outcome
from clinic.errors import NotAllowed
from clinic.folding import fold
from clinic.models import AnomalyReview, AuditEvent, Patient, Practice, User
from clinic.services import audit
from clinic.services.audit_kinds import GLASS

CHARTS_AN_HOUR = 30
REFUSALS_A_DAY = 5
OPENS, CLOSES = 6, 21  # the hours of the practice's clock between which looking is usual

KINDS = {
    "own_name": "Chart of the same name",
    "family": "Same surname",
    "household": "Same address",
    "many_charts": "Many charts in an hour",
    "after_hours": "After hours",
    "refusals": "Many refusals",
    "glass": "Break-glass",
}


@dataclass(frozen=True, slots=True)
class Anomaly:
    kind: str
    key: str
    who: str
    words: str
    at: datetime
    patient: Patient | None = None
    review: AnomalyReview | None = None

    @property
    def label(self) -> str:
        return KINDS[self.kind]


def anomalies(practice: Practice, *, first: date, last: date) -> list[Anomaly]:
    """Of these days, the newest first, each with its review where there is one."""
    events = AuditEvent.objects.filter(
        at__gte=datetime.combine(first, time.min, tzinfo=practice.zone),
        at__lt=datetime.combine(last + timedelta(days=1), time.min, tzinfo=practice.zone),
        actor_id__isnull=False,
    )
    people = {user.pk: user for user in User.objects.filter(practice=practice)}
    found = [
        *_names(events, people, practice),
        *_many_charts(events, practice),
        *_after_hours(events, practice),
        *_refusals(events, practice),
        *_glass(events),
    ]
    reviews = AnomalyReview.objects.filter(key__in=[a.key for a in found])
    by_key = {row.key: row for row in reviews.select_related("reviewed_by")}
    return sorted(
        (_with(anomaly, by_key.get(anomaly.key)) for anomaly in found),
        key=lambda anomaly: anomaly.at,
        reverse=True,
    )


def _with(anomaly: Anomaly, review: AnomalyReview | None) -> Anomaly:
    return Anomaly(
        anomaly.kind, anomaly.key, anomaly.who, anomaly.words, anomaly.at, anomaly.patient, review
    )


def _names(
    events: QuerySet[AuditEvent], people: dict[int, User], practice: Practice
) -> Iterator[Anomaly]:
    """Somebody looked at a chart of their own name, of their surname, or of their household."""
    looks = (
        events.filter(patient_id__isnull=False)
        .values("actor_id", "actor_name", "patient_id", day=TruncDate("at", tzinfo=practice.zone))
        .annotate(at=Max("at"), times=Count("pk"))
        .order_by()
    )
    rows = list(looks)
    patients = Patient.objects.in_bulk({row["patient_id"] for row in rows})
    homes = _homes(people)
    for row in rows:
        user, patient = people.get(row["actor_id"]), patients.get(row["patient_id"])
        if user is None or patient is None:
            continue
        if kind := _nearness(user, patient, homes):
            times = "once" if row["times"] == 1 else f"{row['times']} times"
            yield Anomaly(
                kind,
                f"{kind}:{user.pk}:{patient.pk}:{row['day']}",
                row["actor_name"],
                f"Opened the chart of {patient} {times}.",
                row["at"],
                patient,
            )


def _homes(people: dict[int, User]) -> dict[int, set[str]]:
    """The addresses of those patients who carry the name of somebody who works here."""
    named = defaultdict(set)
    for patient in Patient.objects.filter(
        last_name__in={user.last_name for user in people.values()}
    ).exclude(street=""):
        named[_full(patient)].add(_home(patient))
    return {pk: named[_full(user)] for pk, user in people.items() if _full(user) in named}


def _nearness(user: User, patient: Patient, homes: dict[int, set[str]]) -> str:
    if _full(user) == _full(patient):
        return "own_name"
    if fold(user.last_name) == fold(patient.last_name) != "":
        return "family"
    return "household" if patient.street and _home(patient) in homes.get(user.pk, ()) else ""


def _full(person: User | Patient) -> str:
    return f"{fold(person.first_name)} {fold(person.last_name)}"


def _home(patient: Patient) -> str:
    return f"{fold(patient.street)} {patient.zip_code[:5]}"


def _many_charts(events: QuerySet[AuditEvent], practice: Practice) -> Iterator[Anomaly]:
    rows = (
        events.filter(patient_id__isnull=False)
        .values("actor_id", "actor_name", hour=TruncHour("at", tzinfo=practice.zone))
        .annotate(charts=Count("patient_id", distinct=True), at=Max("at"))
        .filter(charts__gt=CHARTS_AN_HOUR)
        .order_by()
    )
    for row in rows:
        yield Anomaly(
            "many_charts",
            f"many_charts:{row['actor_id']}:{row['hour']:%Y-%m-%dT%H}",
            row["actor_name"],
            f"{row['charts']} charts between {row['hour']:%H}:00 and {row['hour']:%H}:59.",
            row["at"],
        )


def _after_hours(events: QuerySet[AuditEvent], practice: Practice) -> Iterator[Anomaly]:
    rows = (
        events.filter(patient_id__isnull=False)
        .annotate(hour=ExtractHour("at", tzinfo=practice.zone))
        .exclude(hour__gte=OPENS, hour__lt=CLOSES)
        .values("actor_id", "actor_name", day=TruncDate("at", tzinfo=practice.zone))
        .annotate(charts=Count("patient_id", distinct=True), since=Min("at"), at=Max("at"))
        .order_by()
    )
    for row in rows:
        charts = "one chart" if row["charts"] == 1 else f"{row['charts']} charts"
        since, until = (f"{row[k].astimezone(practice.zone):%H:%M}" for k in ("since", "at"))
        span = f"at {since}" if since == until else f"from {since} to {until}"
        yield Anomaly(
            "after_hours",
            f"after_hours:{row['actor_id']}:{row['day']}",
            row["actor_name"],
            f"Looked at {charts} {span}.",
            row["at"],
        )


def _refusals(events: QuerySet[AuditEvent], practice: Practice) -> Iterator[Anomaly]:
    rows = (
        events.filter(outcome=Outcome.DENIED)
        .values("actor_id", "actor_name", day=TruncDate("at", tzinfo=practice.zone))
        .annotate(times=Count("pk"), at=Max("at"))
        .filter(times__gt=REFUSALS_A_DAY)
        .order_by()
    )
    for row in rows:
        yield Anomaly(
            "refusals",
            f"refusals:{row['actor_id']}:{row['day']}",
            row["actor_name"],
            f"Was refused {row['times']} times on one day.",
            row["at"],
        )


def _glass(events: QuerySet[AuditEvent]) -> Iterator[Anomaly]:
    rows = list(events.filter(GLASS.query()))
    patients = Patient.objects.in_bulk({row.patient_id for row in rows if row.patient_id})
    for row in rows:
        reason = row.detail.get("reason", "")
        yield Anomaly(
            "glass",
            f"glass:{row.seq}",
            row.actor_name,
            f"{row.action}: {reason}"[:300] if reason else row.action,
            row.at,
            patients.get(row.patient_id),
        )


@transaction.atomic
def review_anomaly(
    practice: Practice, *, key: str, first: date, last: date, reason: str, by: User
) -> AnomalyReview:
    """Say what it was. The first word about an anomaly stays."""
    anomaly = next((a for a in anomalies(practice, first=first, last=last) if a.key == key), None)
    if anomaly is None:
        raise NotAllowed("There is no such anomaly in these days: reload the page.")
    if anomaly.review is not None:
        raise NotAllowed(f"{anomaly.review.reviewed_by} has looked into it already.")
    row = AnomalyReview.objects.create(
        key=key,
        kind=anomaly.kind,
        words=f"{anomaly.who}: {anomaly.words}"[:300],
        reason=reason,
        reviewed_at=timezone.now(),
        reviewed_by=by,
    )
    audit.record(
        "anomaly.reviewed", actor=by, subject=row, kind=anomaly.kind,
        patient_id=anomaly.patient.pk if anomaly.patient else None,
    )  # fmt: skip
    return row
