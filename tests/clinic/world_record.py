"""What belongs to a patient, an episode and a visit, in every kind that an address can name."""

import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from clinic.enums import AlertKind, ConsentKind, FileKind
from clinic.models import Consent, PatientAlert, PatientContact, PatientFile, User
from clinic.services.identity import Proof
from clinic.services.patients_merge import merge_patients
from notes.exchange.exporting import ask_export
from notes.exchange.importing import read_batch
from notes.models import Goal, Note
from notes.scores import SCALES
from notes.services.amendment_paper import issue_amendment_letter
from notes.services.amendments import extend, receive
from notes.services.plans_paper import sign_plan
from notes.services.plans_progress import GoalProgress, sign_progress_report
from notes.services.review import leave_remark
from notes.services.schedule_feed import renew_feed
from tests.factories import make_patient, make_plan


def record_args(
    draft: Note, signed: Note, *, therapist: User, admin: User, mark: str
) -> dict[str, list[Any]]:
    """By kind, the URL's arguments."""
    visit = draft.visit
    remark = leave_remark(signed, by=admin, text=mark, asks_addendum=False)
    return {
        **_patient_args(visit.patient, by=admin, mark=mark),
        **_episode_args(visit.episode, by=therapist, mark=mark),
        "location": [visit.location_id],
        "clinician": [draft.author_id],
        "card": [visit.patient_id, visit.coverage_id],
        "score": [visit.public_id, next(iter(SCALES))],
        "amendment": [visit.patient_id, _amendment(signed, by=admin, mark=mark).pk],
        "remark": [signed.visit.public_id, remark.pk],
        "feed": [renew_feed(therapist)],
        **_exchange_args(admin, mark=mark),
    }


def _amendment(signed: Note, *, by: User, mark: str):
    """Asked for, and answered by a letter that more time is needed."""
    row = receive(
        signed.visit.patient, by=by, received_on=timezone.localdate(), asked_by=mark, text=mark,
        note=signed,
    )  # fmt: skip
    issue_amendment_letter(extend(row, by=by, because=mark), by=by)
    return row


def _exchange_args(admin: User, *, mark: str) -> dict[str, list[Any]]:
    content = f"Last Name,First Name,DOB\n{mark},{mark},not a day\n".encode()
    batch = read_batch(content, name=mark, kind="patients", preset="generic", by=admin)
    return {"import": [batch.public_id], "export": [ask_export(by=admin).public_id]}


def _patient_args(patient, *, by: User, mark: str) -> dict[str, list[Any]]:
    today = timezone.localdate()
    contact = PatientContact.objects.create(patient=patient, name=mark)
    alert = PatientAlert.objects.create(
        patient=patient, kind=AlertKind.OTHER, text=mark, since=today
    )
    consent = Consent.objects.create(
        patient=patient, kind=ConsentKind.TREATMENT, given_on=today, signed_by=mark
    )
    file = PatientFile.objects.create(
        patient=patient, kind=FileKind.ORDER, title=mark, original_name=f"{mark}.pdf",
        content_type="application/pdf", content=mark.encode(), size=len(mark), sha256="0" * 64,
        uploaded_at=timezone.now(), uploaded_by=by,
    )  # fmt: skip
    merge = merge_patients(patient, make_patient(last_name=f"{mark} Twin"), by=by)
    return {
        "patient": [patient.pk],
        "contact": [patient.pk, contact.pk],
        "alert": [patient.pk, alert.pk],
        "consent": [patient.pk, consent.pk],
        "file": [patient.pk, file.public_id],
        "merge": [patient.pk, merge.pk],
    }


def _episode_args(episode, *, by: User, mark: str) -> dict[str, list[Any]]:
    today = timezone.localdate()
    plan = make_plan(episode, frequency=mark, goals=mark)
    goal = Goal.objects.create(
        episode=episode, number=1, text=mark, measure=mark, baseline="1", target="2",
        opened_on=today, due_on=today + timedelta(weeks=4),
    )  # fmt: skip
    sign_plan(plan, by=by, proof=Proof("password", timezone.now()))
    report = sign_progress_report(
        episode, by=by, submit_key=uuid.uuid4(), on=today, summary=mark, continuing=mark,
        goals=[GoalProgress(1, mark, "open")], method="password",
    )  # fmt: skip
    return {
        "problem": [episode.pk],
        "plan": [episode.pk, plan.pk],
        "signed plan": [episode.pk, plan.pk],
        "goal": [episode.pk, goal.pk],
        "report": [episode.pk, report.pk],
    }
