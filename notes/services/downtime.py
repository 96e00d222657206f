"""The downtime packet: the day's patients on paper, for when no screen answers."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

import pikepdf
from django.db import transaction
from django.utils import timezone

from clinic.documents.pages import downtime
from clinic.documents.wording import day as worded
from clinic.models import Practice
from clinic.services import audit
from notes.enums import NoteStatus, VisitStatus
from notes.models import Note, Visit
from notes.printing import practice_part

SHORTEST_PASSWORD = 12
_NOT_COMING = (VisitStatus.CANCELED, VisitStatus.NO_SHOW)


@dataclass(frozen=True, slots=True)
class Printed:
    name: str
    content: bytes
    patients: int


@transaction.atomic
def make_packets(
    practice: Practice, *, day: date, now: datetime, password: str = ""
) -> tuple[Printed, ...]:
    """One PDF for each clinician and location with visits that day; each is recorded.

    With a password the file is encrypted (AES-256), to lie on a tablet or a stick.
    """
    made = tuple(_packets(practice, day, now, password))
    for packet in made:
        audit.record(
            "downtime.packet_made", actor=None, file=packet.name, patients=packet.patients
        )  # fmt: skip
    return made


def _packets(practice: Practice, day: date, now: datetime, password: str) -> Iterator[Printed]:
    visits = (
        Visit.objects.filter(date=day)
        .exclude(status__in=_NOT_COMING)
        .select_related("patient", "clinician", "location", "coverage__payer", "episode")
        .prefetch_related("episode__diagnoses", "episode__goal_rows", "episode__plans")
        .prefetch_related("patient__alerts")
        .order_by("clinician_id", "location_id", "starts_at", "pk")
    )
    local = timezone.localtime(now, practice.zone)
    for _, rows in groupby(visits, key=lambda visit: (visit.clinician_id, visit.location_id)):
        mine = list(rows)
        clinician, location = mine[0].clinician, mine[0].location
        content = downtime.packet(
            downtime.Packet(
                practice=practice_part(practice),
                clinician=str(clinician),
                location=location.name,
                day=worded(day),
                made=f"{local:%b} {local.day}, {local:%I:%M %p}",
                made_at=now,
                visits=tuple(_coming(visit, practice) for visit in mine),
            )
        )
        name = f"downtime-{day:%Y%m%d}-{clinician.pk}-{location.pk}.pdf"
        yield Printed(name, _locked(content, password), len(mine))


def _coming(visit: Visit, practice: Practice) -> downtime.Coming:
    patient = visit.patient
    starts = timezone.localtime(visit.starts_at, practice.zone)
    return downtime.Coming(
        when=f"{starts:%I:%M %p}".lstrip("0"),
        patient=str(patient),
        born=worded(patient.born_on),
        record_no=patient.record_number,
        phone=patient.phone,
        alert="; ".join(str(alert) for alert in patient.alerts.all() if alert.ended_on is None)
        or patient.alert,
        known=tuple((label, text) for label, text in _known(visit) if text),
    )


def _known(visit: Visit) -> Iterator[tuple[str, str]]:
    episode = visit.episode
    yield "Payer", visit.coverage.payer.name if visit.coverage else "Self-pay"
    yield "Diagnoses", "; ".join(f"{row.code} {row.title}" for row in episode.diagnoses.all())
    plans = [p for p in episode.plans.all() if p.starts_on <= visit.date <= p.ends_on]
    yield "Plan of care", "; ".join(f"{p.frequency} until {worded(p.ends_on)}" for p in plans)
    goals = [goal for goal in episode.goal_rows.all() if goal.state == "open"]
    yield "Goals", "; ".join(f"{goal.number}. {goal.text}" for goal in goals)
    last = _last_note(visit)
    if last is None:
        yield "Last visit", "none on record"
        return
    yield "Last visit", worded(last.visit.date)
    blocks = last.blocks.select_related("technique").order_by("starts_at")
    yield "Then", "; ".join(f"{block.technique} {block.minutes} min" for block in blocks)
    yield "Plan then", last.plan


def _last_note(visit: Visit) -> Note | None:
    return (
        Note.objects.filter(visit__episode=visit.episode, visit__date__lt=visit.date)
        .exclude(status=NoteStatus.DRAFT)
        .select_related("visit")
        .order_by("-visit__date", "-visit__starts_at")
        .first()
    )


def _locked(content: bytes, password: str) -> bytes:
    if not password:
        return content
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(user=password, owner=password, R=6))
    return out.getvalue()
