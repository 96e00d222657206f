"""The record around the demo's visits: goals, measures, scores, findings, reasons."""

import tomllib
from datetime import timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from notes.models import EpisodeOfCare, Note
from notes.scores import SCALES
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
    instrument, answer = told["score"]
    scale = SCALES[instrument]
    better = min(turn, scale.items)
    step = 1 if scale.more_is_better else -1
    answers = [answer + step if item < better else answer for item in range(scale.items)]
    save_score(note, by=by, instrument=instrument, answers=answers)
    known = list(visit.episode.goal_rows.values_list("number", flat=True))
    for block in note.blocks.select_related("technique"):
        if block.technique.code == "97140":
            save_purpose(note, by=by, block_id=block.public_id, rationale=WHY, goals=known[:1])
