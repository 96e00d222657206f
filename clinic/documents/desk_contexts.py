"""Statements, receipts, estimates, covers of appeals: facts and tables under one head."""

from dataclasses import dataclass
from datetime import datetime

from . import parts


@dataclass(frozen=True)
class Table:
    """`numeric` names the columns set to the right; `total` is the last row, in bold."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    total: tuple[str, ...] = ()
    wide: int = 1  # the column that takes what width is left


@dataclass(frozen=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True)
class DeskPaper:
    practice: parts.Practice
    kind: str  # as printed: Statement, Receipt, ...
    number: str
    issued_at: datetime
    patient: parts.Patient
    time_zone: str = "America/New_York"
    about: str = ""
    facts: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()
    result: tuple[str, str] = ("", "")  # the one line that counts: label and amount
    paragraphs: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
