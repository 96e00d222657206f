"""The papers of a course of care: the plan that a physician certifies, and a progress report."""

from dataclasses import replace

from clinic.documents.care_contexts import Answer, CareLetter, Text
from clinic.documents.desk_contexts import Fact, Table
from tests.clinic.documents import samples as s

_GOALS = (
    ("1", "Turn the head while driving", "Cervical rotation, right", "48 degrees", "75 degrees"),
    ("2", "Sit and work 60 minutes without a break", "Neck Disability Index", "44 %", "20 %"),
    ("3", "Lift a 5 kg bag to the counter", "Repetitions without pain", "2", "10"),
)


def _signed(letter: CareLetter) -> CareLetter:
    """With its signature, which counts for the record without it."""
    signature = s.signature(letter.fingerprint())
    return replace(letter, signature=signature, verify_url=s.VERIFY)


def plan_of_care() -> CareLetter:
    return _signed(
        CareLetter(
            practice=s.PRACTICE,
            kind="Plan of care",
            number="PC-000012",
            patient=s.PATIENT,
            clinician=s.CLINICIAN,
            about="02/16/2026 to 05/16/2026",
            facts=(
                Fact("Start of care", "02/16/2026"),
                Fact("Period", "02/16/2026 to 05/16/2026"),
                Fact("Frequency", "2 visits a week for 6 weeks"),
                Fact("One session", "45 minutes"),
                Fact("Visits", "12"),
                Fact("Referred by", "Dr. Amara Lindqvist"),
            ),
            diagnoses=s.DRAFT.diagnoses,
            tables=(
                Table(
                    "Goals",
                    ("No.", "Goal", "Measure", "From", "To", "By"),
                    tuple((*row, "05/16/2026") for row in _GOALS),
                ),
            ),
            texts=(Text("Type of treatment", "Manual therapy, therapeutic exercise, " * 3),),
            answer=Answer(
                "Certification by the physician",
                "I certify that these services are needed while the patient is under my care.",
                ("Changes, if any", "Signature, credential", "Name in print, NPI", "Date"),
            ),
        )
    )


def amendment_letter() -> CareLetter:
    """The answer to a patient who asked to have the record amended, and was denied."""
    return _signed(
        CareLetter(
            practice=s.PRACTICE,
            kind="Amendment letter",
            number="AL-000002",
            patient=s.PATIENT,
            clinician=s.CLINICIAN,
            about="request of 03/02/2026",
            facts=(
                Fact("Received on", "03/02/2026"),
                Fact("Asked by", "The patient"),
                Fact("Answer due", "05/01/2026"),
                Fact("Decision", "Denied"),
                Fact("Decided on", "03/09/2026"),
                Fact("Session note", "SN-240000"),
            ),
            texts=(
                Text("Your request", "You asked us to amend your record: “It was the left.”"),
                Text(
                    "Our answer", "We do not change the record. It is accurate and complete. " * 3
                ),
                Text("If you disagree", "You may send us a statement that says why. " * 6),
                Text("Where you may complain", "Ask for our privacy contact. " * 5),
            ),
        )
    )


def progress_report() -> CareLetter:
    now = ("66 degrees", "28 %", "7")
    return _signed(
        CareLetter(
            practice=s.PRACTICE,
            kind="Progress report",
            number="PR-000031",
            patient=s.PATIENT,
            clinician=s.CLINICIAN,
            about="reported 03/02/2026",
            facts=(Fact("Reported on", "03/02/2026"), Fact("Treatment days", "9")),
            diagnoses=s.DRAFT.diagnoses,
            tables=(
                Table(
                    "Goals",
                    ("No.", "Goal", "Measure", "From", "To", "Now"),
                    tuple((*row, done) for row, done in zip(_GOALS, now, strict=True)),
                ),
            ),
            texts=(
                Text("Progress so far", "Rotation and endurance gain with each week. " * 6),
                Text("Why skilled care has to go on", "Load has to be graded by hand. " * 4),
            ),
        )
    )
