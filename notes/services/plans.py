"""The plan of care and the road of its certification."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from clinic.errors import NotAllowed
from clinic.models import PatientFile, User
from clinic.services import audit
from notes.enums import CertificationKind
from notes.models import CertificationEvent, EpisodeOfCare, PlanOfCare
from notes.services.episodes import check_open


@transaction.atomic
def add_plan(episode: EpisodeOfCare, *, by: User, values: Mapping[str, Any]) -> PlanOfCare:
    """The first plan, or the next one (recertification)."""
    episode = EpisodeOfCare.objects.select_for_update().get(pk=episode.pk)
    check_open(episode)
    if values["ends_on"] < values["starts_on"]:
        raise NotAllowed("The plan ends before it starts: correct one of the two dates.")
    if values["starts_on"] < episode.started_on:
        raise NotAllowed(
            f"The plan starts before the evaluation on {episode.started_on:%m/%d/%Y}: correct "
            "the plan's first day."
        )
    row = PlanOfCare.objects.create(episode=episode, **values)
    audit.record("plan.added", actor=by, subject=row, patient_id=episode.patient_id)
    return row


@transaction.atomic
def record_certification(
    plan: PlanOfCare,
    *,
    by: User,
    kind: str,
    on: date,
    provider_name: str = "",
    how: str = "",
    remark: str = "",
    file: PatientFile | None = None,
) -> CertificationEvent:
    """One more step. The plan repeats the newest day it was sent and the day it was certified."""
    plan = PlanOfCare.objects.select_for_update().select_related("episode").get(pk=plan.pk)
    _check_day(plan, on)
    if kind == CertificationKind.RECEIVED and not provider_name.strip():
        raise NotAllowed("Write who signed the plan.")
    event = CertificationEvent.objects.create(
        plan=plan,
        kind=kind,
        on=on,
        provider_name=provider_name.strip(),
        how=how,
        remark=remark,
        file=file,
        recorded_by=by,
        recorded_at=timezone.now(),
    )
    if kind == CertificationKind.SENT:
        plan.sent_on = max(filter(None, (plan.sent_on, on)))
    elif kind == CertificationKind.RECEIVED:
        plan.certified_on = on
    elif kind == CertificationKind.RETURNED:
        plan.certified_on = None
    plan.save(update_fields=["sent_on", "certified_on"])
    audit.record(
        "certification.recorded", actor=by, subject=event, patient_id=plan.episode.patient_id,
        kind=kind,
    )  # fmt: skip
    return event


def _check_day(plan: PlanOfCare, on: date) -> None:
    start = plan.episode.started_on
    if on < start:
        raise NotAllowed(
            f"That is before the evaluation on {start:%m/%d/%Y}: a plan is certified after it. "
            "Correct the date."
        )
    if on > timezone.localdate():
        raise NotAllowed("That day is still to come: record it when it has happened.")


def plan_on(episode: EpisodeOfCare, day: date) -> PlanOfCare | None:
    """The newest plan that had started by that day."""
    return episode.plans.filter(starts_on__lte=day).order_by("-starts_on", "-pk").first()
