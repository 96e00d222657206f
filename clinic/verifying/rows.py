"""Rows that point nowhere or into another practice, and guards that are missing."""

from collections.abc import Iterator

from django.apps import apps
from django.db import connection, models

from clinic import guards
from clinic.models import Practice
from clinic.scope import ScopedModel
from clinic.verifying import Finding, Options, Tell


def check_guards(options: Options, tell: Tell) -> Iterator[Finding]:
    for name in guards.missing():
        text = "The database lacks this guard, or holds another one: run manage.py dbsetup."
        yield Finding("guards", text, what=name)


def check(options: Options, tell: Tell) -> Iterator[Finding]:
    """Each reference of each row of a practice, one query for each column."""
    done = 0
    for model in apps.get_models():
        if not issubclass(model, ScopedModel):
            continue
        for column in model._meta.concrete_fields:
            if column.is_relation and column.related_model is not Practice:
                yield from _references(model, column)
                done += 1
                tell(done)


def _references(model: type[models.Model], column: models.Field) -> Iterator[Finding]:
    target = column.related_model
    owned = any(f.attname == "practice_id" for f in target._meta.concrete_fields)
    quote = connection.ops.quote_name
    elsewhere = " OR r.practice_id <> t.practice_id" if owned else ""
    sql = (  # names of our own tables and columns, quoted
        f"SELECT t.id, t.practice_id, r.{quote(target._meta.pk.column)} "  # noqa: S608 our own names
        f"FROM {quote(model._meta.db_table)} t "
        f"LEFT JOIN {quote(target._meta.db_table)} r "
        f"ON r.{quote(target._meta.pk.column)} = t.{quote(column.column)} "
        f"WHERE t.{quote(column.column)} IS NOT NULL "
        f"AND (r.{quote(target._meta.pk.column)} IS NULL{elsewhere})"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        for pk, practice, found in cursor:
            text = (
                f"Its {column.verbose_name} is gone."
                if found is None
                else f"Its {column.verbose_name} belongs to another practice."
            )
            yield Finding("rows", text, f"{model._meta.verbose_name} {pk}", practice)
