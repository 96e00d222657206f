"""The section billing adds to a note: each unit and each modifier with its reasons and proof."""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True)
class Reason:
    text: str
    rule: str = ""
    source: str = ""


@dataclass(frozen=True)
class Interval:
    """One stretch of time (or one region) that stands as evidence."""

    code: str
    block: str = ""
    start: time | None = None
    end: time | None = None
    regions: str = ""


@dataclass(frozen=True)
class Proof:
    """Why two services of one day are distinct: their two intervals or their two regions."""

    modifier: str
    ground: str  # "time" or "region"
    own: tuple[Interval, ...]
    other: tuple[Interval, ...]


@dataclass(frozen=True)
class ChargeLine:
    code: str
    wording: str
    modifiers: tuple[str, ...]
    units: int
    minutes: int
    pointers: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()
    proofs: tuple[Proof, ...] = ()


@dataclass(frozen=True)
class UnbilledRow:
    code: str
    minutes: int
    blocks: str
    text: str
    rule: str = ""


@dataclass(frozen=True)
class FindingRow:
    level: str  # block, warn, info
    text: str
    rule: str = ""
    acknowledged: str = ""  # who overrode it, when and why, in words


@dataclass(frozen=True)
class ChargesSection:
    lines: tuple[ChargeLine, ...]
    title: str = "Units and modifiers, with reasons"
    unbilled: tuple[UnbilledRow, ...] = ()
    findings: tuple[FindingRow, ...] = ()
    policy: str = ""
    edition: str = ""
    engine: str = ""
    derivation: str = ""  # JSON text, attached to the file as derivation.json
