"""Plan of care, its certification, and the progress report."""

from collections.abc import Iterator
from datetime import date, timedelta

from billing.engine.record import Certification, Record
from billing.engine.remarks import Bill
from billing.engine.rules import Rule
from billing.engine.types import Finding

CERTIFICATION = Rule(
    "plan.certification",
    "A plan of care is certified as soon as possible, within 30 days of the first treatment; "
    "a signed order and proof that the plan was sent stand in for the first signature",
    "Medicare Benefit Policy Manual ch. 15; rule of 2025-01-01 on initial certification",
    "warn",
)
EXPIRED = Rule(
    "plan.expired",
    "A certification lasts as long as the plan, at most 90 calendar days",
    "Medicare Benefit Policy Manual ch. 15",
    "block",
)
NO_PLAN = Rule(
    "plan.missing",
    "Therapy is given under a plan of care",
    "Medicare Benefit Policy Manual ch. 15",
    "warn",
)
REPORT_NEAR = Rule(
    "plan.progress-report-near",
    "A progress report is due by the tenth treatment day; two days ahead it is named",
    "Medicare Benefit Policy Manual ch. 15",
    "info",
)
REPORT = Rule(
    "plan.progress-report",
    "A progress report is written by the clinician at least every ten treatment days",
    "Medicare Benefit Policy Manual ch. 15; Noridian review results for 97140",
    "warn",
)
RULES = (CERTIFICATION, EXPIRED, NO_PLAN, REPORT_NEAR, REPORT)

SIGNATURE_DUE = timedelta(days=30)
LONGEST = timedelta(days=90)
NEAR_DAYS, DUE_DAYS = 8, 10


def certified(bill: Bill, record: Record) -> Iterator[Finding]:
    if record.plan_of_care_on is None or not _therapy(bill):
        return
    served, plan_on = bill.scene.day.date, record.plan_of_care_on
    certification = record.certification or Certification()
    if certification.signed_on is not None or _order_stands_in(certification, plan_on):
        return
    first = record.first_treatment_on or plan_on
    due = first + SIGNATURE_DUE
    if served <= due:
        yield CERTIFICATION.finding(
            f"The plan of care of {plan_on:%m/%d/%Y} is not certified yet; the signature is due "
            f"by {due:%m/%d/%Y}."
        )
    else:
        yield CERTIFICATION.finding(
            f"The plan of care of {plan_on:%m/%d/%Y} is not certified, and the signature was due "
            f"by {due:%m/%d/%Y}."
        )


def _order_stands_in(certification: Certification, plan_on: date) -> bool:
    """Since 2025 a signed order and a plan sent in time replace the first signature only."""
    return (
        certification.initial
        and bool(certification.order_on_file)
        and certification.sent_on is not None
        and certification.sent_on <= plan_on + SIGNATURE_DUE
    )


def in_force(bill: Bill, record: Record) -> Iterator[Finding]:
    if not _therapy(bill):
        return
    served = bill.scene.day.date
    if record.plan_of_care_on is None:
        yield NO_PLAN.finding("No plan of care covers this visit.")
        return
    ends = record.plan_of_care_on + LONGEST
    if record.plan_of_care_to is not None:
        ends = min(ends, record.plan_of_care_to)
    if served > ends:
        yield EXPIRED.finding(
            f"The plan of care ran to {ends:%m/%d/%Y}: recertify it before this visit is billed."
        )


def progress_reported(bill: Bill, record: Record) -> Iterator[Finding]:
    days = record.treatment_days_since_report
    if days is None or not _therapy(bill):
        return
    if days > DUE_DAYS:
        yield REPORT.finding(
            f"This is treatment day {days} since the last progress report; one was due by day "
            f"{DUE_DAYS}."
        )
    elif days >= NEAR_DAYS:
        yield REPORT_NEAR.finding(
            f"This is treatment day {days} since the last progress report; the next is due by day "
            f"{DUE_DAYS}."
        )


def _therapy(bill: Bill) -> bool:
    """Lines under a therapy plan: an adjustment alone needs none."""
    return any(part.service.fact.therapy == "always" for part in bill.parts)
