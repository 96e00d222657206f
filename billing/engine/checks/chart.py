"""Is each billed block of manual therapy documented as reviewers ask?"""

from collections.abc import Iterator

from billing.engine.checks.blocks import manual_blocks, named
from billing.engine.record import Record
from billing.engine.remarks import Bill
from billing.engine.rules import Rule
from billing.engine.types import Finding

NECESSITY = "Palmetto 2019 on manual therapy; Noridian review results for 97140"

TECHNIQUE = Rule(
    "chart.technique",
    "A billed block of 97140 names its technique",
    NECESSITY,
    "block",
)
REGION = Rule("chart.region", "A billed block of 97140 names its body region", NECESSITY, "block")
RESPONSE = Rule(
    "chart.response", "A billed block of 97140 records the patient's response", NECESSITY, "warn"
)
RATIONALE = Rule(
    "chart.rationale",
    "A billed block of 97140 says which finding calls for skilled hands",
    NECESSITY,
    "warn",
)
GOAL = Rule(
    "chart.goal-link", "A billed block of 97140 serves a goal of the plan", NECESSITY, "warn"
)
LONG = Rule(
    "chart.minutes",
    "A single block of manual therapy longer than an hour is looked at twice",
    "Handline's own figure; reviewers compare minutes with the technique",
    "warn",
)
EMPTY = Rule(
    "chart.note-empty",
    "A billed visit has a written note",
    "Noridian review results for 97140: services not documented",
    "block",
)
RULES = (TECHNIQUE, REGION, RESPONSE, RATIONALE, GOAL, LONG, EMPTY)

LONGEST_SECONDS = 3600


def technique_named(bill: Bill, record: Record) -> Iterator[Finding]:
    for block in manual_blocks(bill):
        if not block.technique:
            yield TECHNIQUE.finding(
                f"{named(block)} does not say which technique was used.", (block.id,)
            )


def region_named(bill: Bill, record: Record) -> Iterator[Finding]:
    for block in manual_blocks(bill):
        if not block.regions:
            yield REGION.finding(
                f"{named(block)} does not say which region was treated.", (block.id,)
            )


def response_written(bill: Bill, record: Record) -> Iterator[Finding]:
    for block in manual_blocks(bill):
        if not block.response.strip():
            yield RESPONSE.finding(
                f"{named(block)} does not say how the patient responded.", (block.id,)
            )


def rationale_written(bill: Bill, record: Record) -> Iterator[Finding]:
    if record.rationales is None:
        return
    for block in manual_blocks(bill):
        if not record.rationales.get(block.id, "").strip():
            yield RATIONALE.finding(
                f"{named(block)} does not say which restriction called for skilled hands.",
                (block.id,),
            )


def goals_linked(bill: Bill, record: Record) -> Iterator[Finding]:
    if record.goal_links is None or not record.goals:
        return
    for block in manual_blocks(bill):
        if not record.goal_links.get(block.id):
            yield GOAL.finding(f"{named(block)} is not linked to a goal of the plan.", (block.id,))


def minutes_plausible(bill: Bill, record: Record) -> Iterator[Finding]:
    for block in manual_blocks(bill):
        seconds = block.end - block.start
        if seconds > LONGEST_SECONDS:
            yield LONG.finding(
                f"{named(block)} lasts {seconds // 60} minutes without a break: check the times.",
                (block.id,),
            )


def note_written(bill: Bill, record: Record) -> Iterator[Finding]:
    if bill.lines and not record.note_text.strip():
        yield EMPTY.finding("The note has no text: write it before the visit is billed.")
