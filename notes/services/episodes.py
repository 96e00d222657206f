"""Opening, changing and closing an episode; its diagnoses, orders and authorizations."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Max

from clinic.errors import NotAllowed
from clinic.models import Clinician, Patient, User
from clinic.services import audit
from clinic.services.edit_conflicts import check_seen
from clinic.services.patients import check_not_merged
from notes.models import (
    Authorization,
    DiagnosisFavorite,
    EpisodeDiagnosis,
    EpisodeOfCare,
    Lymphedema,
    Order,
)
from notes.services.diagnoses import check_billable

MOST_DIAGNOSES = 12


@transaction.atomic
def open_episode(patient: Patient, *, by: User, values: Mapping[str, Any]) -> EpisodeOfCare:
    """A new problem of a patient."""
    check_not_merged(patient)
    _check_dates(values)
    episode = EpisodeOfCare.objects.create(patient=patient, **values)
    audit.record("episode.opened", actor=by, subject=episode, patient_id=patient.pk)
    return episode


@transaction.atomic
def change_episode(
    episode: EpisodeOfCare, *, by: User, values: Mapping[str, Any], seen: str | None = None
) -> EpisodeOfCare:
    """Raises Conflict when ``seen`` is not the fingerprint of what is stored."""
    episode = EpisodeOfCare.objects.select_for_update().get(pk=episode.pk)
    check_open(episode)
    check_seen(episode, values, seen)
    _check_dates(values)
    changed = [name for name, value in values.items() if getattr(episode, name) != value]
    for name in changed:
        setattr(episode, name, values[name])
    if changed:
        episode.save(update_fields=changed)
        _record("episode.changed", episode, by, fields=changed)
    return episode


def _check_dates(values: Mapping[str, Any]) -> None:
    onset, accident, start = (
        values.get("onset_on"), values.get("accident_on"), values.get("started_on")
    )  # fmt: skip
    if onset and start and onset > start:
        raise NotAllowed("The onset is after the start of care: correct one of the two dates.")
    if accident and start and accident > start:
        raise NotAllowed("The accident is after the start of care: correct one of the two dates.")
    if values.get("accident") == "auto" and not values.get("accident_state"):
        raise NotAllowed("Write the state in which the auto accident happened: claims need it.")


def check_open(episode: EpisodeOfCare) -> None:
    if episode.discharged_on is not None:
        raise NotAllowed(
            f"This episode was closed on {episode.discharged_on:%m/%d/%Y}: reopen it first."
        )


@transaction.atomic
def discharge(
    episode: EpisodeOfCare, *, by: User, on: date, reason: str, summary: str
) -> EpisodeOfCare:
    """Close the episode. Drafts must be signed first; booked visits must be canceled."""
    episode = EpisodeOfCare.objects.select_for_update().get(pk=episode.pk)
    check_open(episode)
    if on < episode.started_on:
        raise NotAllowed("The discharge is before the start of care: correct the date.")
    open_visits = episode.visits.filter(status__in=("scheduled", "arrived", "charting")).count()
    if open_visits:
        raise NotAllowed(
            f"{open_visits} visit{'s are' if open_visits > 1 else ' is'} still booked or unsigned: "
            "sign or cancel first."
        )
    episode.discharged_on, episode.discharge_reason = on, reason
    episode.discharge_summary = summary
    episode.save(update_fields=["discharged_on", "discharge_reason", "discharge_summary"])
    _record("episode.discharged", episode, by, reason=reason)
    return episode


@transaction.atomic
def reopen(episode: EpisodeOfCare, *, by: User) -> EpisodeOfCare:
    """The patient came back with the same problem; the summary written then stays."""
    episode = EpisodeOfCare.objects.select_for_update().get(pk=episode.pk)
    if episode.discharged_on is None:
        raise NotAllowed("This episode is open.")
    episode.discharged_on, episode.discharge_reason = None, ""
    episode.save(update_fields=["discharged_on", "discharge_reason"])
    _record("episode.reopened", episode, by)
    return episode


@transaction.atomic
def add_diagnosis(episode: EpisodeOfCare, *, by: User, code: str, on: date) -> EpisodeDiagnosis:
    """Add a code that is billable on the day, as the next pointer."""
    episode = EpisodeOfCare.objects.select_for_update().get(pk=episode.pk)
    check_open(episode)
    found = check_billable(code, on=on)
    if episode.diagnoses.filter(code=found.code).exists():
        raise NotAllowed(f"{found.code} is in this episode already.")
    last = episode.diagnoses.aggregate(last=Max("position"))["last"] or 0
    if last >= MOST_DIAGNOSES:
        raise NotAllowed("An episode has at most twelve diagnoses: remove one first.")
    row = EpisodeDiagnosis.objects.create(
        episode=episode, position=last + 1, code=found.code, title=found.title
    )
    _count_use(getattr(by, "clinician", None), found.code)
    _record("diagnosis.added", episode, by, code=found.code)
    return row


def _count_use(clinician: Clinician | None, code: str) -> None:
    """Codes used often come first in this clinician's list."""
    if clinician is not None:
        row, made = DiagnosisFavorite.objects.get_or_create(clinician=clinician, code=code)
        if not made:
            DiagnosisFavorite.objects.filter(pk=row.pk).update(uses=F("uses") + 1)


@transaction.atomic
def remove_diagnosis(row: EpisodeDiagnosis, *, by: User) -> None:
    """Take a code out; those behind it move up, as their letters on the bill do."""
    episode = EpisodeOfCare.objects.select_for_update().get(pk=row.episode_id)
    check_open(episode)
    _record("diagnosis.removed", episode, by, code=row.code)
    row.delete()
    for position, left in enumerate(episode.diagnoses.order_by("position"), start=1):
        if left.position != position:
            left.position = position
            left.save(update_fields=["position"])


@transaction.atomic
def make_first(row: EpisodeDiagnosis, *, by: User) -> None:
    """The main reason for care is pointer A."""
    episode = EpisodeOfCare.objects.select_for_update().get(pk=row.episode_id)
    check_open(episode)
    others = list(episode.diagnoses.exclude(pk=row.pk).order_by("position"))
    # Positions are unique at every moment: the row steps out of the way first.
    spare = 1 + max([row.position, *(other.position for other in others)])
    if spare > MOST_DIAGNOSES:
        _shuffle_full(row, others)
    else:
        _place(row, spare)
        for position in range(len(others), 0, -1):
            _place(others[position - 1], position + 1)
        _place(row, 1)
    _record("diagnosis.moved", episode, by, code=row.code)


def _place(row: EpisodeDiagnosis, position: int) -> None:
    if row.position != position:
        row.position = position
        row.save(update_fields=["position"])


def _shuffle_full(row: EpisodeDiagnosis, others: list[EpisodeDiagnosis]) -> None:
    """With twelve codes there is no free place: the rows are written anew."""
    values = [(row.code, row.title), *((other.code, other.title) for other in others)]
    EpisodeDiagnosis.objects.filter(episode_id=row.episode_id).delete()
    EpisodeDiagnosis.objects.bulk_create(
        EpisodeDiagnosis(episode_id=row.episode_id, position=n, code=code, title=title)
        for n, (code, title) in enumerate(values, start=1)
    )


@transaction.atomic
def add_order(episode: EpisodeOfCare, *, by: User, values: Mapping[str, Any]) -> Order:
    check_open(episode)
    if values.get("valid_to") and values["valid_to"] < values["ordered_on"]:
        raise NotAllowed("The order ends before it was given: correct one of the two dates.")
    row = Order.objects.create(episode=episode, **values)
    _record("order.added", episode, by, order=row.pk)
    return row


@transaction.atomic
def add_authorization(
    episode: EpisodeOfCare, *, by: User, values: Mapping[str, Any]
) -> Authorization:
    check_open(episode)
    if values["ends_on"] < values["starts_on"]:
        raise NotAllowed("The authorization ends before it starts: correct one of the two dates.")
    if values.get("visits") is None and values.get("units") is None:
        raise NotAllowed("Write how many visits or units were granted.")
    row = Authorization.objects.create(episode=episode, **values)
    _record("authorization.added", episode, by, number=row.number)
    return row


@transaction.atomic
def save_lymphedema(
    episode: EpisodeOfCare, *, by: User, values: Mapping[str, Any], seen: str | None = None
) -> Lymphedema:
    episode = EpisodeOfCare.objects.select_for_update().get(pk=episode.pk)
    check_open(episode)
    stored = Lymphedema.objects.filter(episode=episode).first() or Lymphedema(episode=episode)
    check_seen(stored, values, seen)
    if not any(str(value).strip() for value in values.values()):
        raise NotAllowed("Write at least one of the facts.")
    row, _ = Lymphedema.objects.update_or_create(episode=episode, defaults=dict(values))
    _record("lymphedema.saved", episode, by)
    return row


def _record(action: str, episode: EpisodeOfCare, by: User, **detail: Any) -> None:
    audit.record(action, actor=by, subject=episode, patient_id=episode.patient_id, **detail)
