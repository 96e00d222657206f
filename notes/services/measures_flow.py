"""Measures over the visits: the flowsheet, the trends, what the document prints."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from clinic.documents import parts
from clinic.documents.trend import figure
from notes.measures import site_of
from notes.models import EpisodeOfCare, Goal, Measurement, Note, OutcomeScore
from notes.scores import SCALES

MOST_VISITS = 12
MOST_PRINTED = 6


@dataclass(slots=True)
class Series:
    """One measure of an episode: its readings by day, oldest first."""

    key: tuple[str, str, str]
    name: str
    unit: str
    readings: dict[date, int] = field(default_factory=dict)
    before: dict[date, int] = field(default_factory=dict)
    usual: int | None = None
    goal: Goal | None = None

    @property
    def trend(self) -> parts.Trend:
        return parts.Trend(
            name=self.name,
            unit=self.unit,
            readings=tuple(parts.Reading(d, t) for d, t in sorted(self.readings.items())),
            goal_tenths=_tenths_in(self.goal.target) if self.goal else None,
        )


def series_of(episode: EpisodeOfCare, *, until: date | None = None) -> list[Series]:
    """Every measure charted in the episode, in the order of the page. Two queries and the goals."""
    found: dict[tuple[str, str, str], Series] = {}
    for row, day in _rows(Measurement, episode, until):
        series = found.setdefault(_key(row), _series_of_measure(row))
        if row.before_tenths is not None:
            series.before[day] = row.before_tenths
        series.readings[day] = (
            row.after_tenths if row.after_tenths is not None else row.before_tenths
        )
    for row, day in _rows(OutcomeScore, episode, until):
        key = ("score", row.instrument, "")
        scale = SCALES[row.instrument]
        series = found.setdefault(
            key, Series(key, row.get_instrument_display(), f" {scale.unit}".rstrip())
        )
        series.readings[day] = row.score_tenths
    _link_goals(found.values(), episode)
    return [found[key] for key in sorted(found)]


def _rows(model, episode: EpisodeOfCare, until: date | None):
    rows = model.objects.filter(note__visit__episode=episode)
    if until is not None:
        rows = rows.filter(note__visit__date__lte=until)
    rows = rows.select_related("note__visit").order_by("note__visit__date", "note__visit_id")
    return [(row, row.note.visit.date) for row in rows]


def _key(row: Measurement) -> tuple[str, str, str]:
    return (row.kind, row.site, row.side)


def label_of(kind: str, site: str, side: str) -> str:
    name = site_of(kind, site).label
    return f"{name}, {side}" if side else name


def _series_of_measure(row: Measurement) -> Series:
    site = site_of(row.kind, row.site)
    return Series(
        _key(row), label_of(row.kind, row.site, row.side), _unit(site.unit), usual=site.usual
    )


def _unit(unit: str) -> str:
    return unit if unit in ("°", "/10", "/5") else f" {unit}"


def _link_goals(series: Iterable[Series], episode: EpisodeOfCare) -> None:
    """A goal belongs to the measure that it names."""
    by_measure = {goal.measure.strip().lower(): goal for goal in episode.goal_rows.all()}
    for row in series:
        row.goal = by_measure.get(row.name.lower())


def _tenths_in(text: str) -> int | None:
    number = re.search(r"-?\d+(?:\.\d)?", text)
    return round(float(number.group()) * 10) if number else None


@dataclass(frozen=True, slots=True)
class Flowsheet:
    """Rows of figures under the days of the visits."""

    days: Sequence[date]
    rows: Sequence[tuple[Series, Sequence[str]]]


def flowsheet(series: Sequence[Series]) -> Flowsheet:
    days = sorted({day for row in series for day in row.readings})[-MOST_VISITS:]
    return Flowsheet(days, [(row, [_cell(row, day) for day in days]) for row in series])


def _cell(row: Series, day: date) -> str:
    if day not in row.readings:
        return ""
    after, before = row.readings[day], row.before.get(day)
    if before is None or before == after:
        return figure(after)
    return f"{figure(before)} → {figure(after)}"


def printed_measures(note: Note) -> tuple[parts.Measure, ...]:
    """The note's own figures, as the document prints them."""
    goals = {goal.measure.strip().lower(): goal for goal in note.visit.episode.goal_rows.all()}
    rows = [_printed(row, goals) for row in note.measurements.all()]
    for row in note.outcome_scores.all():
        name, unit = row.get_instrument_display(), SCALES[row.instrument].unit
        goal = goals.get(name.lower())
        said = f"{figure(row.score_tenths)} {unit}".strip()
        rows.append(parts.Measure(name, after=said, goal=goal.target if goal else ""))
    return tuple(rows)


def _printed(row: Measurement, goals: dict[str, Goal]) -> parts.Measure:
    site = site_of(row.kind, row.site)
    name = label_of(row.kind, row.site, row.side)
    goal = goals.get(name.lower())
    usual = f" (usual {site.usual})" if row.kind == "motion" and site.usual is not None else ""
    return parts.Measure(
        name + usual,
        before=_said(row.before_tenths, site.unit),
        after=_said(row.after_tenths, site.unit),
        goal=goal.target if goal else "",
    )


def _said(tenths: int | None, unit: str) -> str:
    return "" if tenths is None else f"{figure(tenths)}{_unit(unit)}"


def printed_trends(note: Note) -> tuple[parts.Trend, ...]:
    """The measures of this note that have a history, drawn up to this visit."""
    measured = {_key(row) for row in note.measurements.all()}
    measured |= {("score", row.instrument, "") for row in note.outcome_scores.all()}
    if not measured:
        return ()
    found = series_of(note.visit.episode, until=note.visit.date)
    trends = [row.trend for row in found if row.key in measured and len(row.readings) > 1]
    return tuple(trends[:MOST_PRINTED])


def printed_findings(note: Note) -> tuple[parts.Finding, ...]:
    words = (("pain", "pain"), ("asymmetry", "asymmetry"), ("motion", "restricted motion"),
             ("tissue", "tissue change"))  # fmt: skip
    return tuple(
        parts.Finding(
            str(row),
            ", ".join([word for name, word in words if getattr(row, name)])
            + (f"; {row.listing}" if row.listing else ""),
        )
        for row in note.segment_findings.all()
    )
