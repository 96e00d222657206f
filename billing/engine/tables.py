"""Published tables in memory: code pairs by edition, daily limits, thresholds, code facts."""

import csv
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

ONE_DAY = timedelta(days=1)
REFERENCE = Path(__file__).resolve().parent.parent / "reference"


@dataclass(frozen=True, slots=True)
class CodeFact:
    """What counting and modifiers need to know of a code; the label is our own short wording."""

    code: str
    label: str
    basis: Literal["timed", "untimed", "other"]
    therapy: Literal["always", "sometimes", "no"]
    family: str  # cmt omt em evaluation group modality, or empty
    hands_on: bool
    bundled: bool
    valid_from: date | None = None


@dataclass(frozen=True, slots=True)
class Replaced:
    """A code that ended or never was one, and what to use instead."""

    code: str
    ended: date | None
    replacements: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class PairRow:
    """One row of an edit file. No `effective` date: in force since before the file's memory."""

    edition: str
    column1: str
    column2: str
    effective: date | None
    deletion: date | None
    indicator: int

    def in_force(self, on: date) -> bool:
        return (
            self.indicator != 9
            and (self.effective is None or self.effective <= on)
            and (self.deletion is None or on <= self.deletion)
        )


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A code's units a day. `mai` 2 is absolute, 3 may be exceeded with records, 1 is by line."""

    edition: str
    code: str
    value: int
    mai: int


@dataclass(frozen=True, slots=True)
class Threshold:
    year: int
    pt_slp_cents: int
    ot_cents: int
    review_cents: int


@dataclass(frozen=True, slots=True)
class Pair:
    """An edit in force between two codes."""

    column1: str
    column2: str
    indicator: int
    edition: str
    rows: int = 1


class Moment(NamedTuple):
    """Two dates with the same moment find the same pairs."""

    source: str
    edition: str
    changes: int


@dataclass(slots=True)
class Memory:
    """What was looked up before. It holds answers only, so forgetting it changes nothing."""

    moments: dict[tuple[str, date], Moment | None] = field(default_factory=dict)
    limits: dict[date, Mapping[str, LimitRow]] = field(default_factory=dict)
    pairs: dict[tuple[Moment, str, str], Pair | None] = field(default_factory=dict)
    edits: dict[Hashable, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Tables:
    """Everything published that a derivation may look up. Build it with `tables_from_rows`."""

    pairs: Mapping[str, Mapping[str, Mapping[tuple[str, str], tuple[PairRow, ...]]]]
    limits: Mapping[str, Mapping[str, LimitRow]]
    thresholds: Mapping[int, Threshold]
    codes: Mapping[str, CodeFact]
    replaced: Mapping[str, Replaced]
    replaced_diagnoses: Mapping[str, Replaced]
    memory: Memory = field(default_factory=Memory, repr=False, compare=False)

    def edition_for(self, source: str, on: date) -> str | None:
        """The edition whose quarter holds the date, else the newest before it, else the oldest:
        an edition's rows are dated, so it also answers for earlier days."""
        moment = self.moment(source, on)
        return moment.edition if moment else None

    def moment(self, source: str, on: date) -> Moment | None:
        """What decides a lookup on a date: the edition, and between which of its rows' dates."""
        key = (source, on)
        if key not in self.memory.moments:
            self.memory.moments[key] = self._moment(source, on)
        return self.memory.moments[key]

    def pair(self, source: str, one: str, other: str, on: date) -> Pair | None:
        """The edit between two codes on a date, whichever column each is in."""
        moment = self.moment(source, on)
        if moment is None:
            return None
        key = (moment, one, other)
        if key not in self.memory.pairs:
            self.memory.pairs[key] = self._look_up(moment, one, other, on)
        return self.memory.pairs[key]

    def limits_on(self, on: date) -> Mapping[str, LimitRow]:
        """The daily limits of the edition that the date is in."""
        if on not in self.memory.limits:
            edition = _nearest(self.limits, on)
            self.memory.limits[on] = self.limits[edition] if edition else {}
        return self.memory.limits[on]

    def limit(self, code: str, on: date) -> LimitRow | None:
        return self.limits_on(on).get(code)

    def _moment(self, source: str, on: date) -> Moment | None:
        table = self.pairs.get(source, {})
        edition = _nearest(table, on)
        if edition is None:
            return None
        rows = [row for found in table[edition].values() for row in found]
        changes = {row.effective for row in rows if row.effective}
        changes.update(row.deletion + ONE_DAY for row in rows if row.deletion)
        return Moment(source, edition, sum(change <= on for change in changes))

    def _look_up(self, moment: Moment, one: str, other: str, on: date) -> Pair | None:
        table = self.pairs[moment.source][moment.edition]
        rows = [
            row
            for columns in ((one, other), (other, one))
            for row in table.get(columns, ())
            if row.in_force(on)
        ]
        if not rows:
            return None
        # Two rows in force at once are an error in the file: the stricter one counts.
        row = min(rows, key=lambda row: (row.indicator, row.column1))
        return Pair(row.column1, row.column2, row.indicator, moment.edition, len(rows))


def quarter_start(edition: str) -> date:
    """The first day of an edition such as 2026Q3."""
    year, quarter = edition.split("Q")
    return date(int(year), 3 * int(quarter) - 2, 1)


def edition_of(day: date) -> str:
    return f"{day.year}Q{(day.month + 2) // 3}"


def tables_from_rows(
    *,
    pairs: Mapping[str, Iterable[PairRow]],
    limits: Iterable[LimitRow],
    thresholds: Iterable[Threshold],
    codes: Iterable[CodeFact] | None = None,
    replaced: Iterable[Replaced] | None = None,
    replaced_diagnoses: Iterable[Replaced] | None = None,
) -> Tables:
    """Tables of any rows: a database's, a test's. Code facts default to the shipped ones."""
    by_edition: dict[str, dict[str, LimitRow]] = {}
    for row in limits:
        by_edition.setdefault(row.edition, {})[row.code] = row
    return Tables(
        pairs={source: _indexed(rows) for source, rows in pairs.items()},
        limits=by_edition,
        thresholds={row.year: row for row in thresholds},
        codes={fact.code: fact for fact in (shipped_codes() if codes is None else codes)},
        replaced={
            row.code: row
            for row in (_replaced("codes_replaced.csv") if replaced is None else replaced)
        },
        replaced_diagnoses={
            row.code: row
            for row in (
                _replaced("diagnoses_replaced.csv")
                if replaced_diagnoses is None
                else replaced_diagnoses
            )
        },
    )


@lru_cache(maxsize=1)
def starter_tables() -> Tables:
    """The small edition that ships with Handline; CMS's own files supersede it."""
    return tables_from_rows(
        pairs={
            "ncci-practitioner": _pair_rows("ptp_practitioner.csv"),
            "ncci-hospital": _pair_rows("ptp_hospital.csv"),
        },
        limits=[
            LimitRow(row["edition"], row["code"], int(row["value"]), int(row["mai"]))
            for row in _rows("mue.csv")
        ],
        thresholds=[
            Threshold(
                int(row["year"]),
                *(100 * int(row[name]) for name in ("pt_slp", "ot", "review")),
            )
            for row in _rows("kx_thresholds.csv")
        ],
    )


@lru_cache(maxsize=1)
def shipped_codes() -> tuple[CodeFact, ...]:
    return tuple(
        CodeFact(
            code=row["code"],
            label=row["label"],
            basis=row["basis"],  # type: ignore[arg-type]  # a test reads every row
            therapy=row["therapy"],  # type: ignore[arg-type]  # as above
            family=row["family"],
            hands_on=row["hands_on"] == "yes",
            bundled=row["bundled"] == "yes",
            valid_from=_day(row["valid_from"]),
        )
        for row in _rows("codes.csv")
    )


def _nearest(editions: Iterable[str], on: date) -> str | None:
    known = sorted(editions)
    earlier = [edition for edition in known if edition <= edition_of(on)]
    return earlier[-1] if earlier else (known[0] if known else None)


def _indexed(
    rows: Iterable[PairRow],
) -> dict[str, dict[tuple[str, str], tuple[PairRow, ...]]]:
    index: dict[str, dict[tuple[str, str], tuple[PairRow, ...]]] = {}
    for row in rows:
        table = index.setdefault(row.edition, {})
        key = (row.column1, row.column2)
        table[key] = (*table.get(key, ()), row)
    return index


def _pair_rows(name: str) -> Iterator[PairRow]:
    for row in _rows(name):
        yield PairRow(
            row["edition"],
            row["column1"],
            row["column2"],
            _day(row["effective"]),
            _day(row["deletion"]),
            int(row["indicator"]),
        )


def _replaced(name: str) -> Iterator[Replaced]:
    for row in _rows(name):
        yield Replaced(
            row["code"], _day(row["ended"]), tuple(row["replacement"].split()), row["why"]
        )


def _rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a reference file. Lines that start with # say where the file comes from."""
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(line for line in file if not line.startswith("#"))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
