"""Writing the audit trail. Nothing else creates AuditEvents.

An event is written in the caller's transaction: if it cannot be written, the act fails. No
setting switches it off.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from clinic.audit_chain import SEALED, key_ring, plain, printable, seal
from clinic.enums import Outcome
from clinic.models import AuditEvent, User
from clinic.origin import current_origin
from clinic.request_id import current_request_id
from clinic.scope import current_practice_id

_DENIED = ("denied", "refused", "locked_out", "break_glass_refused")
_FAILED = ("failed",)
# The lock of a practice's chain is this number and the practice's own.
_LOCK = 0x48414E44
_held: ContextVar[list[AuditEvent] | None] = ContextVar("held_audit_events", default=None)


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a chain. A chain without events has number 0."""

    seq: int
    hash: str
    key_id: str = ""
    at: datetime | None = None


def record(
    action: str,
    *,
    actor: User | None,
    subject: Any = None,
    patient_id: int | None = None,
    outcome: str = "",
    **detail: Any,
) -> AuditEvent:
    """Append one event to the chain of the actor's practice, or of the practice in scope.

    The outcome follows from the action's last word where it is not given.
    """
    origin = current_origin()
    event = AuditEvent(
        practice_id=actor.practice_id if actor else current_practice_id(),
        actor_id=actor.pk if actor else None,
        actor_name=printable(str(actor))[:150] if actor else "",
        actor_role=actor.role if actor else "",
        action=printable(action),
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=printable(str(subject.pk)) if subject is not None else "",
        patient_id=patient_id,
        outcome=outcome or outcome_of(action),
        request_id=printable(current_request_id()),
        ip=printable(origin.ip)[:45],
        agent=origin.agent,
        session=origin.session,
        detail=plain(detail),
    )
    held = _held.get()
    if held is None:
        _append([event])
    else:
        held.append(event)
    return event


def outcome_of(action: str) -> str:
    if action.endswith(_DENIED):
        return Outcome.DENIED
    return Outcome.FAILED if action.endswith(_FAILED) else Outcome.DONE


@contextmanager
def held_back() -> Iterator[None]:
    """Append the block's events at its end, still inside the caller's transaction.

    From the first event to the commit nobody else of the practice can append. An act that
    renders a document between the two keeps everybody's pages waiting without this.
    """
    if _held.get() is not None:
        yield
        return
    held: list[AuditEvent] = []
    token = _held.set(held)
    try:
        yield
    finally:
        _held.reset(token)
    if held:
        _append(held)


def _append(events: list[AuditEvent]) -> None:
    # Without a savepoint: an event that fails takes the whole act down, as it must.
    with transaction.atomic(savepoint=False):
        for practice_id in sorted({e.practice_id for e in events}, key=lambda pk: pk or 0):
            _lock(practice_id)
            last = head(practice_id)
            for event in events:
                if event.practice_id == practice_id:
                    last = _link(event, after=last)


def _lock(practice_id: int | None) -> None:
    """One writer at a time per chain, until the commit. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, practice_id or 0])


def head(practice_id: int | None) -> Head:
    """The last link of the practice's chain, or of the installation's own."""
    row = (
        AuditEvent.unscoped.filter(practice_id=practice_id)
        .order_by("-seq")
        .values_list("seq", "hash", "key_id", "at")
        .first()
    )
    return Head(*row) if row else Head(0, "")


def _link(event: AuditEvent, *, after: Head) -> Head:
    ring = key_ring()
    if after.key_id:
        ring.key(after.key_id)  # raises where somebody started with another key by mistake
    # The time of linking, so that the chain's times never go back while the clock does not.
    event.at = timezone.now()
    event.seq, event.prev_hash, event.key_id = after.seq + 1, after.hash, ring.current
    event.hash = seal({name: getattr(event, name) for name in SEALED}, ring.key(ring.current))
    event.save(force_insert=True)
    return Head(event.seq, event.hash, event.key_id, event.at)
