"""Database triggers that keep signed and issued rows as they were, on both engines.

Python refuses first, with a sentence; these refuse whatever goes round Python. An ordinary
migration of a table can drop SQLite's triggers, so they are installed anew after each
migrate and a system check compares them with what should be there.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core import checks
from django.db import connections

UPDATE, DELETE, INSERT, TRUNCATE = "UPDATE", "DELETE", "INSERT", "TRUNCATE"


@dataclass(frozen=True, slots=True)
class Guard:
    """Refuse one kind of write on a table when a condition on OLD or NEW holds."""

    name: str
    table: str
    event: str
    message: str
    condition: str = "1=1"

    def create(self, vendor: str) -> list[str]:
        """The statements that install this guard on the given engine."""
        if self.event == TRUNCATE:
            return self._create_truncate(vendor)
        if vendor == "sqlite":
            return [
                f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} "
                f"WHEN {self.condition} BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
            ]
        row = "OLD" if self.event == DELETE else "NEW"
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}_fn() RETURNS trigger AS $$ BEGIN "
            f"IF {self.condition} THEN RAISE EXCEPTION '{self.message}' "
            f"USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            f"RETURN {row}; END $$ LANGUAGE plpgsql",
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.name}_fn()",
        ]

    def _create_truncate(self, vendor: str) -> list[str]:
        """TRUNCATE passes row triggers by. SQLite has no such statement."""
        if vendor == "sqlite":
            return []
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}_fn() RETURNS trigger AS $$ BEGIN "
            f"RAISE EXCEPTION '{self.message}' "
            f"USING ERRCODE = 'integrity_constraint_violation'; END $$ LANGUAGE plpgsql",
            f"CREATE TRIGGER {self.name} BEFORE TRUNCATE ON {self.table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {self.name}_fn()",
        ]

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
    register(
        [
            Guard("clinic_patientfile_no_delete", "clinic_patientfile", DELETE,
                  "Uploaded files are struck, not deleted."),
            Guard("clinic_patientfile_no_rewrite", "clinic_patientfile", UPDATE,
                  "An uploaded file stays as it came.", "OLD.sha256 <> NEW.sha256"),
        ]
    )  # fmt: skip


def registered(vendor: str | None = None) -> tuple[Guard, ...]:
    """Every guard, or those that the engine can hold."""
    return tuple(g for g in _GUARDS.values() if vendor is None or g.create(vendor))


def install(using: str = "default") -> None:
    """(Re)install every guard whose table exists."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for guard in registered():
            if guard.table in tables:
                cursor.execute(guard.drop(connection.vendor))
                for statement in guard.create(connection.vendor):
                    cursor.execute(statement)


def remove(using: str = "default") -> None:
    """Take the guards off; only for emptying a test or demo database."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for guard in registered():
            if guard.table in tables:
                cursor.execute(guard.drop(connection.vendor))


def missing(using: str = "default") -> list[str]:
    """Names of guards that the database does not have, or has switched off."""
    connection = connections[using]
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    return sorted({guard.name for guard in registered(connection.vendor)} - present)


def install_after_migrate(sender, using, **kwargs) -> None:
    install(using)


@checks.register(checks.Tags.database)
def check_guards(app_configs, databases, **kwargs) -> list[checks.CheckMessage]:
    """Each database holds every guard (run by ``migrate`` and at start)."""
    return [
        checks.Error(
            f"The database lacks the guards {', '.join(names)}.",
            hint="Run: python manage.py dbsetup",
            id="clinic.E001",
        )
        for name in databases or []
        if (names := missing(name)) and _is_migrated(name)
    ]


def _is_migrated(using: str) -> bool:
    return "clinic_storeddocument" in connections[using].introspection.table_names()
