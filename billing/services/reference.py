"""The published tables as the engine reads them, built from the editions in force."""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from billing.engine.tables import (
    LimitRow,
    PairRow,
    Tables,
    starter_tables,
    tables_from_rows,
)
from billing.enums import EditionKind, EditionStatus, Program, Setting
from billing.models import CodePairEdit, EditEdition, FeeReference, UnitLimit

SOURCES = {
    "ncci-practitioner": (Program.MEDICARE, Setting.PRACTITIONER),
    "ncci-hospital": (Program.MEDICARE, Setting.HOSPITAL),
    "ncci-medicaid": (Program.MEDICAID, Setting.PRACTITIONER),
    "ncci-medicaid-hospital": (Program.MEDICAID, Setting.HOSPITAL),
}
LIMITS = (EditionKind.LIMITS, Program.MEDICARE, Setting.PRACTITIONER)
KEPT = 8


class _Edition(NamedTuple):
    pk: int
    kind: str
    program: str
    setting: str
    label: str
    starter: bool
    accepted_at: datetime


# Per process, and only a cache: the key is read from the database each time, so an edition
# accepted by another worker is used from the next call on.
_built: OrderedDict[tuple[_Edition, ...], Tables] = OrderedDict()


def tables_on(moment: datetime | None = None) -> Tables:
    """The tables as they stand now, or stood at a moment: an old bill derives as it did then."""
    editions = _chosen(_in_force(moment))
    if not editions:
        return starter_tables()
    if editions not in _built:
        _built[editions] = _build(editions)
        if len(_built) > KEPT:
            _built.popitem(last=False)
    _built.move_to_end(editions)
    return _built[editions]


def reference_fees(codes: Iterable[str], on: date) -> dict[str, FeeReference]:
    """Medicare's values by code on a day: of the newest release not later that lists the code."""
    rows = (
        FeeReference.objects.filter(
            code__in=codes,
            edition__status=EditionStatus.ACTIVE,
            edition__effective_from__lte=on,
        )
        .select_related("edition")
        .order_by("edition__effective_from", "-edition__starter", "edition__pk")
    )
    return {row.code: row for row in rows}


def _in_force(moment: datetime | None) -> list[_Edition]:
    rows = EditEdition.objects.filter(
        status=EditionStatus.ACTIVE,
        kind__in=[EditionKind.PAIRS, EditionKind.LIMITS],
    ).order_by("pk")
    editions = [_Edition(*row) for row in rows.values_list(*_Edition._fields)]
    if moment is None:
        return editions
    # The first starter was there before anything was billed, whenever it was loaded.
    first: dict[tuple[str, str, str], int] = {}
    for edition in editions:
        if edition.starter:
            first.setdefault((edition.kind, edition.program, edition.setting), edition.pk)
    return [
        edition
        for edition in editions
        if edition.accepted_at <= moment or edition.pk in first.values()
    ]


def _chosen(editions: list[_Edition]) -> tuple[_Edition, ...]:
    """One edition per quarter: the clinic's own before the starter, the later import first."""
    best: dict[tuple[str, str, str, str], _Edition] = {}
    for edition in sorted(editions, key=lambda e: (not e.starter, e.accepted_at, e.pk)):
        best[edition.kind, edition.program, edition.setting, edition.label] = edition
    return tuple(sorted(best.values()))


def _build(editions: tuple[_Edition, ...]) -> Tables:
    pairs = {
        source: [
            row
            for edition in editions
            if (edition.kind, edition.program, edition.setting) == (EditionKind.PAIRS, *whose)
            for row in _pairs(edition)
        ]
        for source, whose in SOURCES.items()
    }
    return tables_from_rows(
        pairs={source: rows for source, rows in pairs.items() if rows},
        limits=[
            row
            for edition in editions
            if (edition.kind, edition.program, edition.setting) == LIMITS
            for row in _limits(edition)
        ],
        thresholds=starter_tables().thresholds.values(),
    )


def _pairs(edition: _Edition) -> list[PairRow]:
    rows = CodePairEdit.objects.filter(edition=edition.pk).order_by("pk")
    fields = ("column1", "column2", "effective", "deletion", "indicator")
    return [PairRow(edition.label, *values) for values in rows.values_list(*fields)]


def _limits(edition: _Edition) -> list[LimitRow]:
    rows = UnitLimit.objects.filter(edition=edition.pk).order_by("pk")
    return [LimitRow(edition.label, *v) for v in rows.values_list("code", "value", "mai")]
