"""The SQLite file: copied by the engine's own online backup, never by the file system.

A plain copy of a live file is often torn (17 of 60 in our trials); the engine's is one instant.
"""

import errno
import os
import sqlite3  # pysqlite3, which the settings put in its place
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from clinic.errors import NotAllowed
from clinic.services.backup.places import Facts, State, newest

ENGINE = "sqlite"
MEMBER = "handline.sqlite3"
_BUSY_SECONDS = 20


@dataclass(frozen=True, slots=True)
class SqlitePlace:
    path: Path
    engine: str = ENGINE
    member: str = MEMBER

    def state(self) -> State:
        if not self.path.exists() or self.path.stat().st_size == 0:
            return State.EMPTY
        try:
            with closing(_open(self.path, "ro")) as live:
                filled = (
                    _has(live, "clinic_practice")
                    and live.execute("SELECT EXISTS(SELECT 1 FROM clinic_practice)").fetchone()[0]
                )
        except sqlite3.DatabaseError:
            return State.UNREADABLE
        return State.FILLED if filled else State.EMPTY

    def snapshot(self, into: Path) -> Facts:
        try:
            with closing(_open(self.path, "ro")) as live, closing(_open(into, "rwc")) as copy:
                copy.execute("PRAGMA synchronous=OFF")  # the archive made from it is what must last
                live.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as trouble:
            if "full" in str(trouble) or "disk I/O" in str(trouble):
                raise OSError(errno.ENOSPC, "No space left on device") from trouble
            raise NotAllowed(f"The database cannot be read: {trouble}.") from trouble
        return self.examine(into)

    def examine(self, file: Path) -> Facts:
        try:
            with closing(_open(file, "ro")) as found:
                _check_sound(found)
                return _facts(found)
        except sqlite3.DatabaseError as trouble:
            raise NotAllowed("The backup's database cannot be read: use another backup.") from (
                trouble
            )

    def put(self, file: Path, *, check: Callable[[Facts], None]) -> str:
        check(self.examine(file))
        state = self.state()
        if state is not State.FILLED:
            kept = self._set_aside() if state is State.UNREADABLE else ""
            self._move_in(file)
            return kept
        aside = self._aside()
        try:
            with (
                closing(_open(self.path, "rw")) as live,
                closing(_open(aside, "rwc")) as old,
                closing(_open(file, "ro")) as new,
            ):
                live.backup(old)
                # One transaction on the live file: processes that have it open see the old
                # or the new database, and a crash leaves one of them.
                new.backup(live)
        except sqlite3.OperationalError as trouble:
            raise NotAllowed(
                "The database is in use: stop Handline (the server and its workers), try again."
            ) from trouble
        return str(aside)

    def _move_in(self, file: Path) -> None:
        for ending in ("-wal", "-shm"):  # of a file that is gone: they must not meet the new one
            Path(f"{self.path}{ending}").unlink(missing_ok=True)
        with file.open("rb+") as written:
            os.fsync(written.fileno())
        os.replace(file, self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _aside(self) -> Path:
        stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        return self.path.with_name(f"{self.path.name}.before-restore-{stamp}")

    def _set_aside(self) -> str:
        aside = self._aside()
        for ending in ("-wal", "-shm", ""):
            part = Path(f"{self.path}{ending}")
            if part.exists():
                os.replace(part, f"{aside}{ending}")
        return str(aside)


def _open(path: Path, mode: str) -> sqlite3.Connection:
    if mode == "rwc":
        path.touch(mode=0o600, exist_ok=True)
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True,
                           timeout=_BUSY_SECONDS, isolation_level=None)  # fmt: skip


def _has(found: sqlite3.Connection, table: str) -> bool:
    asked = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    return found.execute(asked, [table]).fetchone() is not None


def _check_sound(found: sqlite3.Connection) -> None:
    if found.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
        raise NotAllowed("The database in the backup is damaged: use another backup.")
    if found.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise NotAllowed("The database in the backup refers to rows that it lacks.")


def _facts(found: sqlite3.Connection) -> Facts:
    names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    rows = {
        name: found.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 its own names
        for (name,) in sorted(found.execute(names).fetchall())
    }
    done = []
    if "django_migrations" in rows:
        done = found.execute("SELECT app, name FROM django_migrations").fetchall()
    return Facts(rows, newest(done))
