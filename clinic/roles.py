"""Two roles on PostgreSQL: an owner who may change the schema, and a run-time role who may not.

The installation serves with the run-time role's address; commands that change the schema use
the owner's (clinic.settings). Tests and CI sign in as the owner and act as the run-time role.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper


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
