"""On PostgreSQL the suite signs in as the schema's owner and acts as the run-time role."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from clinic import roles, row_security
from clinic.roles import as_owner


def set_up_run_time_role() -> None:
    """Rights as dbsetup gives them, but for the trail: tests tamper with it to see it noticed."""
    if connection.vendor != "postgresql" or not settings.RUN_TIME_ROLE:
        return
    role = settings.RUN_TIME_ROLE["USER"]
    row_security.install()
    roles.grant(connection, role)
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT UPDATE, DELETE ON clinic_auditevent TO {role}")
    connection.settings_dict["OPTIONS"]["assume_role"] = role
    connection.close()


def stop_acting_as_run_time_role() -> None:
    """So that the test database can be dropped."""
    connection.settings_dict["OPTIONS"].pop("assume_role", None)
    connection.close()


@contextmanager
def owner() -> Iterator[None]:
    """For what only the schema's owner may do."""
    with as_owner(connection):
        yield
