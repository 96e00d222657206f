"""Row-level security on PostgreSQL: the net below the scoped managers.

Each table of a practice shows and takes only rows of the practice that the connection was told
(clinic.postgresql). Nothing told is nothing seen. People are left out: signing in looks for
an address before any practice is known.
"""

from django.apps import apps
from django.core import checks
from django.db import connections, models, transaction

from clinic.postgresql.base import SETTING
from clinic.roles import as_owner

POLICY = "handline_practice_1"  # another number when the rule below changes
_TOLD = f"current_setting('{SETTING}', true)"
# Both in sub-selects, so that the server works them out once for a statement.
RULE = f"practice_id = (SELECT NULLIF(NULLIF({_TOLD}, '*'), '')::bigint) OR (SELECT {_TOLD} = '*')"


def protected_models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if model._meta.managed
        and model._meta.label != "clinic.User"
        and any(field.column == "practice_id" for field in model._meta.concrete_fields)
    ]


def install(using: str = "default") -> None:
    """Protect the tables that are not yet. Only the owner may."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    with (
        transaction.atomic(using=using),
        as_owner(connection),
        connection.cursor() as cursor,
    ):
        for table in missing(using):
            cursor.execute(f"DROP POLICY IF EXISTS {POLICY} ON {table}")
            cursor.execute(f"CREATE POLICY {POLICY} ON {table} USING ({RULE}) WITH CHECK ({RULE})")
            cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def missing(using: str = "default") -> list[str]:
    """Tables of a practice that row-level security does not hold."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        # One permissive policy only: a second one would let more through.
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid "
            "WHERE c.relrowsecurity AND c.relforcerowsecurity "
            "GROUP BY c.relname HAVING array_agg(p.polname::text) = ARRAY[%s]",
            [POLICY],
        )
        held = {row[0] for row in cursor.fetchall()}
    tables = set(connection.introspection.table_names())
    wanted = {model._meta.db_table for model in protected_models()}
    return sorted((wanted & tables) - held)


@checks.register(checks.Tags.database)
def check_row_security(app_configs, databases, **kwargs) -> list[checks.CheckMessage]:
    """PostgreSQL holds each practice's rows apart (run by ``migrate`` and at start)."""
    return [
        checks.Error(
            f"Row-level security is off for {', '.join(tables)}.",
            hint="Run: python manage.py dbsetup",
            id="clinic.E002",
        )
        for using in databases or []
        if (tables := missing(using))
    ]
