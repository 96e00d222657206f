"""Checks of the whole record, one after another: what `manage.py verify_records` runs.

Each app registers its own checks at start, as it does its database guards. A check reads
everything once and yields what is wrong; it holds little in memory and writes nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was written. ``what`` names the row or the place."""

    check: str
    text: str
    what: str = ""
    practice: int | None = None
    level: str = ERROR

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Options:
    """What a run was given besides the database."""

    anchors: tuple[str, ...] = ()
    since: date | None = None  # signatures of documents issued from this day on


# A check is told the options, and tells how many things it has read so far.
Tell = Callable[[int], None]
Check = Callable[[Options, Tell], Iterator[Finding]]
_checks: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    _checks[name] = check


def registered() -> dict[str, Check]:
    """The checks by name, in the order in which their apps were loaded."""
    return dict(_checks)
