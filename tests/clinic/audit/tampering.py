"""What somebody with write access to the database could do to the trail, guards or not."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from clinic import guards
from clinic.models import AuditEvent
from clinic.roles import as_owner
from clinic.scope import every_practice
from clinic.services import audit
from clinic.verifying import Finding, Options, registered


def tell(read: int) -> None:
    """Nobody watches the progress of a test."""


def found(*names: str, anchors: tuple[str, ...] = ()) -> list[Finding]:
    """What the checks of these names (the chain alone by default) find."""
    with every_practice("the proof covers the whole database"):
        return [
            finding
            for name in names or ("chain",)
            for finding in registered()[name](Options(anchors=anchors), tell)
        ]


@contextmanager
def guards_off() -> Iterator[None]:
    """As an attacker would who owns the schema."""
    guards.remove()
    try:
        with every_practice("an attacker keeps to no practice"):
            yield
    finally:
        guards.install()


def write(actor, count: int, action: str = "chart.viewed") -> None:
    for place in range(count):
        audit.record(action, actor=actor, patient_id=place + 1, place=place)


def sql(statement: str, *values: object) -> None:
    with every_practice("as above"), as_owner(connection), connection.cursor() as cursor:
        cursor.execute(statement, values)


def rows(practice) -> list[AuditEvent]:
    with every_practice("to compare what is stored"):
        return list(AuditEvent.unscoped.filter(practice_id=practice.pk).order_by("seq", "pk"))
