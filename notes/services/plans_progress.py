"""Progress reports: at least every ten treatment days, by the clinician, goal by goal."""

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from clinic.errors import NotAllowed
from clinic.models import User
from clinic.scope import every_practice
from clinic.services import audit, rendering
from clinic.services.waiting import told_when_held
from notes.enums import GoalState
from notes.models import EpisodeOfCare, Goal, ProgressReport
from notes.services.episodes import check_open
from notes.services.goals import settle_goal
from notes.services.plans_days import days_since_report
from notes.services.plans_paper import issue_progress

ATTESTATION = "I assessed this patient's progress, and this report is true and complete."
HELD = (
    "Somebody else is working on this episode right now. The report is not signed; it is still "
    "here: sign it again in a moment."
)


@dataclass(frozen=True, slots=True)
class GoalProgress:
    """Where one goal stands: its number, the figure of today, and its state from now on."""

    number: int
    now: str
    state: str = GoalState.OPEN
    remark: str = ""


@told_when_held(HELD)
@rendering.ready_to_issue()
@transaction.atomic
def sign_progress_report(
    episode: EpisodeOfCare,
    *,
    by: User,
    submit_key: uuid.UUID,
    on: date,
    summary: str,
    continuing: str,
    goals: Sequence[GoalProgress],
    method: str,
    proved_at: datetime | None = None,
) -> ProgressReport:
    """Sign the report; goals it calls met or given up are settled. The same key signs one."""
    with every_practice("submit keys are unique across practices"):
        stored = ProgressReport.objects.filter(submit_key=submit_key).first()
    if stored is not None:
        return stored
    episode = EpisodeOfCare.objects.select_for_update().get(pk=episode.pk)
    check_open(episode)
    clinician = getattr(by, "clinician", None)
    if clinician is None or clinician.is_assistant:
        raise NotAllowed("The therapist writes the progress report, not an assistant or the desk.")
    _check_day(episode, on)
    rows = {goal.number: goal for goal in episode.goal_rows.filter(state=GoalState.OPEN)}
    _check_goals(rows, goals)
    values: dict[str, Any] = {
        "reported_on": on,
        "treatment_days": days_since_report(episode, on),
        "summary": summary.strip(),
        "continuing": continuing.strip(),
        "goals": [_stored(rows[item.number], item) for item in goals],
    }
    report = ProgressReport(
        episode=episode,
        submit_key=submit_key,
        author=clinician,
        signed_by=by,
        signer_name=f"{clinician.first_name} {clinician.last_name}",
        credential=clinician.credential,
        licence=clinician.licence,
        attestation=ATTESTATION,
        method=method,
        signed_at=timezone.now(),
        digest=_digest(values),
        **values,
    )
    report.document = issue_progress(report, by=by, proved_at=proved_at)
    report.save()
    for item in goals:
        if item.state != GoalState.OPEN:
            settle_goal(rows[item.number], by=by, state=item.state, on=on)
    audit.record(
        "progress_report.signed",
        actor=by,
        subject=report,
        patient_id=episode.patient_id,
        digest=report.digest,
        method=method,
    )
    return report


def _check_day(episode: EpisodeOfCare, on: date) -> None:
    if on > timezone.localdate():
        raise NotAllowed("That day is still to come: a report is dated when it is written.")
    if on < episode.started_on:
        raise NotAllowed("The report is before the start of care: correct the date.")


def _check_goals(rows: dict[int, Goal], goals: Sequence[GoalProgress]) -> None:
    if not rows:
        raise NotAllowed("Set a measurable goal first: a report tells the progress of each goal.")
    told = {item.number for item in goals if item.now.strip()}
    if unknown := told - rows.keys():
        raise NotAllowed(f"There is no open goal {min(unknown)}.")
    if missing := rows.keys() - told:
        raise NotAllowed(f"Write where goal {min(missing)} stands.")


def _stored(goal: Goal, item: GoalProgress) -> dict[str, Any]:
    return asdict(item) | {
        "text": goal.text,
        "measure": goal.measure,
        "baseline": goal.baseline,
        "target": goal.target,
    }


def _digest(values: dict[str, Any]) -> str:
    text = json.dumps(values, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
