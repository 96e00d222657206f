"""The desk's papers of every kind."""

from dataclasses import replace
from datetime import UTC, datetime

from clinic.documents.desk_contexts import DeskPaper, Fact, Table
from clinic.documents.parts import Void
from tests.clinic.documents import samples as s


def voided_superbill():
    when = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
    void = Void("Billed to the wrong plan.", when, "Tomás Reyes", "SB-100240")
    return s.superbill(3, status="voided", void=void, replaced_by="SB-100240")


_STEPS = Table(
    title="Visit of 03/02/2026",
    head=("Code", "Service", "Charge", "Plan paid", "Your share"),
    rows=(
        ("97140", "Manual therapy", "$124.00", "$80.00", "$20.00"),
        ("97110", "Therapeutic exercise", "$68.00", "$40.00", "$10.00"),
    ),
    numeric=(2, 3, 4),
    total=("", "Total", "$192.00", "$120.00", "$30.00"),
)
STATEMENT = DeskPaper(
    practice=s.PRACTICE,
    kind="Statement",
    number="ST-000007",
    issued_at=s.SIGNED_AT,
    patient=s.PATIENT,
    about="1 visit",
    facts=(Fact("Plan", "Northeast Health Plan"), Fact("Member ID", "XQH731198757")),
    tables=(_STEPS,),
    result=("You owe", "$30.00"),
    paragraphs=("What the plan does not allow is not yours to pay.",),
    notices=("CPT® code numbers only.",),
)
RECEIPT = replace(
    STATEMENT,
    kind="Receipt",
    number="RC-000003",
    about="Paid 03/02/2026",
    facts=(Fact("Method", "card"), Fact("Reference", "visa 4242")),
    result=("Paid by the patient", "$30.00"),
    paragraphs=(),
)
ESTIMATE = replace(
    STATEMENT,
    kind="Good Faith Estimate",
    number="GF-000002",
    about="Course of 12 visits",
    facts=(),
    tables=(replace(_STEPS, title="Expected services"),) * 4,
    result=("Expected in all", "$2,304.00"),
    paragraphs=("This is an estimate, not a bill.",) * 6,
)
APPEAL = replace(
    STATEMENT,
    kind="Appeal",
    number="AP-000001",
    about="Claim 41",
    tables=(
        Table(
            "Enclosed",
            ("No.", "Document", "SHA-256"),
            tuple((str(n), f"SN-24000{n}-v1.pdf", "0f" * 32) for n in range(1, 5)),
        ),
    ),
    result=("", ""),
    paragraphs=("The two services shared no minute; the notes show the times.",),
)
