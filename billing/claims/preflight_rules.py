"""What particular payers ask for, chosen by the kind of coverage, never by a payer's name."""

import re
from collections.abc import Iterator

from billing.claims.tables import CMT_MEDICARE, COMPENSATION_CODES, MOST_CONDITIONS
from billing.claims.types import Claim, Problem
from billing.claims.words import odd_characters

_CONDITION = re.compile(r"[0-9A-Z]{2}")
_THERAPY = frozenset({"GP", "GO", "GN"})


def medicare_initial_treatment(claim: Claim, ground) -> Iterator[Problem]:
    """Adjustments need the date of initial treatment (clearinghouses refuse them without)."""
    if (
        claim.insured.filing == "MB"
        and claim.initial_treatment_on is None
        and any(line.code in CMT_MEDICARE for line in claim.lines)
    ):
        yield Problem("14", "Medicare asks for the date of initial treatment with an adjustment",
                      "Enter the episode's start.", rule="claim.initial-treatment")  # fmt: skip


def medicare_referrer(claim: Claim, ground) -> Iterator[Problem]:
    """Therapy under a plan of care names the certifying physician, with NPI."""
    therapy = any(_THERAPY & set(line.modifiers) for line in claim.lines)
    if (
        claim.insured.filing == "MB"
        and therapy
        and (claim.referring is None or not claim.referring.npi)
    ):
        yield Problem("17b", "Medicare asks for the NPI of the physician who certifies the plan",
                      "Enter it in the order of the episode.", rule="claim.certifier")  # fmt: skip


def medicare_assignment(claim: Claim, ground) -> Iterator[Problem]:
    if claim.assignment not in ("A", "B", "C"):
        yield Problem("27", "accept assignment is A, B or C", "Choose one.", claim.assignment,
                      "claim.assignment")  # fmt: skip


def accident_of_compensation(claim: Claim, ground) -> Iterator[Problem]:
    of = claim.accident
    if claim.insured.filing == "WC" and (of is None or not of.employment or of.on is None):
        yield Problem("10a", "workers' compensation needs the accident and its date",
                      "Record them in the coverage's claim details.",
                      rule="claim.comp-accident")  # fmt: skip
    if of is not None and of.auto and not of.state:
        yield Problem("10b", "an auto accident needs its state", "Enter the two letters.",
                      rule="claim.auto-state")  # fmt: skip
    if claim.insured.filing == "AM" and (of is None or not of.auto):
        yield Problem("10b", "an auto insurer needs the accident", "Record it.",
                      rule="claim.auto")  # fmt: skip


def secondary(claim: Claim, ground) -> Iterator[Problem]:
    """After the first payer: what it decided goes along, line by line."""
    if claim.insured.rank == "P":
        if claim.earlier:
            yield Problem("11d", "the first payer's claim carries no earlier payment",
                          "Send it to the second payer instead.",
                          rule="claim.secondary")  # fmt: skip
        return
    if not claim.earlier:
        yield Problem("9", "the claim goes to a second payer, but the first one's decision is "
                      "missing", "Post the first payer's remittance.",
                      rule="claim.secondary")  # fmt: skip
    yield from _line_decisions(claim)


def _line_decisions(claim: Claim) -> Iterator[Problem]:
    """Each line: what the first payer paid and took off is what was charged."""
    fix = "Post its remittance again, with its lines."
    for number, line in enumerate(claim.lines, start=1):
        if line.earlier is None:
            continue
        decided = line.earlier.paid_cents + sum(item.cents for item in line.earlier.adjustments)
        if decided != line.charge_cents:
            yield Problem("9", f"what the first payer paid and took off on line {number} is not "
                          "its charge", fix, line.code, "claim.secondary")  # fmt: skip
    paid = sum(line.earlier.paid_cents for line in claim.lines if line.earlier)
    if any((other.paid_cents or 0) != paid for other in claim.earlier):
        yield Problem("9", "the first payer's payment is not that of its lines", fix,
                      rule="claim.secondary")  # fmt: skip


def dates_of_illness(claim: Claim, ground) -> Iterator[Problem]:
    """Off work and in hospital: from before until, and nothing that has not begun."""
    for box, of, what in (
        ("16", claim.off_work, "the time off work"),
        ("18", claim.in_hospital, "the hospital stay"),
    ):
        if of.start and of.end and of.end < of.start:
            yield Problem(box, f"{what} ends before it begins",
                          "Correct it under Insured and accident.", f"{of.end:%m/%d/%Y}",
                          "claim.span")  # fmt: skip
        if of.start and of.start > ground.today:
            yield Problem(box, f"{what} is still to begin", "Enter it when it has begun.",
                          f"{of.start:%m/%d/%Y}", "claim.span")  # fmt: skip
    if claim.in_hospital.end and not claim.in_hospital.start:
        yield Problem("18", "there is a day of discharge, but none of admission",
                      "Enter both under Insured and accident.", rule="claim.span")  # fmt: skip
    if claim.place == "21" and claim.in_hospital.start is None:
        yield Problem("18", "care in a hospital bed needs the day of admission",
                      "Enter it under Insured and accident.",
                      rule="claim.admission")  # fmt: skip


def claim_codes(claim: Claim, ground) -> Iterator[Problem]:
    for code in claim.conditions:
        if not _CONDITION.fullmatch(code):
            yield Problem("10d", "a claim code is two letters or digits", "Correct it.", code,
                          "claim.condition")  # fmt: skip
        elif code in COMPENSATION_CODES and claim.insured.filing != "WC":
            yield Problem("10d", "this claim code belongs to workers' compensation",
                          "Take it out, or choose WC as the kind of plan.", code,
                          "claim.condition")  # fmt: skip
    if len(claim.conditions) > MOST_CONDITIONS:
        yield Problem("10d", f"the form has room for {MOST_CONDITIONS} claim codes",
                      "Keep those the payer asked for.", " ".join(claim.conditions),
                      "claim.condition")  # fmt: skip
    if odd := odd_characters(claim.other_claim_id):
        yield Problem("11b", "the insurer's claim number holds a character that no claim can "
                      "carry", "Write it in letters and digits.", odd,
                      "claim.characters")  # fmt: skip
    if claim.insured.filing != "MC" and any(line.epsdt for line in claim.lines):
        yield Problem("24H", "only Medicaid asks whether the visit follows an EPSDT screening",
                      "Take the mark out on the visit's page.", rule="claim.epsdt")  # fmt: skip


CHECKS = (
    dates_of_illness,
    claim_codes,
    medicare_initial_treatment,
    medicare_referrer,
    medicare_assignment,
    accident_of_compensation,
    secondary,
)
