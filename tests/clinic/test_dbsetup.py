import pytest
from django.core.management import call_command
from django.db import connection

from clinic import guards
from clinic.start_checks import is_wal_safe


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 9), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 1), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_write_ahead_log_is_for_mended_sqlite_only(version, safe):
    assert is_wal_safe(version) is safe


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_dbsetup_mends_what_is_missing_and_may_be_repeated():
    guards.remove()

    call_command("dbsetup", verbosity=0)
    call_command("dbsetup", verbosity=0)

    assert guards.missing() == []


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's profile")
def test_sqlite_runs_in_the_safe_profile():
    connection.ensure_connection()
    with connection.cursor() as cursor:
        found = {}
        for name in ("synchronous", "recursive_triggers", "foreign_keys", "trusted_schema"):
            cursor.execute(f"PRAGMA {name}")
            found[name] = cursor.fetchone()[0]

    assert found == {
        "synchronous": 2, "recursive_triggers": 1, "foreign_keys": 1, "trusted_schema": 0,
    }  # fmt: skip
    assert is_wal_safe(connection.Database.sqlite_version_info)
    assert connection.transaction_mode == "IMMEDIATE"
