"""One visit under two policies, line by line. Nothing is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from billing.engine.derive import derive
from billing.engine.record import Record
from billing.engine.tables import Tables
from billing.engine.types import Day, Line, Policy, Result


@dataclass(frozen=True, slots=True)
class Cell:
    """What one policy bills under a code; None where nothing."""

    units: int
    modifiers: tuple[str, ...]
    cents: int | None


@dataclass(frozen=True, slots=True)
class Row:
    code: str
    before: Sequence[Cell]
    after: Sequence[Cell]

    @property
    def changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Side:
    """One policy's answer, with its reasons numbered for reading."""

    label: str
    result: Result
    units: int
    cents: int | None

    @property
    def steps(self) -> list[tuple[str, Any]]:
        return [(line.code, reason) for line in self.result.lines for reason in line.reasons]


@dataclass(frozen=True, slots=True)
class Comparison:
    before: Side | None
    after: Side
    rows: tuple[Row, ...]

    @property
    def changed(self) -> bool:
        return any(row.changed for row in self.rows)

    @property
    def new_findings(self) -> list[Any]:
        known = {f.text for f in self.before.result.findings} if self.before else set()
        return [f for f in self.after.result.findings if f.text not in known]


@dataclass(frozen=True, slots=True)
class Ground:
    """What both sides share: tables, fees, the chart's facts."""

    tables: Tables
    fees: Mapping[str, int]
    record: Record | None = None


def compare(
    day: Day,
    *,
    before: tuple[str, Policy] | None,
    after: tuple[str, Policy],
    ground: Ground,
) -> Comparison:
    """The visit under the rules in force, where there are any, and under the others."""
    left = _side(day, *before, ground) if before else None
    return side_by_side(left, _side(day, *after, ground), ground.fees)


def side_by_side(left: Side | None, right: Side, fees: Mapping[str, int]) -> Comparison:
    old, new = _cells(left.result.lines if left else (), fees), _cells(right.result.lines, fees)
    rows = tuple(Row(code, old.get(code, ()), new.get(code, ())) for code in sorted({*old, *new}))
    return Comparison(left, right, rows)


def _side(day: Day, label: str, policy: Policy, ground: Ground) -> Side:
    return side_of(label, derive(day, policy, ground.tables, ground.record), ground.fees)


def side_of(label: str, result: Result, fees: Mapping[str, int]) -> Side:
    priced = [fees[line.code] * line.units for line in result.lines if line.code in fees]
    return Side(
        label=label,
        result=result,
        units=sum(line.units for line in result.lines),
        cents=sum(priced) if len(priced) == len(result.lines) else None,
    )


def _cells(lines: Sequence[Line], fees: Mapping[str, int]) -> dict[str, tuple[Cell, ...]]:
    found: dict[str, tuple[Cell, ...]] = {}
    for line in lines:
        fee = fees.get(line.code)
        cell = Cell(line.units, line.modifiers, None if fee is None else fee * line.units)
        found[line.code] = (*found.get(line.code, ()), cell)
    return found
