"""T-C03: who waits too long for a row to sign on is told, and has signed nothing."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any

import pytest
from django.db import OperationalError, connection, models, transaction
from django.utils import timezone

from clinic.errors import Conflict
from clinic.models import AuditEvent, StoredDocument, User
from clinic.scope import scope
from clinic.services.identity import Proof
from notes.models import Addendum, EpisodeOfCare, Note, PlanOfCare, ProgressReport, Signature
from notes.services import addenda, cosign, plans_paper, plans_progress
from notes.services.goals import add_goal
from notes.services.measures import save_supervision
from notes.services.plans_progress import GoalProgress
from notes.signing import HELD, sign_note
from tests.billing.making import make_fees, make_payer_with
from tests.clinic.concurrency.together import at_once
from tests.factories import (
    make_block,
    make_clinician,
    make_coverage,
    make_episode,
    make_note,
    make_plan,
    make_visit,
    technique_of,
)
from tests.notes.acts import sign
from tests.notes.record.test_plans import GOAL, ON

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PATIENCE = 300  # milliseconds, of the one who waits


@dataclass(frozen=True, slots=True)
class Held:
    """A row that somebody has, the act that waits for it, and what it says when it gave up."""

    row: models.Model
    act: Callable[[], object]
    sentence: str
    refused: str = ""  # the event that stays behind


def proof() -> Proof:
    return Proof("password", timezone.now())


def assisted_note() -> Note:
    """An assistant's draft, whose supervisor is asked to co-sign."""
    make_fees()
    technique_of("joint_mobilization")
    assistant = make_clinician(is_assistant=True)
    coverage = make_coverage(payer=make_payer_with("commercial", wants_cosign=True))
    note = make_note(make_visit(episode=make_episode(clinician=assistant, coverage=coverage)))
    make_block(note, "09:00", "09:15")
    save_supervision(note, by=assistant.user, kind="on_site", remark="")
    return Note.objects.get(pk=note.pk)


def note_to_sign() -> Held:
    note = assisted_note()
    by = note.author.user
    return Held(
        note, lambda: sign_note(note, by=by, version=note.version, proof=proof()), HELD,
        "note.sign_refused",
    )  # fmt: skip


def note_to_cosign() -> Held:
    note = sign(assisted_note())
    by = note.author.supervisor.user
    return Held(
        note, lambda: cosign.cosign_note(note, by=by, proof=proof()), cosign.HELD,
        "note.cosign_refused",
    )  # fmt: skip


def note_to_add_to() -> Held:
    note = sign(assisted_note())
    more: dict[str, Any] = {"submit_key": uuid.uuid4(), "text": "No soreness.", "proof": proof()}
    return Held(
        note, lambda: addenda.add_addendum(note, by=note.author.user, **more), addenda.HELD,
        "note.addendum_refused",
    )  # fmt: skip


def episode_with_a_goal() -> tuple[EpisodeOfCare, User]:
    episode = make_episode()
    add_goal(episode, by=episode.clinician.user, on=ON, values=GOAL)
    return episode, episode.clinician.user


def plan_to_sign() -> Held:
    episode, by = episode_with_a_goal()
    plan = make_plan(episode, interventions="Manual therapy")
    return Held(plan, lambda: plans_paper.sign_plan(plan, by=by, proof=proof()), plans_paper.HELD)


def report_to_sign() -> Held:
    episode, by = episode_with_a_goal()
    return Held(
        episode,
        lambda: plans_progress.sign_progress_report(
            episode, by=by, submit_key=uuid.uuid4(), on=timezone.localdate(), summary="Better.",
            continuing="Needs progression.", goals=[GoalProgress(1, "40")], method="password",
        ),
        plans_progress.HELD,
    )  # fmt: skip


def be_impatient() -> None:
    wait = (
        f"SET lock_timeout = {PATIENCE}"
        if connection.vendor == "postgresql"
        else f"PRAGMA busy_timeout = {PATIENCE}"
    )
    with connection.cursor() as cursor:
        cursor.execute(wait)


def telling(given_up: Event, released: Event) -> Callable:
    """Say that the database gave up; go on when the row is free: the refusal is written then."""

    def run(execute, sql, params, many, context):
        try:
            return execute(sql, params, many, context)
        except OperationalError:
            given_up.set()
            released.wait(30)
            raise

    return run


def outcome(practice, held: Held) -> object:
    """Of the act while somebody else has the row, until the database has given up once."""
    taken, given_up, released = Event(), Event(), Event()

    def hold() -> None:
        with scope(practice), transaction.atomic():
            type(held.row).objects.select_for_update().get(pk=held.row.pk)
            taken.set()
            given_up.wait(30)
        released.set()

    def act() -> object:
        taken.wait(30)
        with scope(practice):
            be_impatient()
            with connection.execute_wrapper(telling(given_up, released)):
                try:
                    return held.act()
                finally:
                    given_up.set()

    return at_once(2, lambda number: (hold, act)[number]())[1]


def signed() -> tuple[int, ...]:
    rows = (Signature, StoredDocument, Addendum, ProgressReport)
    return (*(row.objects.count() for row in rows),
            PlanOfCare.objects.exclude(document=None).count())  # fmt: skip


@pytest.mark.parametrize(
    "make", [note_to_sign, note_to_cosign, note_to_add_to, plan_to_sign, report_to_sign]
)
def test_who_waits_too_long_is_told_and_signs_nothing(practice, make):
    with scope(practice):
        held = make()
        before = signed()

    refusal = outcome(practice, held)

    assert isinstance(refusal, Conflict)
    assert str(refusal) == held.sentence
    with scope(practice):
        assert signed() == before
        events = AuditEvent.objects.filter(action=held.refused)
        assert events.count() == (1 if held.refused else 0)
