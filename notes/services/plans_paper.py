"""The plan of care and the progress report on signed paper."""

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from clinic.documents import parts
from clinic.documents.care_contexts import Answer, CareLetter, Text
from clinic.documents.desk_contexts import Fact, Table
from clinic.enums import DocumentKind
from clinic.errors import NotAllowed
from clinic.models import Clinician, StoredDocument, User
from clinic.services import audit, rendering
from clinic.services.identity import Proof, seconds_between
from clinic.services.waiting import told_when_held
from notes.enums import GoalState
from notes.models import EpisodeOfCare, PlanOfCare, ProgressReport
from notes.printing import clinician_part, practice_part
from notes.services.care_letters import issue_letter, says_the_same
from notes.services.episodes import check_open

PLAN_ATTESTATION = "I established this plan of care from my evaluation of the patient."
HELD = (
    "Somebody else is working on this plan of care right now. Nothing was signed: look at the "
    "plan again, then sign it."
)
CERTIFICATION = Answer(
    title="Certification by the physician or other practitioner",
    sentence=(
        "I have reviewed this plan of care and certify that the services are needed, for the "
        "period above, while the patient is under my care."
    ),
    blanks=("Changes, if any", "Signature, credential", "Name in print, NPI", "Date"),
)
_TERMS = ("No.", "Goal", "Measure", "From", "To", "By")


@told_when_held(HELD)
@rendering.ready_to_issue()
@transaction.atomic
def sign_plan(plan: PlanOfCare, *, by: User, proof: Proof) -> StoredDocument:
    """The plan as it stands, signed by its therapist, ready to be sent for certification.

    A plan that was signed before becomes the next version, which carries the one before; the
    same plan twice is one document.
    """
    rows = PlanOfCare.objects.select_related("episode", "document")
    plan = rows.select_for_update(of=("self",)).get(pk=plan.pk)
    episode = plan.episode
    check_open(episode)
    clinician = _therapist(by)
    if not episode.goal_rows.filter(state=GoalState.OPEN).exists():
        raise NotAllowed("Set a measurable goal first: a plan that is certified has goals.")
    if not plan.interventions.strip():
        raise NotAllowed(
            "This plan does not say the type of treatment, which is what is certified: write the "
            "next plan with it, then sign that one."
        )
    letter = _plan_letter(plan, clinician)
    if says_the_same(letter, plan.document):
        return plan.document
    document = _issue(
        letter, kind=DocumentKind.PLAN, episode=episode, clinician=clinician, by=by,
        attestation=PLAN_ATTESTATION, method=proof.method, proved_at=proof.at,
        at=timezone.now(), replaces=plan.document,
    )  # fmt: skip
    plan.document = document
    plan.save(update_fields=["document"])
    audit.record(
        "plan.signed", actor=by, subject=plan, patient_id=episode.patient_id,
        number=document.number, version=document.version,
    )  # fmt: skip
    return document


def issue_progress(
    report: ProgressReport, *, by: User, proved_at: datetime | None = None
) -> StoredDocument:
    """The report's paper, in the transaction that signs it."""
    clinician = report.author
    return _issue(
        _progress_letter(report), kind=DocumentKind.PROGRESS, episode=report.episode,
        clinician=clinician, by=by, attestation=report.attestation, method=report.method,
        proved_at=proved_at, at=report.signed_at, replaces=None,
    )  # fmt: skip


def _therapist(by: User) -> Clinician:
    clinician = getattr(by, "clinician", None)
    if clinician is None or clinician.is_assistant:
        raise NotAllowed("The therapist signs the plan of care, not an assistant or the desk.")
    return clinician


def _issue(
    letter: CareLetter,
    *,
    kind: DocumentKind,
    episode: EpisodeOfCare,
    clinician: Clinician,
    by: User,
    attestation: str,
    method: str,
    proved_at: datetime | None,
    at: datetime,
    replaces: StoredDocument | None,
) -> StoredDocument:
    return issue_letter(
        letter,
        kind=kind,
        patient=episode.patient,
        signature=parts.Signature(
            name=f"{clinician.first_name} {clinician.last_name}",
            credential=clinician.credential,
            license=clinician.licence,
            npi=clinician.npi,
            attestation=attestation,
            signed_at=at,
            record_sha256="",
            method=method,
            seconds_since_authentication=seconds_between(proved_at, at),
        ),
        signer=clinician,
        by=by,
        replaces=replaces,
    )


def _plan_letter(plan: PlanOfCare, clinician: Clinician) -> CareLetter:
    episode = plan.episode
    order = episode.orders.first()
    goals = episode.goal_rows.filter(state=GoalState.OPEN)
    return replace(
        _letter(episode, clinician, kind="Plan of care", about=_period(plan)),
        facts=(
            Fact("Start of care", _day(episode.started_on)),
            Fact("Onset", _day(episode.onset_on)),
            Fact("Period", _period(plan)),
            Fact("Frequency", plan.frequency),
            Fact("One session", plan.amount),
            Fact("Visits", str(plan.planned_visits or "")),
            Fact("Referred by", order.provider_name if order else ""),
            Fact("Certification to", _day(plan.certified_to)),
        ),
        tables=(
            Table(
                "Goals", _TERMS,
                tuple((str(g.number), g.text, g.measure, g.baseline, g.target, _day(g.due_on))
                      for g in goals),
            ),
        ),
        texts=(Text("Type of treatment", plan.interventions), Text("Remarks", plan.goals)),
        answer=CERTIFICATION,
    )  # fmt: skip


def _progress_letter(report: ProgressReport) -> CareLetter:
    rows = tuple(
        (str(g["number"]), g["text"], g["measure"], g["baseline"], g["target"], g["now"])
        for g in report.goals
    )
    about = f"reported {_day(report.reported_on)}"
    return replace(
        _letter(report.episode, report.author, kind="Progress report", about=about),
        facts=(
            Fact("Start of care", _day(report.episode.started_on)),
            Fact("Reported on", _day(report.reported_on)),
            Fact("Treatment days", str(report.treatment_days)),
        ),
        tables=(Table("Goals", (*_TERMS[:-1], "Now"), rows),),
        texts=(
            Text("Progress so far", report.summary),
            Text("Why skilled care has to go on", report.continuing),
        ),
    )


def _letter(episode: EpisodeOfCare, clinician: Clinician, *, kind: str, about: str) -> CareLetter:
    patient, practice = episode.patient, episode.practice
    return CareLetter(
        practice=practice_part(practice),
        kind=kind,
        number="",
        patient=parts.Patient(
            name=str(patient),
            born_on=patient.born_on,
            sex=patient.get_sex_display(),
            record_no=patient.record_number,
        ),
        clinician=clinician_part(clinician),
        about=about,
        time_zone=practice.timezone,
        diagnoses=tuple(
            parts.Diagnosis(pointer=chr(ord("A") + place), code=d.code, label=d.title)
            for place, d in enumerate(episode.diagnoses.all())
        ),
    )


def _period(plan: PlanOfCare) -> str:
    return f"{_day(plan.starts_on)} to {_day(plan.ends_on)}"


def _day(on: date | None) -> str:
    return f"{on:%m/%d/%Y}" if on else ""
