"""The id that ties a page, its audit events and its log lines together."""

from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    return _current.get()


def set_request_id(value: str) -> None:
    _current.set(value)
