"""The PostgreSQL database: dumped by pg_dump, restored beside the live one, then renamed."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from clinic.errors import NotAllowed
from clinic.services.backup.places import Facts, State, newest

ENGINE = "postgresql"
MEMBER = "handline.pgdump"


@dataclass(frozen=True, slots=True)
class PostgresPlace:
    name: str
    user: str = ""
    password: str = ""
    host: str = ""
    port: str = ""
    engine: str = ENGINE
    member: str = MEMBER

    @classmethod
    def of(cls, database: dict[str, Any]) -> "PostgresPlace":
        return cls(
            name=database["NAME"],
            user=database.get("USER", ""),
            password=database.get("PASSWORD", ""),
            host=database.get("HOST", ""),
            port=str(database.get("PORT", "") or ""),
        )

    @property
    def url(self) -> str:
        user = quote(self.user, safe="")
        who = f"{user}:{quote(self.password, safe='')}@" if self.password else f"{user}@"
        port = f":{self.port}" if self.port else ""
        return f"postgresql://{who}{quote(self.host, safe='')}{port}/{quote(self.name, safe='')}"

    def state(self) -> State:
        try:
            with self.connected() as live:
                if "clinic_practice" not in _tables(live):
                    return State.EMPTY
                filled = live.execute("SELECT EXISTS(SELECT 1 FROM clinic_practice)").fetchone()
        except psycopg.OperationalError as trouble:
            if "does not exist" in str(trouble):
                return State.EMPTY
            raise NotAllowed(f"PostgreSQL does not let us in: {trouble}") from trouble
        return State.FILLED if filled and filled[0] else State.EMPTY

    def snapshot(self, into: Path) -> Facts:
        """Rows are counted in the very snapshot that is dumped."""
        into.touch(mode=0o600)
        with self.connected(autocommit=False) as live:
            live.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            # A role that row-level security holds back would dump a part: an error instead.
            live.execute("SET LOCAL row_security = off")
            shared = live.execute("SELECT pg_export_snapshot()").fetchone()[0]
            try:
                facts = _facts(live)
            except psycopg.errors.InsufficientPrivilege as trouble:
                raise NotAllowed(
                    "The database role may not read every practice: set "
                    "HANDLINE_BACKUP_DATABASE_URL to one with BYPASSRLS and SELECT on all tables."
                ) from trouble
            self._run("pg_dump", "--format=custom", "--no-owner", f"--snapshot={shared}",
                      f"--file={into}", self.name)  # fmt: skip
        return facts

    def examine(self, file: Path) -> Facts:
        """Restored into a database of its own, counted, and dropped again."""
        beside = replace(self, name=f"{self.name}_examined_{os.getpid()}")
        try:
            beside._fill(self, file)
            with beside.connected() as found:
                return _facts(found)
        finally:
            beside.drop(self)

    def put(self, file: Path, *, check: Callable[[Facts], None]) -> str:
        beside = replace(self, name=f"{self.name}_restoring_{os.getpid()}")
        try:
            beside._fill(self, file)
            with beside.connected() as found:
                check(_facts(found))
            return self._take_name_of(beside)
        except BaseException:
            beside.drop(self)
            raise

    def _take_name_of(self, beside: "PostgresPlace") -> str:
        aside = f"{self.name}_before_restore_{datetime.now(UTC):%Y%m%d%H%M%S}"
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        with self.maintenance() as server:
            there = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.name])
            kept = aside if there.fetchone() else ""
            try:
                if kept:
                    server.execute(rename.format(sql.Identifier(self.name), sql.Identifier(aside)))
            except psycopg.errors.ObjectInUse as trouble:
                raise NotAllowed(
                    "The database is in use: stop Handline (the server and its workers), try again."
                ) from trouble
            server.execute(rename.format(sql.Identifier(beside.name), sql.Identifier(self.name)))
        return f"database {kept}" if kept else ""

    def _fill(self, like: "PostgresPlace", file: Path) -> None:
        with like.maintenance() as server:
            server.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(
                    sql.Identifier(self.name)
                )
            )
        self._run("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={self.name}", str(file))

    def drop(self, like: "PostgresPlace") -> None:
        with like.maintenance() as server:
            server.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name))
            )

    @contextmanager
    def connected(self, *, autocommit: bool = True) -> Iterator[psycopg.Connection]:
        with psycopg.connect(autocommit=autocommit, **self._words()) as live:
            yield live

    @contextmanager
    def maintenance(self) -> Iterator[psycopg.Connection]:
        """A connection to the server that is not to the database which is about to change."""
        with replace(self, name="template1").connected() as server:
            yield server

    def _words(self) -> dict[str, str]:
        given = {"dbname": self.name, "user": self.user, "password": self.password,
                 "host": self.host, "port": self.port}  # fmt: skip
        return {key: value for key, value in given.items() if value}

    def _run(self, program: str, *words: str) -> None:
        """The password goes by the environment: an argument list is readable by every user."""
        given = {"PGUSER": self.user, "PGPASSWORD": self.password, "PGHOST": self.host,
                 "PGPORT": self.port}  # fmt: skip
        environment = {**os.environ, **{key: value for key, value in given.items() if value}}
        done = subprocess.run(
            [_program(program), "--no-password", *words],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
            if "No space left" in done.stderr:
                raise OSError(28, "No space left on device")
            raise NotAllowed(f"{program} failed: {last[0]}")


def _program(name: str) -> str:
    beside = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(beside[-1]) if beside else "")
    if not found:
        raise NotAllowed(f"{name} is missing: install PostgreSQL's client programs.")
    return found


def _tables(found: psycopg.Connection) -> list[str]:
    rows = found.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    return [name for (name,) in rows.fetchall()]


def _facts(found: psycopg.Connection) -> Facts:
    rows = {}
    for name in _tables(found):
        counted = found.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)))
        rows[name] = counted.fetchone()[0]
    done = []
    if "django_migrations" in rows:
        done = found.execute("SELECT app, name FROM django_migrations").fetchall()
    return Facts(rows, newest(done))
