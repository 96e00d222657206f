"""The day's services: what was documented under each code, and which minutes count for it."""

from typing import NamedTuple

from billing.engine.tables import CodeFact
from billing.engine.types import Block, Procedure, Region


class Piece(NamedTuple):
    """One entry of the chart under the code that it counts for.

    `start` and `end` are None where the entry has no place on the timeline; `end` alone is None
    where its length is unknown. `anchored`: its place can be compared with the clock.
    """

    code: str
    item: Block | Procedure
    regions: tuple[Region, ...]
    start: int | None
    end: int | None
    seconds: int
    anchored: bool


class Service(NamedTuple):
    """Everything under one code. `minutes` is what counts of what was charted."""

    code: str
    fact: CodeFact
    pieces: tuple[Piece, ...]
    minutes: int
    therapist_minutes: int
    assistant_minutes: int
    timed: bool
    assisted: bool  # an assistant gave some of it alone

    @property
    def ids(self) -> tuple[str, ...]:
        return ids_of(self.pieces)

    @property
    def first_start(self) -> int:
        """When it began, where the clock says so: the order of blocks alone is no evidence."""
        return min((p.start for p in self.pieces if p.anchored and p.start is not None), default=0)

    @property
    def buckets(self) -> frozenset[str] | None:
        """Every region bucket that was worked on; None where an entry does not say."""
        if not all(piece.regions for piece in self.pieces):
            return None
        return frozenset(
            bucket for piece in self.pieces for region in piece.regions for bucket in region.buckets
        )


def ids_of(pieces: tuple[Piece, ...] | list[Piece]) -> tuple[str, ...]:
    """The entries' ids in the order of the clock, then of the ids."""
    if len(pieces) == 1:
        own = pieces[0].item.id
        return (own,) if own else ()
    return tuple(piece.item.id for piece in sorted(pieces, key=_by_clock_then_id) if piece.item.id)


def _by_clock_then_id(piece: Piece) -> tuple[int, int, str]:
    at = piece.start if piece.anchored and piece.start is not None else 0
    return (at, len(piece.item.id), piece.item.id)
