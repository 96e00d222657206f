"""Database triggers that keep signed and issued rows as they were, on both engines.

Python refuses first, with a sentence; these refuse whatever goes round Python. An ordinary
migration of a table can drop SQLite's triggers, so they are installed anew after each
migrate and a system check compares them with what should be there.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core import checks
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from clinic.roles import as_owner

UPDATE, DELETE, INSERT, TRUNCATE = "UPDATE", "DELETE", "INSERT", "TRUNCATE"
_VIOLATION = "integrity_constraint_violation"
NAMED = 8  # of the missing ones; a database without tables lacks hundreds


@dataclass(frozen=True, slots=True)
class Guard:
    """Refuse one kind of write on a table when a condition on OLD or NEW holds."""

    name: str
    table: str
    event: str
    message: str
    condition: str = "1=1"

    def create(self, vendor: str) -> list[str]:
        """The statements that install this guard; none where the engine has no such event."""
        body = self.body(vendor)
        if vendor == "sqlite":
            return [body] if body else []
        rows = "STATEMENT" if self.event == TRUNCATE else "ROW"
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}_fn() RETURNS trigger AS $${body}$$ "
            "LANGUAGE plpgsql",
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} "
            f"FOR EACH {rows} EXECUTE FUNCTION {self.name}_fn()",
        ]

    def body(self, vendor: str) -> str:
        """What decides, in the words that the engine keeps."""
        if vendor == "sqlite":
            if self.event == TRUNCATE:
                return ""  # SQLite has no such statement
            return (
                f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} "
                f"WHEN {self.condition} BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
            )
        refuse = (
            f"RAISE EXCEPTION '{self.message}' USING ERRCODE = 'integrity_constraint_violation'"
        )
        if self.event == TRUNCATE:
            return f" BEGIN {refuse}; END "
        row = "OLD" if self.event == DELETE else "NEW"
        return f" BEGIN IF {self.condition} THEN {refuse}; END IF; RETURN {row}; END "

    def drop(self, vendor: str) -> str:
        on_table = "" if vendor == "sqlite" else f" ON {self.table}"
        return f"DROP TRIGGER IF EXISTS {self.name}{on_table}"


_GUARDS: dict[str, Guard] = {}


def register(guards: Iterable[Guard]) -> None:
    """Add guards; a table whose rows may not be deleted may not be emptied either."""
    for guard in guards:
        _GUARDS[guard.name] = guard
        if guard.event == DELETE:
            whole = Guard(f"{guard.table}_no_truncate", guard.table, TRUNCATE, guard.message)
            _GUARDS[whole.name] = whole


def append_only(table: str, what: str) -> list[Guard]:
    """Rows of this table are written once and stay."""
    message = f"{what} cannot be changed or deleted."
    return [
        Guard(f"{table}_no_update", table, UPDATE, message),
        Guard(f"{table}_no_delete", table, DELETE, message),
    ]


def register_clinic() -> None:
    register(append_only("clinic_auditevent", "Audit events"))
    register(append_only("clinic_storeddocument", "Issued documents"))
    register(append_only("clinic_documentwithdrawal", "Withdrawals"))
    register(append_only("clinic_emergencyaccess", "Uses of emergency access"))
    register(
        [
            Guard("clinic_user_no_delete", "clinic_user", DELETE,
                  "Accounts are closed, not deleted."),
            Guard("clinic_patientfile_no_delete", "clinic_patientfile", DELETE,
                  "Uploaded files are struck, not deleted."),
            Guard("clinic_patientfile_no_rewrite", "clinic_patientfile", UPDATE,
                  "An uploaded file stays as it came.", "OLD.sha256 <> NEW.sha256"),
        ]
    )  # fmt: skip


def registered(vendor: str | None = None) -> tuple[Guard, ...]:
    """Every guard, or those that the engine can hold."""
    return tuple(g for g in _GUARDS.values() if vendor is None or g.body(vendor))


def install(using: str = "default") -> None:
    """(Re)install the guards that are missing or not as they should be."""
    connection = connections[using]
    lacking, tables = set(missing(using)), set(connection.introspection.table_names())
    with _one_act(connection) as cursor:
        for guard in registered(connection.vendor):
            if guard.name in lacking and guard.table in tables:
                cursor.execute(guard.drop(connection.vendor))
                for statement in guard.create(connection.vendor):
                    cursor.execute(statement)


def remove(using: str = "default") -> None:
    """Take the guards off; only for emptying a test or demo database."""
    connection = connections[using]
    present = _present(connection)
    with _one_act(connection) as cursor:
        for guard in registered(connection.vendor):
            if guard.name in present:
                cursor.execute(guard.drop(connection.vendor))


@contextmanager
def _one_act(connection: BaseDatabaseWrapper) -> Iterator[Any]:
    """All or nothing, and one write to the disk for some hundred triggers."""
    with (
        transaction.atomic(using=connection.alias),
        as_owner(connection),
        connection.cursor() as cursor,
    ):
        yield cursor


def missing(using: str = "default") -> list[str]:
    """Names of guards that the database lacks, has switched off, or holds in other words."""
    connection = connections[using]
    present = _present(connection)
    return sorted(
        guard.name
        for guard in registered(connection.vendor)
        if present.get(guard.name) != guard.body(connection.vendor)
    )


def _present(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """The triggers in force by name, with the words that decide."""
    query = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
        "WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return dict(cursor.fetchall())


def remove_before_migrate(sender, using, plan, **kwargs) -> None:
    """SQLite renames no table while a trigger names one that is just being made anew."""
    if plan and connections[using].vendor == "sqlite":
        remove(using)


def install_after_migrate(sender, using, **kwargs) -> None:
    """Once every table is as this version knows it; a half-way database starts nothing."""
    if missing(using) and not _has_migrations_to_come(using):
        install(using)


def _has_migrations_to_come(using: str) -> bool:
    executor = MigrationExecutor(connections[using])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _some(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if names[NAMED:] else ""
    return ", ".join(names[:NAMED]) + more


@checks.register(checks.Tags.database)
def check_guards(app_configs, databases, **kwargs) -> list[checks.CheckMessage]:
    """Each database holds every guard (run by ``migrate`` and at start)."""
    return [
        checks.Error(
            f"The database lacks the guards {_some(names)}.",
            hint="Run: python manage.py dbsetup",
            id="clinic.E001",
        )
        for name in databases or []
        if (names := missing(name)) and _is_migrated(name)
    ]


def _is_migrated(using: str) -> bool:
    return "clinic_storeddocument" in connections[using].introspection.table_names()
