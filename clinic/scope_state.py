"""Which practice is in scope, apart from the models: the database backend loads before them."""

from contextvars import ContextVar

EVERYTHING = object()
current: ContextVar[object] = ContextVar("practice_scope", default=None)


def scope_setting() -> str:
    """What row-level security is told: a practice's key, * for all, nothing outside any scope."""
    value = current.get()
    return "*" if value is EVERYTHING else "" if value is None else str(value)
