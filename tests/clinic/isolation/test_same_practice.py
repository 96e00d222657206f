"""No row names a row of another practice, whatever goes round Python, on both engines."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from clinic import guards
from clinic.guards_practice import SAME_PRACTICE, STAYS, owned_models, parents_of
from clinic.models import AuditEvent, User
from clinic.scope import ScopedModel, every_practice
from tests.clinic.world import World, make_world

PAIRS = [(model, column) for model in owned_models() for column in parents_of(model)]


def names(pair: tuple[type[models.Model], str]) -> str:
    return f"{pair[0]._meta.db_table}.{pair[1]}"


@pytest.fixture(scope="module")
def worlds(django_db_setup, django_db_blocker) -> Iterator[tuple[World, World]]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world("Northmark"), make_world("Southmark")
        transaction.set_rollback(True)


def answer(statement: str, params: list) -> str:
    """What the database says; nothing is kept."""
    try:
        with every_practice("attack"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, params)
            transaction.set_rollback(True)
    except DatabaseError as refusal:
        return str(refusal).splitlines()[0]
    return "carried out"


def bare_row(model: type[models.Model], values: dict[str, int]) -> str:
    """The answer to a row that holds nothing else: triggers speak before other constraints."""
    columns, holes = ", ".join(values), ", ".join(["%s"] * len(values))
    return answer(
        f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({holes})", list(values.values())
    )


def some_row(model: type[models.Model], world: World) -> int | None:
    with every_practice("to find one"):
        return (
            model._base_manager.filter(practice_id=world.practice.pk)
            .order_by("pk").values_list("pk", flat=True).first()
        )  # fmt: skip


def test_every_table_with_a_practice_is_in_the_list():
    """T-I07: the list is drawn from the models, so a new table is in it."""
    scoped = {model for model in apps.get_models() if issubclass(model, ScopedModel)}
    owned = set(owned_models())

    assert owned == scoped | {User}
    assert {model for model in apps.get_models() if "practice_id" in columns(model)} - owned == {
        AuditEvent
    }
    assert {f"{m._meta.db_table}_practice_stays" for m in owned} <= {
        guard.name for guard in guards.registered()
    }


def columns(model: type[models.Model]) -> set[str]:
    return {field.column for field in model._meta.concrete_fields}


@pytest.mark.django_db
@pytest.mark.parametrize("pair", PAIRS, ids=names)
def test_parent_of_another_practice_is_refused(worlds, pair):
    """T-Z03, T-I02: on insert and on update; one's own is taken."""
    (model, column), (own, other) = pair, worlds
    parent = parents_of(model)[column]
    ours, theirs = some_row(parent, own), some_row(parent, other)
    new = {"id": -1, "practice_id": own.practice.pk}
    row = some_row(model, own)

    missing = bare_row(model, new | {column: -5})
    foreign = bare_row(model, new | {column: theirs}) if theirs else missing
    moved = answer(f"UPDATE {model._meta.db_table} SET {column} = %s WHERE id = %s", [theirs, row])

    assert {missing, foreign} <= frozen(model)
    assert SAME_PRACTICE in frozen(model)
    assert ours is None or bare_row(model, new | {column: ours}) != SAME_PRACTICE
    if row and theirs:
        assert moved == SAME_PRACTICE or moved in frozen(model)


def frozen(model: type[models.Model]) -> set[str]:
    """Sentences of the table's other guards: a frozen row refuses before it is asked."""
    table = model._meta.db_table
    return {guard.message for guard in guards.registered() if guard.table == table}


@pytest.mark.django_db
@pytest.mark.parametrize("model", owned_models(), ids=lambda model: model._meta.db_table)
def test_row_never_moves_to_another_practice(worlds, model):
    own, other = worlds
    row = some_row(model, own)

    said = answer(
        f"UPDATE {model._meta.db_table} SET practice_id = %s WHERE id = %s",
        [other.practice.pk, row],
    )

    assert said == "carried out" if row is None else said in frozen(model)
    assert row is None or STAYS in frozen(model)
