"""Contexts for the tests of documents: invented people, real shapes."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, time

from clinic.documents.charges import (
    ChargeLine,
    ChargesSection,
    FindingRow,
    Interval,
    Proof,
    Reason,
    UnbilledRow,
)
from clinic.documents.contexts import (
    Discount,
    Insured,
    NoteContext,
    Payment,
    Referral,
    ServiceLine,
    SuperbillContext,
)
from clinic.documents.parts import (
    Addendum,
    Block,
    Clinician,
    Contributor,
    Diagnosis,
    Measure,
    Patient,
    Practice,
    Procedure,
    Region,
    Signature,
    Totals,
)

PRACTICE = Practice(
    "Harbor Street Manual Therapy",
    "418 Harbor Street, Suite 2, Portland, ME 04101",
    "(207) 555-0142",
    "1598765434",
    "84-0000000",
)
CLINICIAN = Clinician("Renata Oyelaran", "PT, DPT", "PT", "ME PT4417", "1467893213")
PATIENT = Patient(
    "Sofía Nguyễn-Okafor", date(1976, 6, 22), "F", "P40210",
    "9 Larch Lane, Portland, ME 04103", "(207) 555-0187",
)  # fmt: skip
SIGNED_AT = datetime(2026, 3, 2, 14, 18, 22, tzinfo=UTC)
VERIFY = "https://notes.example.org/v/6f1d2c7a9b3e4f508172635445362718"

CERVICAL = Region("cervical_spine", "Cervical spine C5–C6", "right", ("cervical",))
TRAPEZIUS = Region("upper_trapezius", "Upper trapezius", "bilateral", ("cervical",))
THORACIC = Region("thoracic_spine", "Thoracic spine T3–T6", "", ("thoracic",))
SCAPULAR = Region("scapular", "Scapular stabilizers", "bilateral", ("thoracic",))
SHOULDER = Region("shoulder", "Shoulder", "left", ("upper_extremity",))
LUMBAR = Region("lumbar_spine", "Lumbar spine", "", ("lumbar",))

ROWS = (
    (8, "Soft-tissue mobilization", "", (TRAPEZIUS,), "97140",
     "Longitudinal strokes, moderate depth, prone; trigger point release at superior fibers",
     "Tone reduced on palpation", 6, 5),
    (6, "Joint mobilization", "grade III", (CERVICAL,), "97140",
     "Unilateral posterior-anterior glide, 3 sets of 30 s", "Rotation right 52° to 61°",
     None, None),
    (4, "Manual traction", "", (CERVICAL,), "97140", "Intermittent, supine, 10 s on, 5 s off",
     "Arm symptoms centralized to the elbow", 5, 4),
    (6, "Myofascial release", "", (TRAPEZIUS,), "97140", "Sustained hold, seated, 90 s per point",
     "Guarding diminished; no adverse response", None, None),
    (9, "Therapeutic exercise", "", (CERVICAL,), "97110",
     "Craniocervical flexion, 10 × 10 s, biofeedback 24 mmHg", "Completed without substitution",
     None, None),
    (10, "Therapeutic activities", "", (SCAPULAR,), "97530",
     "Graded overhead reach and lift, shelf task, 2 kg, tactile cues", "Two cues per set",
     None, None),
    (6, "Joint mobilization", "grade IV", (THORACIC,), "97140", "Central glide, prone",
     "Extension gained; cavitation × 1", None, None),
    (4, "Soft-tissue mobilization", "", (CERVICAL,), "97140",
     "Inhibitive pressure, supine, end of session", "Headache 4 → 1 (≤ 2 is the goal)", 4, 3),
)  # fmt: skip


def at(minute: int) -> time:
    return time(minute // 60, minute % 60)


def blocks(count: int = 8, start: int = 8 * 60) -> tuple[Block, ...]:
    """`count` blocks one after the other, with a gap of one minute now and then."""
    made, minute = [], start
    for number in range(1, count + 1):
        length, technique, grade, regions, code, dose, response, before, after = ROWS[
            (number - 1) % len(ROWS)
        ]
        made.append(
            Block(
                number, at(minute), at(minute + length), length, technique, code, grade, regions,
                dose, response, before, after, by="RO",
            )
        )  # fmt: skip
        minute += length + (number % 4 == 2)
    return tuple(made)


CHARGES = ChargesSection(
    lines=(
        ChargeLine(
            "97140", "Manual therapy", ("59", "GP"), 2, 34, ("A", "B"),
            reasons=(
                Reason("53 timed minutes make 4 units; 34 minutes give two whole quarter-hours "
                       "and 4 minutes over.", "units.cms-total",
                       "Medicare Claims Processing Manual, ch. 5 §20.2.C"),
                Reason("97530 is paid with 97140 only when they share no minute.",
                       "pairs.time", "NCCI edit 97530 / 97140, indicator 1"),
            ),
            proofs=(
                Proof("59", "time",
                      (Interval("97140", "1", at(480), at(488)),
                       Interval("97140", "2", at(488), at(494))),
                      (Interval("97530", "6", at(516), at(526)),)),
            ),
        ),
        ChargeLine("97110", "Therapeutic exercise", ("GP",), 1, 9, ("A",),
                   (Reason("9 minutes left over earn the last unit: the largest remainder.",
                           "units.cms-total"),)),
        ChargeLine("97530", "Therapeutic activities", ("GP",), 1, 10, ("A", "C"),
                   (Reason("10 minutes left over earn a unit.", "units.cms-total"),)),
    ),
    unbilled=(UnbilledRow("97140", 4, "8", "4 minutes over two units earn no further unit.",
                          "units.cms-total"),),
    findings=(FindingRow("warn", "The plan of care ends in 9 days.", "plan.expired",
                         "Acknowledged by Renata Oyelaran, 03/02/2026: recertification sent."),),
    policy="Medicare, in force from 01/01/2026",
    edition="NCCI practitioner 2026 Q1",
    engine="1.0",
    derivation='{"id":"v1","lines":[]}',
)  # fmt: skip

DRAFT = NoteContext(
    practice=PRACTICE,
    number="SN-240000",
    version=1,
    status="draft",
    patient=PATIENT,
    clinician=CLINICIAN,
    served_on=date(2026, 3, 2),
    location="Harbor Street, room 3 (place of service 11)",
    time_in=at(480),
    time_out=at(537),
    payer="Northeast Health Plan",
    policy="Medicare, from 01/01/2026",
    member_id="XQH731198757",
    plan_from=date(2026, 2, 16),
    plan_to=date(2026, 5, 16),
    plan_certified="Dr. Amara Lindqvist, 02/18/2026",
    visit_number=3,
    visits_planned=12,
    authorization="A-698559",
    diagnoses=(
        Diagnosis("A", "M54.12", "Radiculopathy, cervical region"),
        Diagnosis("B", "M62.838", "Other muscle spasm"),
        Diagnosis("C", "M25.511", "Pain in right shoulder"),
    ),
    subjective=(
        "Reports neck pain radiating to the right forearm, worse with desk work beyond 40 minutes "
        "and with looking over the right shoulder while driving. Sleep improved to six hours since "
        "the last visit. Home program done five of seven days.\n\nNo new numbness, no dizziness, "
        "no change in medication."
    ),
    objective="Guarded posture on arrival. Upper limb tension test positive on the right at 60°.",
    assessment=(
        "Responds to combined segmental mobilization and soft-tissue work with measurable gains in "
        "right rotation within the session and centralization of arm symptoms. Skilled hands-on "
        "treatment remains necessary because segmental mobility and guarding limit independent "
        "exercise; progress is consistent with the plan of care."
    ),
    plan=(
        "Continue twice weekly. Progress deep neck flexor endurance; add loaded scapular work when "
        "rotation exceeds 70°. Re-measure disability index at visit 8."
    ),
    blocks=blocks(),
    procedures=(Procedure("97161", "Evaluation, low complexity", (), at(537), at(545), 8, "RO"),),
    measures=(
        Measure("Cervical rotation right", "52°", "64°", "80°"),
        Measure("Cervical extension", "38°", "46°", "60°"),
        Measure("Neck Disability Index", "38 %", "30 %", "≤ 15 %"),
        Measure("Pain, 0–10", "6", "3", "0–2"),
    ),
    totals=Totals(53, 8, 61, 4),
    sections=(CHARGES,),
    contributors=(
        Contributor("Renata Oyelaran", "PT, DPT", "Treating therapist (RO)", "All blocks"),
        Contributor("Jonah Prewitt", "PTA", "Assistant (JP)", "Set up and home program"),
    ),
    notice="CPT® code numbers are used under the AMA's rules; wording is the practice's own.",
)


def signature(digest: str, when: datetime = SIGNED_AT, who: Clinician = CLINICIAN) -> Signature:
    return Signature(
        who.name,
        "I performed or supervised this treatment and this record of it is true and complete.",
        when,
        digest,
        who.credential,
        who.license,
        who.npi,
        "Password entered again",
        12,
        "4f:21:9c",
    )


def signed(draft: NoteContext = DRAFT, **changes) -> NoteContext:
    ready = replace(draft, status="signed", **changes)
    return replace(ready, signature=signature(ready.fingerprint()), verify_url=VERIFY)


def addendum(digest: str, number: int = 1) -> Addendum:
    return Addendum(
        number,
        "Block 4 was on the left side only.",
        signature(digest, datetime(2026, 3, 4, 15, 0, tzinfo=UTC)),
    )


def service_lines(count: int = 3) -> tuple[ServiceLine, ...]:
    rows = (
        ("97140", "Manual therapy", ("59", "GP"), ("A", "B"), 2, 6200, 34),
        ("97110", "Therapeutic exercise", ("GP",), ("A",), 1, 6800, 9),
        ("97530", "Therapeutic activities", ("GP", "KX", "CQ"), ("A", "C"), 1, 7100, 10),
    )
    return tuple(
        ServiceLine(date(2026, 3, 2 + n // 3), "11", code, words, modifiers, pointers, units,
                    units * fee, fee, minutes)
        for n in range(count)
        for code, words, modifiers, pointers, units, fee, minutes in (rows[n % 3],)
    )  # fmt: skip


def superbill(count: int = 3, **changes) -> SuperbillContext:
    lines = service_lines(count)
    charges = sum(line.charge_cents for line in lines)
    context = SuperbillContext(
        practice=PRACTICE,
        number="SB-100234",
        issued_at=SIGNED_AT,
        status="issued",
        patient=PATIENT,
        rendering=CLINICIAN,
        lines=lines,
        location="Harbor Street",
        insured=Insured("Sofía Nguyễn-Okafor", "self", "XQH731198757", "GRP-55",
                        "Northeast Health Plan", "(800) 555-0100"),
        referral=Referral("Dr. Amara Lindqvist", "1234567893", "referring"),
        authorization="A-698559",
        onset_on=date(2026, 1, 20),
        diagnoses=DRAFT.diagnoses,
        discounts=(Discount("Time-of-service discount", 2000),),
        payments=(Payment(date(2026, 3, 2), "card", 4000, "visa 4242"),),
        total_cents=charges - 2000,
        paid_cents=4000,
        balance_cents=charges - 6000,
        assignment="Paid by the patient. Please send any reimbursement to the member.",
        note_number="SN-240000",
        notices=("CPT® is a trademark of the AMA; wording is the practice's own.",),
        verify_url=VERIFY,
    )  # fmt: skip
    context = replace(context, **changes)
    return replace(context, signature=signature(context.fingerprint()))


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
