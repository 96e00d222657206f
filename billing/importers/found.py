"""What a reader hands to the service that stores it."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Generic, NamedTuple, TypeVar


class PairRow(NamedTuple):
    column1: str
    column2: str
    effective: date | None
    deletion: date | None
    indicator: int


class LimitRow(NamedTuple):
    code: str
    value: int
    mai: int


class FeeRow(NamedTuple):
    code: str
    status: str
    work: Decimal
    pe_nonfacility: Decimal
    malpractice: Decimal
    multiple_procedure: str
    conversion_factor: Decimal
    price_cents: int


Row = TypeVar("Row", PairRow, LimitRow, FeeRow)


@dataclass(frozen=True)
class Identity:
    """Which published table it is."""

    setting: str
    label: str
    version: str
    effective_from: date
    program: str = "medicare"


@dataclass
class Found(Generic[Row]):
    """An edition as read: its rows among our codes, and how many rows there were at all."""

    identity: Identity
    rows: list[Row] = field(default_factory=list)
    total: int = 0
