"""Frozen dataclasses to canonical JSON and back: the same facts always give the same bytes."""

import hashlib
import json
import types
import typing
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from functools import cache

from .errors import DocumentError

T = typing.TypeVar("T")


def to_json(value) -> str:
    """Sorted keys, no spaces, UTF-8 as it is, no floats (money in cents, time in minutes)."""
    return json.dumps(
        plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def fingerprint_of(value) -> str:
    return hashlib.sha256(to_json(value).encode()).hexdigest()


def plain(value):
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, date | time):
        return value.isoformat()
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"{type(value).__name__} has no canonical form.")


def from_json(kind: type[T], text: str) -> T:
    try:
        return _build(kind, json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DocumentError(f"This is not a stored {kind.__name__}: {error}.") from error


@cache
def _hints(kind: type) -> dict:
    return typing.get_type_hints(kind)


def _build(kind, value):
    if isinstance(kind, types.UnionType):
        kinds = [option for option in kind.__args__ if option is not types.NoneType]
        return None if value is None else _build(kinds[0], value)
    if typing.get_origin(kind) is tuple:
        return tuple(_build(typing.get_args(kind)[0], item) for item in value)
    if is_dataclass(kind):
        if unknown := value.keys() - _hints(kind).keys():
            raise ValueError(f"unknown field {sorted(unknown)[0]}")
        return kind(**{name: _build(_hints(kind)[name], item) for name, item in value.items()})
    if kind in (date, datetime, time):
        return kind.fromisoformat(value)
    if type(value) is not kind:
        raise TypeError(f"{value!r} is not {kind.__name__}")
    return value
