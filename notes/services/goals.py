"""Goals: measurable, numbered for life, settled but never renumbered."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from clinic.errors import NotAllowed
from clinic.models import User
from clinic.services import audit
from notes.enums import GoalState
from notes.models import EpisodeOfCare, Goal
from notes.services.episodes import check_open

_FIGURE = re.compile(r"\d|independent|none|full|normal|yes|no\b", re.IGNORECASE)


def check_measurable(values: Mapping[str, Any]) -> None:
    """A goal says what is measured, where it stands, and where it is to stand."""
    for field, word in (("baseline", "where it stands today"), ("target", "the target")):
        if not _FIGURE.search(values[field]):
            raise NotAllowed(
                f"Write {word} so that it can be measured, with a figure: 95 degrees, 32 %, "
                "10 minutes, independent."
            )
    if values["baseline"].strip().lower() == values["target"].strip().lower():
        raise NotAllowed("The target is what the patient has already: write what is to change.")


@transaction.atomic
def add_goal(episode: EpisodeOfCare, *, by: User, on: date, values: Mapping[str, Any]) -> Goal:
    """The next number; a number that was given is not given again."""
    episode = EpisodeOfCare.objects.select_for_update().get(pk=episode.pk)
    check_open(episode)
    check_measurable(values)
    if values["due_on"] < on:
        raise NotAllowed("The goal is due before it is set: correct the date.")
    last = episode.goal_rows.aggregate(last=Max("number"))["last"] or 0
    goal = Goal.objects.create(episode=episode, number=last + 1, opened_on=on, **values)
    audit.record("goal.added", actor=by, subject=goal, patient_id=episode.patient_id)
    return goal


@transaction.atomic
def settle_goal(goal: Goal, *, by: User, state: str, on: date) -> Goal:
    """Met, replaced or given up. It keeps its number; a changed aim is a new goal."""
    goal = Goal.objects.select_for_update().select_related("episode").get(pk=goal.pk)
    if goal.state != GoalState.OPEN:
        raise NotAllowed(f"Goal {goal.number} is settled: add a new goal with a number of its own.")
    if state not in GoalState.values or state == GoalState.OPEN:
        raise NotAllowed("Say whether the goal was met, replaced or given up.")
    if on < goal.opened_on:
        raise NotAllowed(
            f"Goal {goal.number} was set on {goal.opened_on:%m/%d/%Y}: it is settled on that day "
            "or later."
        )
    goal.state, goal.settled_on = state, on
    goal.save(update_fields=["state", "settled_on"])
    audit.record(
        "goal.settled", actor=by, subject=goal, patient_id=goal.episode.patient_id, state=state
    )
    return goal


def open_goals(episode: EpisodeOfCare, day: date) -> list[Goal]:
    """The goals that stood on that day, by number."""
    goals = episode.goal_rows.filter(opened_on__lte=day)
    return [g for g in goals if g.settled_on is None or g.settled_on >= day]
