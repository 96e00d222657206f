"""The hands-on blocks that a check looks at."""

from collections.abc import Iterator

from billing.engine.remarks import Bill
from billing.engine.types import Block

MANUAL_THERAPY = "97140"


def manual_blocks(bill: Bill) -> Iterator[Block]:
    """Blocks of 97140 that have a line, in the order of the clock."""
    blocks = [
        piece.item
        for part in bill.parts
        if part.service.code == MANUAL_THERAPY
        for piece in part.pieces
        if isinstance(piece.item, Block)
    ]
    yield from sorted(blocks, key=lambda block: (block.start, block.id))


def named(block: Block) -> str:
    """How a sentence names a block: by the number that the chart prints."""
    return f"Block {block.id[1:]}" if block.id[1:].isdigit() else f"Block {block.id}"
