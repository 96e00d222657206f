"""Rows of one practice never name rows of another: drawn from the models, on both engines.

One list for every table that belongs to a practice. A parent that is missing is refused
like one of another practice, so the order of writing cannot open a way around, and neither
can row-level security, under which another practice's parent looks missing.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from clinic.guards import INSERT, UPDATE, Guard, register

SAME_PRACTICE = "A row and all that it names belong to one practice."
STAYS = "A row never moves to another practice."


def owned_models() -> list[type[models.Model]]:
    """Every table whose rows belong to a practice, the users included."""
    return [model for model in apps.get_models() if _is_owned(model)]


def parents_of(model: type[models.Model]) -> dict[str, type[models.Model]]:
    """By column, the models of a practice that this one's rows name."""
    return {
        field.column: field.related_model
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model and _is_owned(field.related_model)
    }


def _is_owned(model: type[models.Model]) -> bool:
    if model._meta.proxy or not model._meta.managed:
        return False
    names = {field.name for field in model._meta.concrete_fields}
    return "practice" in names and model._meta.get_field("practice").many_to_one


def guards() -> Iterator[Guard]:
    for model in owned_models():
        table, parents = model._meta.db_table, parents_of(model)
        yield Guard(f"{table}_practice_stays", table, f"{UPDATE} OF practice_id", STAYS,
                    "OLD.practice_id <> NEW.practice_id")  # fmt: skip
        if not parents:
            continue
        yield Guard(f"{table}_same_practice", table, INSERT, SAME_PRACTICE, " OR ".join(
            _foreign(column, parent) for column, parent in parents.items()
        ))  # fmt: skip
        yield Guard(
            f"{table}_same_practice_kept", table, f"{UPDATE} OF {', '.join(parents)}",
            SAME_PRACTICE, " OR ".join(
                f"(NEW.{column} IS DISTINCT FROM OLD.{column} AND {_foreign(column, parent)})"
                for column, parent in parents.items()
            ),
        )  # fmt: skip


def _foreign(column: str, parent: type[models.Model]) -> str:
    """The row names something that is not of its practice."""
    table, key = parent._meta.db_table, parent._meta.pk.column
    return (
        f"(NEW.{column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {table} p "
        f"WHERE p.{key} = NEW.{column} AND p.practice_id = NEW.practice_id))"
    )


def register_practice() -> None:
    register(guards())
