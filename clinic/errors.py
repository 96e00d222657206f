"""What services raise: always with a sentence fit for the person at the screen."""


class HandlineError(Exception):
    """Base of all refusals; ``str(error)`` is shown to the user."""


class NotAllowed(HandlineError):
    """The state of the record or the person's role forbids the act."""


class Conflict(HandlineError):
    """Somebody else changed the record since it was read.

    ``theirs`` is the record as stored now; the caller still holds what the user typed.
    """

    def __init__(self, message: str, *, theirs: object = None) -> None:
        super().__init__(message)
        self.theirs = theirs


class ScopeError(RuntimeError):
    """A query ran outside a practice's scope: a programming error, never shown as data."""
