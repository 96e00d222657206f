"""Which of the visit's diagnoses each line points at."""

from collections.abc import Iterator

from billing.engine.parts import LETTERS, Part
from billing.engine.rules import Rule
from billing.engine.types import Day, Finding
from billing.engine.words import listed

TOO_MANY = Rule(
    "diagnoses.too-many",
    "A claim holds twelve diagnoses",
    "CMS-1500 item 21 and 837P",
    "warn",
)
CUT = Rule(
    "diagnoses.pointers",
    "A line points at four diagnoses at most",
    "CMS-1500 item 24E",
    "info",
)
OWN = Rule(
    "diagnoses.own-pointer",
    "Services that are distinct by region need a diagnosis of their own",
    "Dynamic Chiropractic 2007; ChiroCode: pointers that show the two regions",
    "warn",
)
RULES = (TOO_MANY, CUT, OWN)

MOST_POINTERS = 4


def pointer_findings(day: Day, parts: tuple[Part, ...]) -> Iterator[Finding]:
    if len(day.diagnoses) > len(LETTERS):
        beyond = day.diagnoses[len(LETTERS) :]
        yield TOO_MANY.finding(
            f"{len(day.diagnoses)} diagnoses are "
            f"charted, a claim holds 12: {listed(beyond)} cannot be pointed at."
        )
    for part in parts:
        letters = part.letters
        if MOST_POINTERS < len(letters) < len(day.diagnoses):
            yield CUT.finding(
                f"{part.service.code} is charted for {len(letters)} diagnoses; its line points "
                f"at {listed(letters[:MOST_POINTERS])}.",
                part.service.ids,
            )
    apart = {
        (edit.column1, edit.column2): part.counterparts[edit.column2]
        for part in parts
        for edit, proof in part.edits
        if proof and proof.ground == "region"
    }
    for (first, second), service in apart.items():
        if not _pointers(parts, second) - _pointers(parts, first):
            yield OWN.finding(
                f"{second} is distinct from {first} by region but has no diagnosis of its "
                "own; point it at one for the region treated.",
                service.ids,
            )


def _pointers(parts: tuple[Part, ...], code: str) -> set[str]:
    return {
        letter
        for part in parts
        if part.service.code == code
        for letter in part.letters[:MOST_POINTERS]
    }
