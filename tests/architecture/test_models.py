import re

import pytest
from django.apps import apps

from clinic.guards import registered
from clinic.models import AuditEvent
from clinic.scope import ScopedManager, ScopedModel
from tests.architecture.tree import APPS

MODELS = [model for app in APPS for model in apps.get_app_config(app).get_models()]
TABLES = {model._meta.db_table for model in MODELS}
# Rows that belong to no practice, each with its reason.
UNSCOPED = {
    "clinic.practice": "is the scope itself",
    "clinic.user": "is looked up before the scope is known",
    "clinic.auditevent": "also records sign-ins that belong to no practice; its manager scopes",
}


def by_label(model):
    return model._meta.label_lower


@pytest.mark.parametrize("model", MODELS, ids=by_label)
def test_constraint_names_start_with_the_app_and_say_what_holds(model):
    names = [constraint.name for constraint in model._meta.constraints]

    prefix = model._meta.app_label + "_"
    assert [name for name in names if not name.startswith(prefix) or name.count("_") < 2] == []


@pytest.mark.parametrize("guard", registered(), ids=lambda guard: guard.name)
def test_guards_are_named_after_an_existing_table_and_speak_in_sentences(guard):
    assert guard.table in TABLES
    assert guard.name.startswith(guard.table)
    assert re.fullmatch(r"[A-Z][^']*\.", guard.message)


def test_guard_names_fit_postgresql():
    # 63 bytes is PostgreSQL's limit; a longer name is cut, and then never found again.
    assert [g.name for g in registered() if len(f"{g.name}_fn") > 63] == []


@pytest.mark.parametrize("model", MODELS, ids=by_label)
def test_business_rows_are_scoped_by_practice(model):
    if by_label(model) in UNSCOPED or not has_practice(model):
        return

    assert issubclass(model, ScopedModel)
    assert isinstance(model._default_manager, ScopedManager)
    # Related access and refresh_from_db go through the base manager.
    assert isinstance(model._base_manager, ScopedManager)


def test_rows_without_practice_are_known():
    without = {by_label(model) for model in MODELS if not has_practice(model)}

    assert {label for label in without - UNSCOPED.keys() if not is_published(label)} == set()


def test_audit_events_are_read_through_the_scope():
    assert isinstance(AuditEvent._default_manager, ScopedManager)


def has_practice(model) -> bool:
    return any(field.name == "practice" for field in model._meta.get_fields())


def is_published(label: str) -> bool:
    """The same for every practice: such a row refers to nothing that is scoped."""
    fields = apps.get_model(label)._meta.fields
    return not any(issubclass(f.related_model, ScopedModel) for f in fields if f.related_model)
