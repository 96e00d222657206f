"""Everything wrong with a claim, before a payer finds it: box, value, what to do.

Public validators check the guide's structure. What they let through (check digits, pointers
that lead nowhere, codes that cannot be, dates to come) is checked here, on the facts.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date

from billing.claims import preflight_lines, preflight_people, preflight_rules
from billing.claims.read_837p import read_837p
from billing.claims.types import Claim, Problem
from billing.claims.words import normalised


@dataclass(frozen=True, slots=True)
class Ground:
    """What the checks compare with. Empty collections: that list is not known here."""

    today: date
    procedures: Collection[str] = ()
    diagnoses: Collection[str] = ()


Check = Callable[[Claim, Ground], Iterator[Problem]]
CHECKS: tuple[Check, ...] = (
    *preflight_people.CHECKS,
    *preflight_lines.CHECKS,
    *preflight_rules.CHECKS,
)


def preflight(claim: Claim, ground: Ground) -> list[Problem]:
    """The claim's problems, in the order of the form's boxes. Text is folded first."""
    claim = normalised(claim)
    return [problem for check in CHECKS for problem in check(claim, ground)]


def check_file(text: str, ground: Ground) -> list[Problem]:
    """A whole file: its structure, then each claim in it."""
    claims, problems = read_837p(text)
    found = list(problems)
    for claim in claims:
        found += preflight(claim, ground)
    if not claims and not found:
        found.append(Problem("file", "the file holds no claim", "Choose at least one visit."))
    return found
