"""Events from before the chain are numbered and sealed by the migration, as they stood."""

from importlib import import_module

from django.apps import apps
from django.db import connection

from clinic.scope import every_practice
from tests.clinic.audit.tampering import found, guards_off, rows, sql, write
from tests.factories import make_user

step = import_module("clinic.migrations.0009_seal_earlier_events")


class Editor:
    """What a migration is given, as far as this one reads it."""

    connection = connection


def test_earlier_events_are_sealed_in_their_order_and_kept(in_practice):
    write(make_user("admin"), 3)
    sql_empty = (
        "UPDATE clinic_auditevent SET seq = seq + 100, hash = '', prev_hash = '', key_id = ''"
    )
    with guards_off():
        sql(sql_empty)
        sql(
            "UPDATE clinic_auditevent SET detail = %s WHERE seq = 102", '{"why": "a\\nb", "n": 1.5}'
        )
        before = [(row.pk, row.at, row.action, row.actor_id) for row in rows(in_practice)]
        with every_practice("as in a migration"):
            step.seal_earlier_events(apps, Editor())

    after = rows(in_practice)
    assert [row.seq for row in after] == [1, 2, 3]
    assert [(row.pk, row.at, row.action, row.actor_id) for row in after] == before
    assert after[1].detail == {"why": "a\\u000ab", "n": "1.5"}
    assert found() == []


def test_an_empty_trail_needs_nothing(in_practice):
    with every_practice("as in a migration"):
        step.seal_earlier_events(apps, Editor())

    assert rows(in_practice) == []
