"""A rule, as the pages and the answers name it."""

from dataclasses import dataclass
from datetime import date

from billing.engine.types import Finding, Level, Proof, Reason

READ_ON = date(2026, 11, 22)
MODIFIERS = (
    "22", "24", "52", "CQ", "CO", "25", "57", "59", "XE", "XS", "XP", "XU", "51", "76", "77", "95",
    "GT", "GP", "GO", "GN", "KX", "AT", "GA", "GX", "GY", "GZ", "96", "97", "LT", "RT",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """What one rule decides, who says so, and when that was last checked."""

    id: str
    decides: str
    source: str
    level: Level | None = None  # of its findings, where the payer's policy names no other
    checked_on: date = READ_ON

    def because(self, text: str, proof: Proof | None = None) -> Reason:
        return Reason(self.id, self.source, text, proof)

    def finding(self, text: str, blocks: tuple[str, ...] = ()) -> Finding:
        return Finding(self.level or "info", self.id, text, blocks)
