"""The clock: one block runs at a time; ending it and starting the next are the same instant."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from clinic.errors import Conflict, NotAllowed
from clinic.models import Clinician, User
from clinic.services import audit
from notes.lifecycle import check_can_edit
from notes.models import LiveChart, Note, TreatmentBlock
from notes.services import blocks as charting
from notes.services.blocks import BlockEntry
from notes.services.entries import packed_block, unpacked
from notes.words import meanings_on

AHEAD = timedelta(minutes=2)
Versions = dict[str, int]  # public id to version, of the blocks that an act wrote


@transaction.atomic
def start(
    note: Note, *, by: User, block_id: uuid.UUID, at: datetime, entry: dict[str, Any]
) -> Versions:
    """Start a block; what was running ends at the same instant."""
    note, live = _open(note)
    _check_at(at)
    if TreatmentBlock.objects.filter(public_id=block_id).exists():
        raise NotAllowed("This block was charted already: start a new one.")
    if live.is_running and at < live.started_at:
        raise Conflict(
            f"{_name(live)} was started later, on another device. Start yours now, or leave theirs."
        )
    # Refused now rather than at its end, when the minutes would have nowhere to go.
    charting.check_sides(_unpacked(note, entry, by, starts_at=at, ends_at=at))
    ended = _end(note, live, at, by)
    live.planned = _without(live.planned, entry)
    _run(live, block_id, at, entry)
    _wrote(note, by, "timer.started")
    return ended


@transaction.atomic
def stop(note: Note, *, by: User, running: uuid.UUID, at: datetime) -> Versions:
    """End the running block, or leave a pause for good. Safe to repeat."""
    note, live = _open(note)
    _check_at(at)
    if live.is_paused:
        ended: Versions = {}
    elif live.is_running and live.block_id == running:
        _check_not_before_its_start(live, at)
        ended = _end(note, live, at, by)
    elif note.blocks.filter(public_id=running).exists():
        return {}
    else:
        raise Conflict("The clock was changed on another device. Look at it, then stop it there.")
    _rest(live)
    _wrote(note, by, "timer.stopped")
    return ended


@transaction.atomic
def pause(note: Note, *, by: User, running: uuid.UUID, at: datetime) -> Versions:
    """End the running interval; the pause is nobody's minutes."""
    note, live = _open(note)
    _check_at(at)
    _check_running(live, running)
    _check_not_before_its_start(live, at)
    ended = _end(note, live, at, by)
    live.started_at, live.paused_at = None, at
    live.save(update_fields=["started_at", "paused_at"])
    _wrote(note, by, "timer.paused")
    return ended


@transaction.atomic
def resume(note: Note, *, by: User, block_id: uuid.UUID, at: datetime) -> Versions:
    """Go on with what was paused, as an interval of its own."""
    note, live = _open(note)
    _check_at(at)
    if not live.is_paused:
        raise Conflict("The clock is not paused any more: look at it again.")
    _run(live, block_id, max(at, live.paused_at), live.entry)
    _wrote(note, by, "timer.resumed")
    return {}


@transaction.atomic
def backdate(note: Note, *, by: User, running: uuid.UUID, at: datetime) -> Versions:
    """Move the running block's start; a block that ended there gives up the minutes."""
    note, live = _open(note)
    _check_at(at)
    _check_running(live, running)
    shortened: Versions = {}
    before = note.blocks.filter(ends_at=live.started_at).order_by("-starts_at").first()
    if before is not None:
        if at <= before.starts_at:
            raise NotAllowed(
                f"{before.technique} would have no time left: move its start first, or give the "
                "running block a later start."
            )
        before.ends_at, before.version = at, before.version + 1
        before.save(update_fields=["ends_at", "version"])
        audit.record("block.changed", actor=by, subject=before, patient_id=note.visit.patient_id)
        shortened = {str(before.public_id): before.version}
    live.started_at = at
    live.save(update_fields=["started_at"])
    _wrote(note, by, "timer.moved")
    return shortened


@transaction.atomic
def describe(note: Note, *, by: User, running: uuid.UUID, entry: dict[str, Any]) -> Versions:
    """Say more about what is running."""
    note, live = _open(note)
    if live.block_id != running or not (live.is_running or live.is_paused):
        raise Conflict("This block is not running any more: change it in the table.")
    now = timezone.now()
    charting.check_sides(_unpacked(note, entry, by, starts_at=now, ends_at=now))
    live.entry = entry
    live.save(update_fields=["entry"])
    _wrote(note, by, "timer.described")
    return {}


@transaction.atomic
def reopen(note: Note, *, by: User, block_id: uuid.UUID, version: int) -> Versions:
    """Undo an end: the block runs again from its own start, and what runs now is dropped."""
    note, live = _open(note)
    block = note.blocks.filter(public_id=block_id).first()
    if block is None or block.version != version:
        raise Conflict("This block was changed meanwhile: look at it again.", theirs=block)
    entry = packed_block(block)
    audit.record("block.removed", actor=by, subject=block, patient_id=note.visit.patient_id)
    block.delete()
    _run(live, block_id, block.starts_at, entry)
    _wrote(note, by, "timer.reopened")
    return {str(block_id): charting.NEW}


@transaction.atomic
def discard(note: Note, *, by: User, running: uuid.UUID) -> Versions:
    """Undo a start: the clock stops without leaving a block."""
    note, live = _open(note)
    _check_running(live, running)
    _rest(live)
    _wrote(note, by, "timer.discarded")
    return {}


@transaction.atomic
def plan(note: Note, *, by: User, entries: list[dict[str, Any]]) -> Versions:
    """What is meant to be done today, in order. A plan holds no minutes."""
    note, live = _open(note)
    live.planned = entries
    live.save(update_fields=["planned"])
    _wrote(note, by, "plan.changed")
    return {}


def _open(note: Note) -> tuple[Note, LiveChart]:
    note = Note.objects.select_for_update().get(pk=note.pk)
    check_can_edit(note)
    live, _ = LiveChart.objects.get_or_create(note=note)
    return note, live


def _check_at(at: datetime) -> None:
    if at > timezone.now() + AHEAD:
        raise NotAllowed("This time is still to come: check the clock of this device.")


def _check_not_before_its_start(live: LiveChart, at: datetime) -> None:
    """A clock that was set back meanwhile must not make the minutes vanish."""
    if at < live.started_at - AHEAD:
        raise Conflict(
            "This block was started at a time that is still to come: a clock was set back. Set "
            "its start, then end it."
        )


def _check_running(live: LiveChart, running: uuid.UUID) -> None:
    if not live.is_running or live.block_id != running:
        raise Conflict("The clock was changed on another device: look at it again.")


def _end(note: Note, live: LiveChart, at: datetime, by: User) -> Versions:
    """Chart the running block up to ``at``; a start taken back at once leaves nothing."""
    if not live.is_running or at <= live.started_at:
        return {}
    entry = _unpacked(note, live.entry, by, starts_at=live.started_at, ends_at=at)
    block = charting.save_block(
        note, by=by, public_id=live.block_id, version=charting.NEW, entry=entry
    )
    note.refresh_from_db(fields=["version"])
    return {str(block.public_id): block.version}


def _unpacked(
    note: Note, entry: dict[str, Any], by: User, *, starts_at: datetime, ends_at: datetime
) -> BlockEntry:
    return unpacked(
        entry,
        starts_at=starts_at,
        ends_at=ends_at,
        performer=_performer(note, by),
        words=meanings_on(note.visit.date),
    )


def _run(live: LiveChart, block_id: uuid.UUID, at: datetime, entry: dict[str, Any]) -> None:
    live.block_id, live.started_at, live.paused_at, live.entry = block_id, at, None, entry
    live.save()


def _rest(live: LiveChart) -> None:
    live.started_at, live.paused_at, live.entry = None, None, {}
    live.save(update_fields=["started_at", "paused_at", "entry"])


def _performer(note: Note, by: User) -> Clinician:
    return getattr(by, "clinician", None) or note.author


def _without(planned: list[dict[str, Any]], entry: dict[str, Any]) -> list[dict[str, Any]]:
    """The plan after its first entry of the same kind was started."""
    same = ("technique", "regions", "side")
    for index, row in enumerate(planned):
        if all(row[name] == entry[name] for name in same):
            return planned[:index] + planned[index + 1 :]
    return planned


def _name(live: LiveChart) -> str:
    return str(live.entry.get("technique", "another block")).replace("_", " ").capitalize()


def _wrote(note: Note, by: User, action: str) -> None:
    note.version += 1
    note.save(update_fields=["version"])
    audit.record(action, actor=by, subject=note, patient_id=note.visit.patient_id)
