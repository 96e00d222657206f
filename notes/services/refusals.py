"""A refused signature is an event too: who tried, on which note, and why it was refused."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from clinic.documents.errors import DocumentError
from clinic.errors import HandlineError
from clinic.models import User
from clinic.services import audit
from notes.models import Note

P = ParamSpec("P")
R = TypeVar("R")


def recorded(action: str) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """For a service that signs something of a note.

    Stands outside of its transaction, so that the record of the refusal stays.
    """

    def decorate(service: Callable[Concatenate[Note, P], R]) -> Callable[..., R]:
        @wraps(service)
        def act(note: Note, *, by: User, **details) -> R:
            try:
                return service(note, by=by, **details)
            except (HandlineError, DocumentError) as refusal:
                audit.record(
                    action,
                    actor=by,
                    subject=note,
                    patient_id=note.visit.patient_id,
                    reason=str(refusal)[:200],
                )
                raise

        return act

    return decorate
