"""Which patients are owed a Good Faith Estimate, and by when: the clock starts at booking.

Owed to who pays without a plan. Who is in or out of network and files a claim is owed none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from billing.models import ChargeSet, GoodFaithEstimate
from billing.services.estimates import LONGEST, due_on
from clinic.enums import Network
from notes.enums import VisitStatus
from notes.models import EpisodeOfCare, Visit

WITHOUT_PLAN = Q(coverage=None) | Q(coverage__network=Network.SELF_PAY)


@dataclass(frozen=True, slots=True)
class Due:
    """An estimate that booking obliges to, and nobody has issued yet."""

    episode: EpisodeOfCare
    booked_on: date
    first_service_on: date
    by: date

    def is_late(self, today: date) -> bool:
        return today > self.by


def estimates_due(today: date) -> list[Due]:
    """The most urgent first."""
    visits = _booked(today).filter(WITHOUT_PLAN)
    return sorted(_owed(visits), key=lambda due: (due.by, due.episode.pk))


def due_of(episode: EpisodeOfCare, today: date) -> Due | None:
    visits = _booked(today).filter(WITHOUT_PLAN, episode=episode)
    return next(iter(_owed(visits)), None)


def _booked(today: date):
    return (
        Visit.objects.filter(status=VisitStatus.SCHEDULED, date__gte=today)
        .exclude(booking__booked_on=None)
        .select_related("booking", "episode__patient", "episode__clinician")
        .order_by("date", "starts_at", "pk")
    )


def _owed(visits: Iterable[Visit]) -> list[Due]:
    """One for each episode: the booking with the earliest deadline counts."""
    visits = list(visits)
    covered = dict(
        GoodFaithEstimate.objects.filter(
            episode__in={visit.episode_id for visit in visits}, replaced_by=None
        ).values_list("episode", "first_service_on")
    )
    found: dict[int, Due] = {}
    for visit in visits:
        since = covered.get(visit.episode_id)
        if since is not None and visit.date - since <= LONGEST:
            continue
        booked_on = visit.booking.booked_on
        by = due_on(scheduled_on=booked_on, asked_on=None, service_on=visit.date)
        earlier = found.get(visit.episode_id)
        if by is not None and (earlier is None or by < earlier.by):
            found[visit.episode_id] = Due(visit.episode, booked_on, visit.date, by)
    return list(found.values())


def usual_units(episode: EpisodeOfCare) -> dict[str, int]:
    """Codes and units of the last signed visit: what the next one will probably be."""
    last = ChargeSet.objects.filter(note__visit__episode=episode).order_by("-pk").first()
    return {line.code: line.units for line in last.lines.order_by("position")} if last else {}
