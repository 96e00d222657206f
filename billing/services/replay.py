"""A draft on visits that are signed: what would have been billed otherwise.

Reads stored facts and derives in memory. Never writes: notes and charge sets stay as signed.
"""

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from billing.engine.derive import derive
from billing.engine.policy import with_overrides
from billing.engine.record import record_from_dict
from billing.engine.tables import Tables
from billing.engine.types import Finding, Line, Policy, Reason, Result, Unbilled
from billing.enums import EditionStatus
from billing.models import ChargeLine, ChargeSet, EditEdition, Fee, PolicyOverride
from billing.services.fees import dollars
from billing.services.freezing import day_from_plain
from billing.services.reference import tables_on
from clinic.models import Payer
from clinic.scope import scope

CHUNK = 500
MOST_SHOWN = 500
Billed = tuple[tuple[str, tuple[str, ...], int], ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """One visit that the draft would bill otherwise."""

    pk: int
    public_id: UUID
    date: date
    patient: str
    before: Billed
    after: Billed
    units: int
    cents: int

    @property
    def place(self) -> str:
        """Where the next ones begin: after this visit, in the order of days."""
        return f"{self.date}_{self.pk}"

    @property
    def money(self) -> str:
        return dollars(abs(self.cents))


@dataclass(slots=True)
class Tally:
    """The replay so far. Only the first changed visits are kept, so that memory stays flat."""

    total: int
    done: int = 0
    changed: int = 0
    findings_only: int = 0
    units_up: int = 0
    units_down: int = 0
    cents_up: int = 0
    cents_down: int = 0
    gained: Counter = field(default_factory=Counter)
    lost: Counter = field(default_factory=Counter)
    visits: list[Changed] = field(default_factory=list)


class _Row(NamedTuple):
    pk: int
    public_id: UUID
    date: date
    episode_id: int
    first_name: str
    last_name: str
    created_at: datetime
    day: Mapping[str, Any]
    record_facts: Mapping[str, Any]
    answer: Mapping[str, Any]


_FIELDS = (
    "pk", "note__visit__public_id", "note__visit__date", "note__visit__episode_id",
    "note__visit__patient__first_name", "note__visit__patient__last_name", "created_at",
    "facts__day", "record_facts", "answer",
)  # fmt: skip


def signed_visits(payer: Payer, first: date, last: date):
    return ChargeSet.objects.filter(
        note__visit__coverage__payer=payer, note__visit__date__range=(first, last)
    )


def replay(payer: Payer, policy: Policy, *, first: date, last: date) -> Iterator[Tally]:
    """Derive every signed visit of the range anew; yields the tally after each few hundred.

    Opens the practice's scope for each chunk by itself: a streamed answer is read after the
    request's own scope has ended.
    """
    practice_id = payer.practice_id
    with scope(practice_id):
        found = signed_visits(payer, first, last).order_by("note__visit__date", "pk")
        keys = array("q", found.values_list("pk", flat=True).iterator(chunk_size=5000))
        bench = Bench(payer, policy)
    tally = Tally(total=len(keys))
    yield tally
    for start in range(0, len(keys), CHUNK):
        with scope(practice_id):
            for row in _rows(keys[start : start + CHUNK]):
                _count(tally, row, bench)
        tally.done = min(start + CHUNK, len(keys))
        yield tally


def replay_after(
    payer: Payer, policy: Policy, place: tuple[date, int], *, last: date
) -> list[Changed]:
    """The next few hundred visits that change, after that place; reads no further than needed."""
    day, pk = place
    found = signed_visits(payer, day, last).exclude(note__visit__date=day, pk__lte=pk)
    keys = list(found.order_by("note__visit__date", "pk").values_list("pk", flat=True))
    bench, tally = Bench(payer, policy), Tally(total=len(keys))
    for start in range(0, len(keys), CHUNK):
        for row in _rows(array("q", keys[start : start + CHUNK])):
            _count(tally, row, bench)
        if len(tally.visits) == MOST_SHOWN:
            break
    return tally.visits


class Bench:
    """What one replay looks up again and again: tables by moment, fees by day, exceptions."""

    def __init__(self, payer: Payer, policy: Policy) -> None:
        self.policy = policy
        self._moments = sorted(
            EditEdition.objects.filter(status=EditionStatus.ACTIVE).values_list(
                "accepted_at", flat=True
            )
        )
        self._tables: dict[int, Tables] = {}
        self._fees: dict[str, list[tuple[date, date | None, int]]] = {}
        for code, start, end, cents in Fee.objects.order_by("starts_on").values_list(
            "code", "starts_on", "ends_on", "amount_cents"
        ):
            self._fees.setdefault(code, []).append((start, end, cents))
        self._overrides: dict[int, list[tuple[date, date | None, Policy]]] = {}
        for row in PolicyOverride.objects.filter(payer=payer):
            own = with_overrides(policy, row.fields)
            self._overrides.setdefault(row.episode_id, []).append((row.starts_on, row.ends_on, own))

    def tables_at(self, moment: datetime) -> Tables:
        """The tables that the visit was signed with: the draft alone makes the difference."""
        place = bisect_right(self._moments, moment)
        if place not in self._tables:
            self._tables[place] = tables_on(moment)
        return self._tables[place]

    def fee(self, code: str, on: date) -> int:
        return _on(self._fees.get(code, ()), on) or 0

    def policy_for(self, episode_id: int, on: date) -> Policy:
        return _on(self._overrides.get(episode_id, ()), on) or self.policy


def _on(spans: Any, on: date) -> Any:
    """The last of the dated values that is in force on the day."""
    for start, end, value in reversed(spans):
        if start <= on and (end is None or on <= end):
            return value
    return None


def _rows(keys: array) -> Iterator[_Row]:
    found = ChargeSet.objects.filter(pk__in=list(keys)).values_list(*_FIELDS)
    yield from sorted(map(_Row._make, found), key=lambda row: (row.date, row.pk))


def derive_row(row: _Row, bench: Bench) -> Result:
    return derive(
        day_from_plain(row.day),
        bench.policy_for(row.episode_id, row.date),
        bench.tables_at(row.created_at),
        record_from_dict(row.record_facts),
    )


def _count(tally: Tally, row: _Row, bench: Bench) -> None:
    result = derive_row(row, bench)
    before = tuple(
        (line["code"], tuple(line["modifiers"]), line["units"]) for line in row.answer["lines"]
    )
    after = tuple((line.code, line.modifiers, line.units) for line in result.lines)
    if before == after:
        tally.findings_only += _levels(row.answer) != [(f.level, f.rule) for f in result.findings]
        return
    units = sum(line[2] for line in after) - sum(line[2] for line in before)
    cents = _cents(after, row.date, bench) - _cents(before, row.date, bench)
    tally.changed += 1
    tally.units_up += max(units, 0)
    tally.units_down -= min(units, 0)
    tally.cents_up += max(cents, 0)
    tally.cents_down -= min(cents, 0)
    old, new = _modifiers(before), _modifiers(after)
    tally.gained += new - old
    tally.lost += old - new
    if len(tally.visits) < MOST_SHOWN:
        patient = f"{row.first_name} {row.last_name}"
        tally.visits.append(
            Changed(row.pk, row.public_id, row.date, patient, before, after, units, cents)
        )


def _levels(answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(finding["level"], finding["rule"]) for finding in answer["findings"]]


def _cents(lines: Billed, on: date, bench: Bench) -> int:
    return sum(bench.fee(code, on) * units for code, _, units in lines)


def _modifiers(lines: Billed) -> Counter:
    return Counter(modifier for _, modifiers, _ in lines for modifier in modifiers)


def stored_row(charge_set: ChargeSet) -> _Row:
    """One charge set as a replay reads it, for looking at it side by side."""
    found = ChargeSet.objects.filter(pk=charge_set.pk).values_list(*_FIELDS)
    return _Row._make(found[0])


def frozen_fees(charge_set: ChargeSet) -> dict[str, int]:
    rows = ChargeLine.objects.filter(charge_set=charge_set, fee_cents__isnull=False)
    return dict(rows.values_list("code", "fee_cents"))


def frozen_result(charge_set: ChargeSet) -> Result:
    """The answer as it was frozen, in the engine's own shape, for showing beside another."""
    answer = charge_set.answer
    return Result(
        id=answer["id"],
        policy=answer["policy"],
        engine=answer["engine"],
        timed_minutes=answer["timed_minutes"],
        treatment_minutes=answer["treatment_minutes"],
        lines=tuple(_frozen_line(row) for row in answer["lines"]),
        unbilled=tuple(
            Unbilled(row["code"] or "", row["minutes"], tuple(row["blocks"]), row["rule"],
                     row["text"])
            for row in answer["unbilled"]
        ),
        findings=tuple(
            Finding(row["level"], row["rule"], row["text"], tuple(row["blocks"]))
            for row in answer["findings"]
        ),
        edition=charge_set.edition,
    )  # fmt: skip


def _frozen_line(row: Mapping[str, Any]) -> Line:
    return Line(
        code=row["code"],
        units=row["units"],
        modifiers=tuple(row["modifiers"]),
        minutes=row["minutes"],
        blocks=tuple(row["blocks"]),
        diagnoses=tuple(row["diagnoses"]),
        reasons=tuple(Reason(r["rule"], r["source"], r["text"]) for r in row["reasons"]),
    )
