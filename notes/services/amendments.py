"""Patients' requests to amend the record: received, answered in time, told, kept."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.models import Clinician, Patient, User
from clinic.services import audit
from clinic.services.patients import check_not_merged
from notes.enums import AmendmentDecision
from notes.models import Addendum, AmendmentRequest, Note

DECIDE = (Role.THERAPIST, Role.ADMIN)


@transaction.atomic
def receive(
    patient: Patient,
    *,
    by: User,
    received_on: date,
    asked_by: str,
    text: str,
    why: str = "",
    note: Note | None = None,
    clinician: Clinician | None = None,
) -> AmendmentRequest:
    """Write down what is asked for. From this day the sixty days run."""
    check_not_merged(patient)
    if received_on > timezone.localdate():
        raise NotAllowed("That day is still to come: write the day on which the request came.")
    if not text.strip():
        raise NotAllowed("Write what the patient wants to have amended.")
    if note is not None and (note.visit.patient_id != patient.pk or not note.is_signed):
        raise NotAllowed("Choose a signed note of this patient: a draft can still be changed.")
    row = AmendmentRequest.objects.create(
        patient=patient,
        note=note,
        clinician=clinician or _answering(patient, note),
        received_on=received_on,
        asked_by=asked_by.strip(),
        text=text.strip(),
        why=why.strip(),
        recorded_at=timezone.now(),
        recorded_by=by,
    )
    return _wrote(row, by, "amendment.asked")


def _answering(patient: Patient, note: Note | None) -> Clinician:
    """The note's author, as long as here; else who treats the patient now."""
    if note is not None and note.author.active:
        return note.author.supervisor if note.author.is_assistant else note.author
    episode = patient.episodes.filter(clinician__active=True).order_by("-started_on", "-pk").first()
    if episode is None:
        raise NotAllowed("Nobody here treats this patient: choose who answers the request.")
    return episode.clinician


@transaction.atomic
def extend(row: AmendmentRequest, *, by: User, because: str) -> AmendmentRequest:
    """Take thirty days more: once, within the sixty, and the patient is told why in writing."""
    row = _open(row)
    today = timezone.localdate()
    if row.extended_on is not None:
        raise NotAllowed("The time was extended already, and it is extended once.")
    if today > row.due_on:
        raise NotAllowed(f"The sixty days ended on {row.due_on:%m/%d/%Y}: answer now.")
    if not because.strip():
        raise NotAllowed("Say why more time is needed: the patient must be told.")
    row.extended_on, row.extended_because = today, because.strip()
    row.save(update_fields=["extended_on", "extended_because"])
    return _wrote(row, by, "amendment.extended")


@transaction.atomic
def accept(
    row: AmendmentRequest, *, by: User, explanation: str, addendum: Addendum | None = None
) -> AmendmentRequest:
    """Agreed: what was asked of a note is done by an addendum, which is linked here."""
    row = _open(row)
    if row.note_id is not None:
        if addendum is None or addendum.note_id != row.note_id:
            raise NotAllowed("Write the addendum in the note first, then choose it here.")
        if addendum.signature.at < row.recorded_at:
            raise NotAllowed("That addendum is older than the request: write one that answers it.")
        row.addendum = addendum
    return _decide(row, AmendmentDecision.ACCEPTED, by=by, explanation=explanation)


@transaction.atomic
def deny(row: AmendmentRequest, *, by: User, ground: str, explanation: str) -> AmendmentRequest:
    """Refused on one of the four grounds, with its reason in plain words."""
    row = _open(row)
    if not ground:
        raise NotAllowed("Choose the ground: the rule knows four.")
    row.ground = ground
    return _decide(row, AmendmentDecision.DENIED, by=by, explanation=explanation)


def _decide(
    row: AmendmentRequest, decision: AmendmentDecision, *, by: User, explanation: str
) -> AmendmentRequest:
    if by.role not in DECIDE:
        raise NotAllowed("A therapist or an admin answers the request.")
    if not explanation.strip():
        raise NotAllowed("Write the answer in plain words: the patient reads it.")
    row.decision, row.explanation = decision, explanation.strip()
    row.decided_on, row.decided_by = timezone.localdate(), by
    row.save(
        update_fields=["decision", "explanation", "decided_on", "decided_by", "ground", "addendum"]
    )
    return _wrote(row, by, f"amendment.{decision}")


@transaction.atomic
def tell(row: AmendmentRequest, *, by: User, on: date, informed: str = "") -> AmendmentRequest:
    """The patient has the answer in writing, and with an acceptance those who must know."""
    row = _locked(row)
    if not row.decision:
        raise NotAllowed("Answer the request first, then tell the patient.")
    if row.told_on is not None:
        raise NotAllowed(f"The patient was told on {row.told_on:%m/%d/%Y}.")
    if not row.decided_on <= on <= timezone.localdate():
        raise NotAllowed("Write the day on which the letter went out: not before the decision.")
    row.told_on, row.informed = on, informed.strip()
    row.save(update_fields=["told_on", "informed"])
    return _wrote(row, by, "amendment.told")


@transaction.atomic
def state_disagreement(row: AmendmentRequest, *, by: User, text: str) -> AmendmentRequest:
    """What the patient says to the denial. It goes along with every later disclosure."""
    row = _denied(row)
    if row.statement:
        raise NotAllowed("The patient's statement is on file already.")
    if not text.strip():
        raise NotAllowed("Write the patient's statement as it was given.")
    row.statement, row.statement_on = text.strip(), timezone.localdate()
    row.save(update_fields=["statement", "statement_on"])
    return _wrote(row, by, "amendment.disagreed")


@transaction.atomic
def rebut(row: AmendmentRequest, *, by: User, text: str) -> AmendmentRequest:
    """What the practice answers to that statement; the patient gets a copy."""
    row = _denied(row)
    if by.role not in DECIDE:
        raise NotAllowed("A therapist or an admin writes the rebuttal.")
    if not row.statement:
        raise NotAllowed("There is no statement of the patient to answer.")
    if row.rebuttal:
        raise NotAllowed("The rebuttal is on file already.")
    if not text.strip():
        raise NotAllowed("Write the rebuttal.")
    row.rebuttal, row.rebuttal_on = text.strip(), timezone.localdate()
    row.save(update_fields=["rebuttal", "rebuttal_on"])
    return _wrote(row, by, "amendment.rebutted")


def _locked(row: AmendmentRequest) -> AmendmentRequest:
    rows = AmendmentRequest.objects.select_for_update(of=("self",))
    return rows.select_related("note").get(pk=row.pk)


def _open(row: AmendmentRequest) -> AmendmentRequest:
    row = _locked(row)
    if row.decision:
        raise NotAllowed(f"This request was {row.decision} on {row.decided_on:%m/%d/%Y}.")
    return row


def _denied(row: AmendmentRequest) -> AmendmentRequest:
    row = _locked(row)
    if row.decision != AmendmentDecision.DENIED:
        raise NotAllowed("Only a denied request has a statement of disagreement.")
    return row


def _wrote(row: AmendmentRequest, by: User, action: str, **detail: Any) -> AmendmentRequest:
    audit.record(action, actor=by, subject=row, patient_id=row.patient_id, **detail)
    return row
