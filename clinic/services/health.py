"""Whether this installation can be relied upon: questions, each answered ok or not."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.utils import timezone

from clinic import guards
from clinic.models import AuditEvent
from clinic.scope import every_practice
from clinic.services.audit_anchors import chain_state
from clinic.services.backup import keeping

CLOCKS_MAY_DIFFER = timedelta(seconds=2)
NIGHTLY = timedelta(hours=26)
LATELY = 1000  # events
BEHIND = (
    "The trail does not reach its last anchor in {} of its chains: an older copy of the database "
    "was restored, or events are gone. Ask everybody what they wrote since; run verify_records."
)
_MB = 1_048_576


@dataclass(frozen=True, slots=True)
class Answer:
    """`detail` names times, sizes and places, never a person; it is not shown to strangers."""

    name: str
    ok: bool
    detail: str
    # Without it no page can be served rightly: the balancer sends people elsewhere.
    vital: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    name: str
    ask: Callable[[datetime], tuple[bool, str]]
    vital: bool = False

    def answer(self, now: datetime) -> Answer:
        try:
            ok, detail = self.ask(now)
        except Exception as trouble:
            # Whatever goes wrong is the answer. Its message may quote data; its class does not.
            ok, detail = False, f"{type(trouble).__name__} while asking."
        return Answer(self.name, ok, detail, self.vital)


def answers(now: datetime | None = None) -> list[Answer]:
    moment = now or timezone.now()
    return [question.answer(moment) for question in QUESTIONS]


def is_ready(found: list[Answer]) -> bool:
    return all(answer.ok for answer in found if answer.vital)


def database_writes(now: datetime) -> tuple[bool, str]:
    """A row is written and taken back: a database that only reads would lose what is typed."""
    with transaction.atomic():
        Session(session_key="readyz", session_data="", expire_date=now).save(force_insert=True)
        transaction.set_rollback(True)
    return True, f"{connection.vendor} takes writes."


def disk_has_room(now: datetime) -> tuple[bool, str]:
    least = settings.LEAST_FREE_MB
    places = {"data": settings.DATA_DIR, "backups": settings.BACKUP_DIR}
    free = {name: shutil.disk_usage(_existing(path)).free // _MB for name, path in places.items()}
    told = ", ".join(f"{megabytes} MB free for {name}" for name, megabytes in free.items())
    return min(free.values()) >= least, f"{told}; at least {least} MB."


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())


def guards_are_there(now: datetime) -> tuple[bool, str]:
    lacking = guards.missing()
    if lacking:
        return False, f"{len(lacking)} guards are missing, such as {lacking[0]}: run dbsetup."
    return True, f"{len(guards.registered(connection.vendor))} guards."


def clock_goes_forward(now: datetime) -> tuple[bool, str]:
    """An event from the future means that this clock, or another host's, was wrong."""
    newest = AuditEvent.unscoped.order_by("-pk").values_list("at", flat=True)[:LATELY]
    last = max(newest, default=None)  # the first event after the clock is right hides no other
    if last is None:
        return True, "No event yet."
    ahead = last - now
    if ahead > CLOCKS_MAY_DIFFER:
        return False, f"The last event lies {_span(ahead)} in the future: check the clock."
    return True, f"The last event is {_span(-ahead)} old."


def anchors_are_fresh(now: datetime) -> tuple[bool, str]:
    """The chain's last seals, written down outside the database each night."""
    if settings.DEMO:
        return True, "The demo keeps no anchors."
    try:
        written = datetime.fromtimestamp(settings.AUDIT_ANCHOR_FILE.stat().st_mtime, UTC)
    except FileNotFoundError:
        return False, "No anchor was ever written: set up the nightly timer."
    with every_practice("each chain has an anchor of its own"):
        state = chain_state()
    if state.behind_anchor:
        return False, BEHIND.format(len(state.behind_anchor))
    return now - written <= NIGHTLY, f"The last anchor is {_span(now - written)} old."


def backups_are_fresh(now: datetime) -> tuple[bool, str]:
    if settings.DEMO:
        return True, "The demo is not backed up."
    found = keeping.newest(settings.BACKUP_DIR)
    if found is None:
        return False, "There is no backup: set up the timer."
    age, most = now - found[0], timedelta(minutes=settings.BACKUP_MAX_AGE)
    return age <= most, f"The newest is {_span(age)} old; at most {_span(most)}."


def drill_went_well(now: datetime) -> tuple[bool, str]:
    if settings.DEMO:
        return True, "The demo is not drilled."
    last = keeping.last_drill(settings.BACKUP_DIR)
    if last is None:
        return False, "No backup was ever restored as a trial."
    age = now - datetime.fromisoformat(last["at"])
    if not last["ok"]:
        return False, f"The last trial failed, {_span(age)} ago: {last['trouble']}"
    told = f"{last['rows']} rows came back in {last['seconds']} s, {_span(age)} ago."
    return age <= 2 * NIGHTLY, told


def _span(age: timedelta) -> str:
    seconds = max(0, int(age.total_seconds()))
    if seconds < 60:
        return "less than a minute"
    if seconds < 7200:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h" if seconds < 172_800 else f"{seconds // 86_400} days"


QUESTIONS = (
    Question("database", database_writes, vital=True),
    Question("guards", guards_are_there, vital=True),
    Question("disk", disk_has_room),
    Question("clock", clock_goes_forward),
    Question("anchors", anchors_are_fresh),
    Question("backup", backups_are_fresh),
    Question("restore drill", drill_went_well),
)
