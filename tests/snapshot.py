"""All that a database holds, to show that a refused act wrote nothing."""

from collections import Counter

from django.db import connection

LEFT_OUT = {"django_session", "django_migrations", "sqlite_sequence"}


def snapshot(*, without: set[str] = frozenset()) -> dict[str, Counter]:
    """Every row of every table, sessions left out."""
    tables = set(connection.introspection.table_names()) - LEFT_OUT - without
    return {table: _rows(table) for table in sorted(tables)}


def _rows(table: str) -> Counter:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        return Counter(tuple(_plain(value) for value in row) for row in cursor.fetchall())


def _plain(value: object) -> object:
    if isinstance(value, memoryview):
        return bytes(value)
    return repr(value) if isinstance(value, dict | list) else value


def changed(before: dict[str, Counter], after: dict[str, Counter]) -> set[str]:
    """The tables in which a row appeared, went or changed."""
    return {table for table in before if before[table] != after[table]}
