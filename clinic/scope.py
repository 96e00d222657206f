"""Practice isolation by construction.

The request's practice comes from the signed-in user, never from the URL. A query on a
scoped model outside ``scope(practice)`` raises, so a forgotten filter cannot leak rows.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import models

from clinic.errors import ScopeError
from clinic.scope_state import EVERYTHING, current


@contextmanager
def scope(practice: "models.Model | int") -> Iterator[None]:
    """Limit every scoped query inside the block to this practice."""
    token = current.set(getattr(practice, "pk", practice))
    try:
        yield
    finally:
        current.reset(token)


@contextmanager
def every_practice(reason: str) -> Iterator[None]:
    """Lift the limit, for commands that serve the whole installation. Say why."""
    if not reason:
        raise ScopeError("Give a reason for reading across practices.")
    token = current.set(EVERYTHING)
    try:
        yield
    finally:
        current.reset(token)


def current_practice_id() -> int | None:
    """The practice in scope, or None when all are. Raises ScopeError outside any scope."""
    value = current.get()
    if value is None:
        raise ScopeError("No practice in scope: open clinic.scope.scope(practice) first.")
    return None if value is EVERYTHING else value


class ScopedQuerySet(models.QuerySet):
    """Refuses bulk writes that name another practice."""

    def bulk_create(self, objs, *args, **kwargs):
        objs = list(objs)
        for obj in objs:
            obj.take_practice_from_scope()
        return super().bulk_create(objs, *args, **kwargs)

    def update(self, **kwargs):
        if "practice" in kwargs or "practice_id" in kwargs:
            raise ScopeError("A row never moves to another practice.")
        return super().update(**kwargs)


class ScopedManager(models.Manager.from_queryset(ScopedQuerySet)):
    """Filters by the practice in scope; raises outside one."""

    def get_queryset(self):
        practice_id = current_practice_id()
        queryset = super().get_queryset()
        return queryset if practice_id is None else queryset.filter(practice_id=practice_id)

    def none(self):
        """Reads nothing, so it needs no scope: a form's field may name it when it is declared."""
        return super().get_queryset().none()


class ScopedModel(models.Model):
    """A business row: carries its practice, read and written only inside its scope."""

    practice = models.ForeignKey(
        "clinic.Practice", models.PROTECT, related_name="+", editable=False
    )

    objects = ScopedManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args, **kwargs):
        self.take_practice_from_scope()
        super().save(*args, **kwargs)

    def take_practice_from_scope(self) -> None:
        """Fill in the practice, or refuse a row of another one."""
        in_scope = current_practice_id()
        if self.practice_id is None:
            self.practice_id = in_scope
        if self.practice_id is None:
            raise ScopeError("Say which practice the row belongs to.")
        if in_scope is not None and self.practice_id != in_scope:
            raise ScopeError("This row belongs to another practice.")
