"""All that a database holds, to show that a refused act wrote nothing."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection

from clinic.scope import every_practice

# Sessions, and what goes with them: when somebody was last seen, how often a code was wrong.
LEFT_OUT = {
    "django_session", "clinic_signin", "clinic_cache", "clinic_submission",
    "django_migrations", "sqlite_sequence",
}  # fmt: skip


def snapshot(tables: Iterable[str] | None = None) -> dict[str, Counter]:
    """Every row of every table, or of some; sessions left out."""
    if tables is None:
        tables = set(connection.introspection.table_names()) - LEFT_OUT
    with every_practice("all that is there is compared"):  # or row-level security hides it
        return {table: _rows(table) for table in sorted(tables)}


def _rows(table: str) -> Counter:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        return Counter(tuple(_plain(value) for value in row) for row in cursor.fetchall())


def _plain(value: object) -> object:
    if isinstance(value, memoryview):
        return bytes(value)
    return repr(value) if isinstance(value, dict | list) else value


@contextmanager
def written_tables() -> Iterator[set[str]]:
    """The tables that statements inside the block write to: only those can have changed."""
    found: set[str] = set()

    def note(execute, sql, params, many, context):
        found.update(set(_WRITES.findall(sql)) - LEFT_OUT)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


_WRITES = re.compile(
    r'(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE)\s+"?(?!(?:SET|OF)\b)(\w+)', re.IGNORECASE
)


def changed(before: dict[str, Counter], after: dict[str, Counter]) -> set[str]:
    """The tables in which a row appeared, went or changed."""
    return {table for table in after if before[table] != after[table]}
