"""What particular payers ask for, chosen by the kind of coverage, never by a payer's name."""

from collections.abc import Iterator

from billing.claims.tables import CMT_MEDICARE
from billing.claims.types import Claim, Problem

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


CHECKS = (
    medicare_initial_treatment,
    medicare_referrer,
    medicare_assignment,
    accident_of_compensation,
    secondary,
)
