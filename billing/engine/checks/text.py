"""Text carried over from the last notes."""

from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher

from billing.engine.record import Record
from billing.engine.remarks import Bill
from billing.engine.rules import Rule
from billing.engine.types import Finding

CLONED = Rule(
    "text.cloned",
    "A note that is nine tenths like one of the last three was hardly written for this visit",
    "OIG and contractors on cloned documentation; the tenth is Handline's own figure",
    "warn",
)
RULES = (CLONED,)

ALIKE = 0.9
FEWEST_WORDS = 12  # shorter texts are alike by chance


def not_cloned(bill: Bill, record: Record) -> Iterator[Finding]:
    words = record.note_text.lower().split()
    if len(words) < FEWEST_WORDS:
        return
    for place, earlier in enumerate(record.recent_note_texts, start=1):
        share = likeness(words, earlier.lower().split())
        if share >= ALIKE:
            which = "the last note" if place == 1 else f"the note {place} visits ago"
            yield CLONED.finding(
                f"The text is {int(share * 100)} % the same as {which}: write what was different "
                "today."
            )
            return


def likeness(words: list[str], earlier: list[str]) -> float:
    """Shared words in order, from 0 to 1; 0 at once where the words alone rule it out."""
    both = len(words) + len(earlier)
    if not both:
        return 0.0
    shared = sum((Counter(words) & Counter(earlier)).values())
    if 2 * shared / both < ALIKE:
        return 0.0
    return SequenceMatcher(None, words, earlier, autojunk=False).ratio()
