"""A database to back up or to restore into, on either engine."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from clinic.errors import NotAllowed


class State(StrEnum):
    EMPTY = "empty"
    FILLED = "filled"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a database holds, to be compared before and after."""

    rows: dict[str, int]
    migrations: dict[str, str]


class Place(Protocol):
    engine: str
    member: str  # its file's name inside a backup

    def state(self) -> State: ...

    def snapshot(self, into: Path) -> Facts:
        """Write the database as it is at one instant, while others go on writing."""
        ...

    def examine(self, file: Path) -> Facts:
        """Read a snapshot as a restore would. Raises NotAllowed when it is not sound."""
        ...

    def put(self, file: Path, *, check: Callable[[Facts], None]) -> str:
        """Make this place what the snapshot says, all or nothing; says where the old one is."""
        ...


def place_of(database: dict[str, Any]) -> Place:
    """The place behind an entry of settings.DATABASES."""
    from clinic.services.backup import postgres, sqlite  # noqa: PLC0415 they name this module

    engine = database["ENGINE"]
    if engine.endswith(("sqlite", "sqlite3")):
        return sqlite.SqlitePlace(Path(database["NAME"]))
    if engine.endswith("postgresql"):
        return postgres.PostgresPlace.of(database)
    raise NotAllowed(f"Handline backs up SQLite and PostgreSQL, not {engine}.")


def newest(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """The newest migration of each app, as the backup's version."""
    latest: dict[str, str] = {}
    for app, name in pairs:
        latest[app] = max(latest.get(app, ""), name)
    return latest
