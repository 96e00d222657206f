"""One therapist cannot be one-on-one with two patients in the same minute."""

from collections.abc import Iterator

from billing.engine.checks.blocks import named
from billing.engine.record import Record
from billing.engine.remarks import Bill
from billing.engine.rules import Rule
from billing.engine.times import shown_time
from billing.engine.types import Block, Finding

ONE_ON_ONE = Rule(
    "elsewhere.one-on-one",
    "A timed minute belongs to one patient; with two it is group time",
    "CMS: one-on-one and group therapy; Pub. 100-04 ch. 5",
    "block",
)
RULES = (ONE_ON_ONE,)


def one_on_one_once(bill: Bill, record: Record) -> Iterator[Finding]:
    if not record.other_intervals:
        return
    for block in _timed_blocks(bill):
        for other in record.other_intervals:
            start, end = max(block.start, other.start), min(block.end, other.end)
            if start < end:
                whose = f" of record {other.label}" if other.label else ""
                yield ONE_ON_ONE.finding(
                    f"{named(block)} overlaps one-on-one time in the chart{whose} from "
                    f"{shown_time(start, block.offset)} to {shown_time(end, block.offset)}: "
                    "correct one of the two, or chart group time.",
                    (block.id,),
                )


def _timed_blocks(bill: Bill) -> list[Block]:
    blocks = [
        piece.item
        for service in bill.services
        if service.timed
        for piece in service.pieces
        if isinstance(piece.item, Block) and piece.item.clock
    ]
    return sorted(blocks, key=lambda block: (block.start, block.id))
