"""Who waits too long for a row that somebody else holds is told, and has done nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError

from clinic.errors import Conflict

# PostgreSQL: lock_timeout, statement_timeout while waiting, and two that wait for each other.
_WAITED = {"55P03", "57014", "40P01"}


@contextmanager
def told_when_held(sentence: str) -> Iterator[None]:
    """Stands outside of the transaction that waits; raises Conflict with this sentence."""
    try:
        yield
    except OperationalError as error:
        if not is_held(error):
            raise
        raise Conflict(sentence) from error


def is_held(error: OperationalError) -> bool:
    """Somebody else has the row, or SQLite's one pen."""
    state = getattr(error.__cause__, "sqlstate", None)
    return state in _WAITED or str(error) == "database is locked"
