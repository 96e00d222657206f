"""Two roles on PostgreSQL: an owner who may change the schema, and a run-time role who may not.

The installation serves with the run-time role's address; commands that change the schema use
the owner's (clinic.settings). Tests sign in as the owner and act as the run-time role.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core import checks
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

# The trail is added to and never changed; which migrations ran is the owner's to write.
WITHHELD = {
    "clinic_auditevent": "UPDATE, DELETE",
    "django_migrations": "INSERT, UPDATE, DELETE",
}


@contextmanager
def as_owner(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Act as the role that signed in, where the connection has taken on another one."""
    assumed = connection.settings_dict["OPTIONS"].get("assume_role")
    if connection.vendor != "postgresql" or not assumed:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    try:
        yield
    finally:
        # An error has undone RESET with the rest of its transaction.
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(connection.ops.compose_sql("SET ROLE %s", [assumed]))


def make_role(connection: BaseDatabaseWrapper, name: str, password: str) -> None:
    """The run-time role, with nothing to its name yet, unless it is there."""
    compose = connection.ops.compose_sql
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
        if cursor.fetchone():
            return
        words = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION"
        secret = compose(" PASSWORD %s", [password]) if password else ""
        cursor.execute(f"CREATE ROLE {connection.ops.quote_name(name)} {words}{secret}")


def grant(connection: BaseDatabaseWrapper, name: str) -> None:
    """Rows may be read and written, and nothing else: no schema, no TRUNCATE, no triggers."""
    quoted = connection.ops.quote_name
    role, here = quoted(name), quoted(connection.settings_dict["NAME"])
    statements = [
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"REVOKE ALL ON SCHEMA public FROM {role}",
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"REVOKE TEMPORARY ON DATABASE {here} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {here} TO {role}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    ]
    for table in connection.introspection.table_names():
        if table in WITHHELD:
            statements.append(f"REVOKE {WITHHELD[table]} ON {table} FROM {role}")
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def strengths(connection: BaseDatabaseWrapper) -> list[str]:
    """What the role in use may do beyond its work, in words."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, EXISTS(SELECT 1 FROM "
            "pg_class c WHERE c.relname = 'clinic_practice' AND "
            "pg_has_role(current_user, c.relowner, 'USAGE')) "
            "FROM pg_roles WHERE rolname = current_user"
        )
        found = cursor.fetchone()
    words = (
        "is a superuser", "passes row-level security by", "makes roles", "makes databases",
        "owns the tables, so it can switch guards off",
    )  # fmt: skip
    return [word for word, has in zip(words, found, strict=True) if has]


@checks.register(checks.Tags.database)
def check_run_time_role(app_configs, databases, **kwargs) -> list[checks.CheckMessage]:
    """Pages are served by a role that can only do its work."""
    from django.conf import settings  # noqa: PLC0415 read when asked, tests change it

    return [
        checks.Warning(
            f"The database role that serves pages {', '.join(words)}.",
            hint="Set HANDLINE_OWNER_URL and run dbsetup: see PostgreSQL in docs/deploy.md.",
            id="clinic.W001",
        )
        for using in databases or []
        if connections[using].vendor == "postgresql" and not settings.AS_OWNER
        if (words := strengths(connections[using]))
    ]
