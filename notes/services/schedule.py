"""Booking, moving, canceling and checking in visits; no double-booking without saying so."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from clinic.errors import NotAllowed
from clinic.models import Clinician, Location, User
from clinic.services import audit
from clinic.services.edit_conflicts import check_seen
from notes.enums import VisitStatus
from notes.models import Booking, EpisodeOfCare, Visit
from notes.services.episodes import check_open

GONE = (VisitStatus.CANCELED, VisitStatus.NO_SHOW)
LONGEST = 8 * 60
MAY_MOVE = (VisitStatus.SCHEDULED, VisitStatus.ARRIVED)
SHOWN = ("clinician", "location", "starts_at", "booked_minutes", "status")
_MEANWHILE = (
    "Somebody else changed this visit meanwhile. Nothing was done: look at what is booked now, "
    "then choose again."
)


class DoubleBooked(NotAllowed):
    """The time is taken. Book all the same by saying so."""


@dataclass(frozen=True, slots=True)
class Slot:
    clinician: Clinician
    location: Location
    starts_at: datetime
    minutes: int

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


@transaction.atomic
def book_visit(
    episode: EpisodeOfCare, slot: Slot, *, by: User, say_double: bool = False, remark: str = ""
) -> Visit:
    """A visit of an open episode at that time. Raises DoubleBooked unless it is said."""
    check_open(episode)
    _check_slot(episode, slot)
    taken = _taken(episode.patient_id, slot)
    if taken and not say_double:
        raise DoubleBooked(taken)
    last = episode.visits.aggregate(last=Max("number_in_episode"))["last"] or 0
    visit = Visit.objects.create(
        episode=episode,
        patient_id=episode.patient_id,
        clinician=slot.clinician,
        location=slot.location,
        coverage=episode.coverage,
        date=slot.starts_at.astimezone(slot.clinician.practice.zone).date(),
        starts_at=slot.starts_at,
        booked_minutes=slot.minutes,
        number_in_episode=last + 1,
    )
    Booking.objects.create(
        visit=visit,
        double_booked=bool(taken),
        booked_on=timezone.localdate(timezone=slot.clinician.practice.zone),
        remark=remark,
    )
    _record("visit.booked", visit, by, double=bool(taken))
    return visit


def _check_slot(episode: EpisodeOfCare, slot: Slot) -> None:
    if not 5 <= slot.minutes <= LONGEST:
        raise NotAllowed("A visit lasts from 5 minutes to 8 hours: correct its length.")
    if slot.starts_at.astimezone(slot.clinician.practice.zone).date() < episode.started_on:
        raise NotAllowed(
            f"The episode starts on {episode.started_on:%m/%d/%Y}: book on that day or later."
        )


def _taken(patient_id: int, slot: Slot, but: int | None = None) -> str:
    """Whose time it is already, in words; empty where it is free."""
    near = Visit.objects.filter(
        starts_at__lt=slot.ends_at, starts_at__gt=slot.starts_at - timedelta(minutes=LONGEST)
    )
    near = near.exclude(status__in=GONE).exclude(pk=but).select_related("patient", "practice")
    for visit in near:
        if visit.starts_at + timedelta(minutes=visit.booked_minutes) <= slot.starts_at:
            continue
        at = visit.starts_at.astimezone(visit.practice.zone)
        if visit.clinician_id == slot.clinician.pk:
            return (
                f"{slot.clinician} has {visit.patient} at {at:%H:%M} for {visit.booked_minutes} "
                "minutes: choose another time, or tick that you mean to double-book."
            )
        if visit.patient_id == patient_id:
            return (
                f"{visit.patient} has another visit at {at:%H:%M}: choose another time, or tick "
                "that you mean to double-book."
            )
    return ""


@transaction.atomic
def move_visit(
    visit: Visit, slot: Slot, *, by: User, say_double: bool = False, seen: str | None = None
) -> Visit:
    """Another time, clinician or place. Not once it is charted.

    Like its neighbors it raises Conflict when ``seen`` is not the visit's fingerprint.
    """
    visit = _locked(visit, MAY_MOVE, "moved", seen)
    _check_slot(visit.episode, slot)
    taken = _taken(visit.patient_id, slot, but=visit.pk)
    if taken and not say_double:
        raise DoubleBooked(taken)
    was = visit.starts_at
    visit.clinician, visit.location = slot.clinician, slot.location
    visit.starts_at, visit.booked_minutes = slot.starts_at, slot.minutes
    visit.date = slot.starts_at.astimezone(slot.clinician.practice.zone).date()
    visit.save(update_fields=["clinician", "location", "starts_at", "booked_minutes", "date"])
    _booking(visit, double_booked=bool(taken))
    _record("visit.moved", visit, by, was=was.isoformat(), double=bool(taken))
    return visit


@transaction.atomic
def cancel_visit(visit: Visit, *, by: User, because: str, seen: str | None = None) -> Visit:
    visit = _locked(visit, MAY_MOVE, "canceled", seen)
    _set(visit, VisitStatus.CANCELED)
    _booking(visit, canceled_because=because.strip())
    _record("visit.canceled", visit, by)
    return visit


@transaction.atomic
def mark_no_show(visit: Visit, *, by: User, seen: str | None = None) -> Visit:
    visit = _locked(visit, (VisitStatus.SCHEDULED,), "marked as no-show", seen)
    if visit.starts_at > timezone.now():
        raise NotAllowed("The visit is still to come: cancel it instead.")
    _set(visit, VisitStatus.NO_SHOW)
    _record("visit.no_show", visit, by)
    return visit


@transaction.atomic
def check_in(visit: Visit, *, by: User, seen: str | None = None) -> Visit:
    visit = _locked(visit, (VisitStatus.SCHEDULED,), "checked in", seen)
    _set(visit, VisitStatus.ARRIVED)
    _booking(visit, checked_in_at=timezone.now())
    _record("visit.checked_in", visit, by)
    return visit


@transaction.atomic
def book_again(visit: Visit, *, by: User, seen: str | None = None) -> Visit:
    """A visit that was canceled or missed by mistake is expected again."""
    visit = _locked(visit, GONE, "put back", seen)
    slot = Slot(visit.clinician, visit.location, visit.starts_at, visit.booked_minutes)
    if taken := _taken(visit.patient_id, slot, but=visit.pk):
        raise DoubleBooked(taken)
    _set(visit, VisitStatus.SCHEDULED)
    _booking(visit, canceled_because="")
    _record("visit.put_back", visit, by)
    return visit


def _locked(visit: Visit, allowed: tuple[str, ...], what: str, seen: str | None) -> Visit:
    row = Visit.objects.select_for_update().select_related(None).get(pk=visit.pk)
    if row.status not in allowed:
        raise NotAllowed(f"This visit is {row.get_status_display().lower()} and cannot be {what}.")
    check_seen(row, SHOWN, seen, says=_MEANWHILE)
    return row


def _set(visit: Visit, status: str) -> None:
    visit.status = status
    visit.save(update_fields=["status"])


def _booking(visit: Visit, **values: Any) -> None:
    Booking.objects.update_or_create(visit=visit, defaults=values)


def _record(action: str, visit: Visit, by: User, **detail: Any) -> None:
    audit.record(action, actor=by, subject=visit, patient_id=visit.patient_id, **detail)
