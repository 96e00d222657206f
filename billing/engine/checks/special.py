"""What single techniques need: traction and lymphatic drainage."""

from collections.abc import Iterator

from billing.engine.record import Lymphedema, Record
from billing.engine.remarks import Bill
from billing.engine.rules import Rule
from billing.engine.types import Block, Finding
from billing.engine.words import listed

TRACTION = Rule(
    "special.traction",
    "Traction beyond the payer's number of visits in an episode is looked at",
    "Local coverage texts on traction; the payer's own limit",
    "warn",
)
LYMPHEDEMA = Rule(
    "special.lymphedema",
    "Lymphatic drainage stands on a diagnosis by a physician, the cause, earlier care, girths, "
    "an expected result and teaching",
    "CMS article A52959; Palmetto 2013",
    "warn",
)
LYMPHEDEMA_DIAGNOSIS = Rule(
    "special.lymphedema-diagnosis",
    "Lymphatic drainage points at lymphedema, not at edema of another origin",
    "CMS article A52959; Palmetto 2013",
    "warn",
)
RULES = (TRACTION, LYMPHEDEMA, LYMPHEDEMA_DIAGNOSIS)

TRACTIONS = frozenset({"manual_traction", "mechanical_traction"})
DRAINAGE = "manual_lymphatic_drainage"
LYMPHEDEMA_CODES = ("I89.0", "I97.2", "Q82.0")
NEEDS = {
    "diagnosed_by_physician": "a physician's diagnosis",
    "cause_recorded": "the cause",
    "earlier_care_recorded": "earlier conservative care",
    "girth_measured": "girth measurements",
    "expected_result_recorded": "the expected result and duration",
    "caregiver_teaching_recorded": "teaching of patient or caregiver",
}


def traction_within_limit(bill: Bill, record: Record) -> Iterator[Finding]:
    limit = bill.scene.policy.traction_visit_limit
    given = record.traction_visits
    if limit is None or given is None:
        return
    ids = _blocks_of(bill, TRACTIONS)
    if ids and given > limit:
        yield TRACTION.finding(
            f"This is visit {given} with traction in the episode; this payer looks at more than "
            f"{limit}.",
            ids,
        )


def lymphedema_documented(bill: Bill, record: Record) -> Iterator[Finding]:
    ids = _blocks_of(bill, {DRAINAGE})
    if not ids:
        return
    if not any(code.startswith(LYMPHEDEMA_CODES) for code in bill.scene.day.diagnoses):
        yield LYMPHEDEMA_DIAGNOSIS.finding(
            "Lymphatic drainage is charted, but no diagnosis of lymphedema "
            f"({listed(LYMPHEDEMA_CODES)}).",
            ids,
        )
    facts = record.lymphedema or Lymphedema()
    lacking = [words for name, words in NEEDS.items() if getattr(facts, name) is False]
    if lacking:
        yield LYMPHEDEMA.finding(f"For lymphatic drainage the chart lacks {listed(lacking)}.", ids)


def _blocks_of(bill: Bill, techniques: frozenset[str] | set[str]) -> tuple[str, ...]:
    return tuple(
        piece.item.id
        for part in bill.parts
        for piece in part.pieces
        if isinstance(piece.item, Block) and piece.item.technique in techniques
    )
