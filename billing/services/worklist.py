"""The worklist: what the record says waits, and who nears the year's threshold."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from billing.services.accrual import (
    Forecast,
    accrued,
    forecast,
    group_of,
    limits_of,
    payers_with_threshold,
)
from billing.services.fees import dollars
from clinic.models import User
from notes.models import EpisodeOfCare
from notes.services.worklist import Item, items_for, people_of

NEAR = 80  # percent of the threshold


def worklist(user: User, *, today: date) -> list[Item]:
    """Everything that waits for this person, the late things first."""
    items = [*items_for(user, today=today), *thresholds(user, today)]
    return sorted(items, key=lambda item: item.order)


def thresholds(user: User, today: date) -> Iterator[Item]:
    """Patients at four fifths of the KX threshold or above, with the visits that are left."""
    mine = people_of(user).values("pk")
    episodes = list(
        EpisodeOfCare.objects.filter(
            clinician__in=mine,
            discharged_on=None,
            coverage__payer__in=payers_with_threshold(),
        ).select_related("patient", "clinician")
    )
    found = accrued({episode.patient_id for episode in episodes}, until=today)
    limits = limits_of(today.year)
    for episode in episodes:
        group = group_of(episode.clinician.discipline)
        row = found.get((episode.patient_id, group))
        if row is None or group not in limits:
            continue
        ahead = forecast(row, limits[group], today=today)
        if ahead.share < NEAR:
            continue
        yield Item(
            kind="threshold",
            clinician_id=episode.clinician_id,
            patient=str(episode.patient),
            record_number=episode.patient.record_number,
            text=_words(ahead),
            url=reverse("notes:episode", args=[episode.pk]),
            level="late" if ahead.visits_left == 0 else "soon",
            day=ahead.about or today,
        )


def _words(ahead: Forecast) -> str:
    said = f"{dollars(ahead.cents)} of {dollars(ahead.limit)} accrued"
    if ahead.visits_left == 0:
        return f"{said}: lines carry KX, and the note says why care goes on"
    left = f", about {ahead.visits_left} more visits" if ahead.visits_left else ""
    when = f", near {ahead.about:%m/%d}" if ahead.about else ""
    return f"{said}{left}{when}: then lines carry KX"
