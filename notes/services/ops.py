"""One edit, applied once: by key, on the version its sender saw."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from clinic.errors import Conflict, NotAllowed
from clinic.models import AuditEvent, User
from notes.models import Note, Operation
from notes.services.ops_acts import Act

KEPT = timedelta(days=30)


class Stale(Conflict):
    """The chart is newer than the sender's: it looks again and sends the same edit anew."""


class Locked(NotAllowed):
    """The note was signed: the edit can only become an addendum."""


@dataclass(frozen=True, slots=True)
class Done:
    result: dict[str, Any]
    note: Note
    replayed: bool = False


@transaction.atomic
def perform(note: Note, *, by: User, key: uuid.UUID, version: int, act: Act) -> Done:
    """Apply the edit unless its key was seen before; then say the same again.

    Raises Locked, Stale, Conflict (the same block or section was changed by somebody else)
    or NotAllowed. A refused edit leaves no trace, so that it may be sent again under its key.
    """
    visit, author = note.visit, note.author
    note = Note.objects.select_for_update().get(pk=note.pk)
    note.visit, note.author = visit, author  # known already: nothing reads them again
    seen = Operation.objects.filter(key=key).first()
    if seen is not None:
        if seen.note_id != note.pk:
            raise NotAllowed("This edit was made on another chart: reload the page.")
        return Done(seen.result, note, replayed=True)
    if note.is_signed:
        raise Locked("This note was signed meanwhile: add what is missing as an addendum.")
    if version != note.version:
        raise Stale("The chart changed on another device.")
    versions = act.apply(note, by)
    if note.version == version:  # the act worked on a copy of its own
        note.refresh_from_db()
        note.visit, note.author = visit, author
    result = {"key": str(key), "version": note.version, "versions": versions}
    Operation.objects.create(
        key=key,
        note=note,
        user=by,
        kind=act.kind,
        target=act.target,
        result=result,
        at=timezone.now(),
    )
    return Done(result, note)


def last_change(subject: Any) -> dict[str, str] | None:
    """Who changed this row last and when, for the choice between mine and theirs."""
    event = (
        AuditEvent.objects.filter(
            subject_type=subject._meta.label_lower,
            subject_id=str(subject.pk),
            action__in=("block.added", "block.changed", "procedure.saved", "note.changed"),
        )
        .order_by("-at", "-pk")
        .first()
    )
    return {"by": event.actor_name, "at": event.at.isoformat()} if event else None


def forget_old(*, now: datetime) -> int:
    """Drop the keys nobody can send again; returns how many."""
    return Operation.objects.filter(at__lt=now - KEPT).delete()[0]
