"""The order and the presence of segments in an 837P file."""

from collections.abc import Iterator

from billing.claims.reading import File, Segment
from billing.claims.types import Problem

# Rank of a segment within the claim loop (2300), the providers and other payers after it.
_CLAIM = {"CLM": 0, "DTP": 1, "PWK": 2, "CN1": 3, "AMT": 4, "REF": 5, "K3": 6, "NTE": 7, "CR1": 8,
          "CR2": 9, "CRC": 10, "HI": 11, "HCP": 12, "NM1": 13, "PRV": 13, "N3": 13, "N4": 13,
          "PER": 13, "SBR": 14, "CAS": 14, "OI": 14, "MOA": 14}  # fmt: skip
_LINE = {"LX": 0, "SV1": 1, "SV5": 2, "PWK": 3, "CR3": 4, "CRC": 5, "DTP": 6, "QTY": 7, "MEA": 8,
         "CN1": 9, "REF": 10, "AMT": 11, "K3": 12, "NTE": 13, "LIN": 15, "NM1": 16,
         "SVD": 17, "CAS": 18}  # fmt: skip


def check_order(file: File) -> list[Problem]:
    return [*_order(file), *_levels(file)]


def _order(file: File) -> Iterator[Problem]:
    ranks: dict[str, int] = {}
    rank = -1
    inside_other = False
    for segment in file.segments:
        if segment.id in ("CLM", "LX"):
            ranks, rank, inside_other = (_CLAIM if segment.id == "CLM" else _LINE), -1, False
        elif segment.id in ("HL", "SE"):
            ranks = {}
        inside_other = inside_other or segment.id in ("SBR", "SVD")
        found = ranks.get(segment.id)
        if found is None or inside_other:
            continue
        if found < rank:
            yield _misplaced(segment)
        rank = max(rank, found)


def _misplaced(segment: Segment) -> Problem:
    return Problem("file", f"segment {segment.place}, {segment.id}, stands out of order",
                   "Write the file again: dates come before references and diagnoses.",
                   rule="x12.order")  # fmt: skip


def _levels(file: File) -> Iterator[Problem]:
    """HL04 says whether a level below follows."""
    levels = [s for s in file.segments if s.id == "HL"]
    parents = {s.get(2) for s in levels}
    for level in levels:
        has_child = level.get(1) in parents
        if (level.get(4) == "1") != has_child:
            yield Problem(
                "file",
                f"level {level.get(1)} says {'a' if level.get(4) == '1' else 'no'} level below it "
                f"follows, but {'one does' if has_child else 'none does'}",
                "Set HL04 to what follows.",
                level.get(4),
                "x12.levels",
            )
