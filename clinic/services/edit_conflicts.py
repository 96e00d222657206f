"""Two people and one row: what a page was filled from is sent back with it.

A save under an older fingerprint is refused, and the page shows what is stored beside what was
typed. The next save carries the new fingerprint, so it overwrites knowingly.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models

from clinic.errors import Conflict
from clinic.tax_ids import shown_tax_id

SENTENCE = (
    "Somebody else changed this meanwhile. Nothing was overwritten: what is stored now "
    "stands beside what you typed. Save again to put yours in its place."
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is stored in one way and was typed in another, in words."""

    label: str
    stored: str
    typed: str


def digest(values: Any) -> str:
    """Sixteen characters for whatever a page was filled from."""
    return hashlib.sha256(json.dumps(values, default=str).encode()).hexdigest()[:16]


def fingerprint(row: models.Model, names: Iterable[str]) -> str:
    """The row as it is stored in these fields; a row that is named counts by its key."""
    return digest([_key(row, name) for name in sorted(names)])


def check_seen(
    stored: models.Model, names: Iterable[str], seen: str | None, *, says: str = SENTENCE
) -> None:
    """Raise Conflict unless the page was filled from what is stored.

    ``seen`` is None where no page is involved, as in an import. Call it with the row locked.
    """
    if seen is not None and seen != fingerprint(stored, names):
        raise Conflict(says, theirs=stored)


def differences(stored: models.Model, values: Mapping[str, Any]) -> list[Difference]:
    """Field by field, what is stored and what was typed, where they differ."""
    return [
        Difference(_label(stored, name), _shown(stored, name, ours), _shown(stored, name, value))
        for name, value in values.items()
        if (ours := getattr(stored, name)) != value
    ]


def word(value: Any) -> str:
    """A value as a page says it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value not in (None, "", []) else "empty"


def _key(row: models.Model, name: str) -> Any:
    value = getattr(row, row._meta.get_field(name).attname)
    return value if isinstance(value, (bool, int, str, type(None))) else str(value)


def _label(row: models.Model, name: str) -> str:
    return str(row._meta.get_field(name).verbose_name).capitalize()


def _shown(row: models.Model, name: str, value: Any) -> str:
    if name == "tax_id":
        return shown_tax_id(value)
    choices = dict(row._meta.get_field(name).flatchoices)
    return word(choices.get(value, value) if choices else value)
