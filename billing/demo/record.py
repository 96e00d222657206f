"""The record around the demo's visits: goals, measures, scores, findings, reasons."""

import tomllib
from datetime import timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from notes.models import EpisodeOfCare, Measurement, Note, OutcomeScore
from notes.scores import SCALES, score_tenths
from notes.services.goals import add_goal
from notes.services.measures import (
    save_finding,
    save_measurement,
    save_purpose,
    save_score,
)

WHY = "Restricted joint motion on palpation, firm end-feel"


@cache
def _told() -> dict[str, dict[str, Any]]:
    text = (Path(__file__).parent / "record.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def set_goal(episode: EpisodeOfCare) -> None:
    """Goal 1 of the episode, as its story measures it."""
    told = _told().get(episode.title)
    if told is None:
        return
    text, measure, baseline, target = told["goal"]
    values = {"term": "long", "text": text, "measure": measure, "baseline": baseline,
              "target": target, "due_on": episode.started_on + timedelta(weeks=8)}  # fmt: skip
    add_goal(episode, by=episode.clinician.user, on=episode.started_on, values=values)


def measure(note: Note) -> None:
    """What was measured in this visit; better by a step with each one."""
    visit = note.visit
    told, by = _told().get(visit.episode.title), note.author.user
    if told is None:
        return
    turn = visit.number_in_episode - 1
    for kind, site, side, first, step in told.get("measures", ()):
        before = Decimal(min(first + step * turn, 5 if kind == "strength" else 999))
        after = before if kind == "strength" else before + step
        save_measurement(note, by=by, kind=kind, site=site, side=side, before=before, after=after)
    for segment, side in told.get("segments", ()):
        save_finding(note, by=by, segment=segment, side=side, pain=True, motion=True)
    instrument, answers = _answers(told, turn)
    save_score(note, by=by, instrument=instrument, answers=answers)
    known = list(visit.episode.goal_rows.values_list("number", flat=True))
    for block in note.blocks.select_related("technique"):
        if block.technique.code == "97140":
            save_purpose(note, by=by, block_id=block.public_id, rationale=WHY, goals=known[:1])


def measure_history(notes: list[Note], visits: list[Any]) -> None:
    """The same figures for history that comes in by bulk, before its notes are closed."""
    rows, scores = [], []
    for note, visit in zip(notes, visits, strict=True):
        told = _told().get(visit.episode.title)
        if told is None:
            continue
        turn, practice = visit.number - 1, note.practice_id
        for kind, site, side, first, step in told.get("measures", ()):
            before = min(first + step * turn, 5 if kind == "strength" else 999)
            rows.append(
                Measurement(
                    practice_id=practice, note=note, kind=kind, site=site, side=side,
                    before_tenths=before * 10,
                )
            )  # fmt: skip
        instrument, answers = _answers(told, turn)
        scores.append(
            OutcomeScore(
                practice_id=practice, note=note, instrument=instrument, answers=answers,
                score_tenths=score_tenths(instrument, answers),
            )
        )  # fmt: skip
    Measurement.objects.bulk_create(rows)
    OutcomeScore.objects.bulk_create(scores)


def _answers(told: dict[str, Any], turn: int) -> tuple[str, list[int]]:
    """The questionnaire of this visit: one item better with each one."""
    instrument, answer = told["score"]
    scale = SCALES[instrument]
    better, step = min(turn, scale.items), 1 if scale.more_is_better else -1
    return instrument, [answer + step if n < better else answer for n in range(scale.items)]
