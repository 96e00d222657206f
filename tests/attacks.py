"""Ways round Python: statements that change frozen rows, and what the database says to them."""

from collections.abc import Iterable, Iterator

from django.db import DatabaseError, connection, transaction

from clinic import guards
from tests.run_time_role import owner


def attacks_on(table: str, where: str = "1=1") -> Iterator[str]:
    """Every common way to change, replace or remove the table's rows."""
    columns = columns_of(table)
    for column in columns:
        yield f"UPDATE {table} SET {column} = {column} WHERE {where}"
    yield f"UPDATE {table} SET id = id + 100000 WHERE {where}"
    yield f"DELETE FROM {table} WHERE {where}"
    yield (
        f"INSERT INTO {table} SELECT * FROM {table} WHERE {where} "
        "ON CONFLICT (id) DO UPDATE SET practice_id = excluded.practice_id"
    )
    if connection.vendor == "sqlite":
        yield f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE {where}"
        yield f"REPLACE INTO {table} SELECT * FROM {table} WHERE {where}"
        yield f"UPDATE OR REPLACE {table} SET practice_id = practice_id WHERE {where}"


def emptied(tables: Iterable[str]) -> list[str]:
    """The tables that PostgreSQL lets even their owner empty, against the word of their guards."""
    words = {guard.message for guard in guards.registered()}
    with owner():
        return [table for table in tables if _answer(f"TRUNCATE {table} CASCADE") not in words]


def columns_of(table: str) -> list[str]:
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, table)
    return [f'"{column.name}"' for column in described]


def carried_out(statements: Iterable[str], *, sentence: str) -> list[str]:
    """The statements that the database did not refuse with this sentence. Nothing is kept."""
    return [statement for statement in statements if _answer(statement) != sentence]


def _answer(statement: str) -> str:
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                if statement.startswith("TRUNCATE"):
                    # Waiting checks of the rows that the test made would refuse it first.
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(statement)
                rows = cursor.rowcount
                transaction.set_rollback(True)
        except DatabaseError as refusal:
            return str(refusal).splitlines()[0]
    return f"carried out on {rows} rows"
