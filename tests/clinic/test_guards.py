"""The database refuses what goes round Python, on both engines."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError, SystemCheckError
from django.db import DatabaseError, connection, models, transaction

from clinic import guards
from clinic.models import AuditEvent, StoredDocument
from clinic.services import audit
from tests.factories import make_document, make_user
from tests.run_time_role import owner

TABLES = {"clinic_auditevent": AuditEvent, "clinic_storeddocument": StoredDocument}


@pytest.fixture
def rows(in_practice):
    """An audit event and an issued document, as the services write them."""
    user = make_user("admin")
    make_document(by=user)
    audit.record("chart.viewed", actor=user)


def contents(table: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")
        return [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in cursor]


def refused(statement: str) -> str:
    """The database's sentence when it refuses the statement."""
    with (
        pytest.raises(DatabaseError) as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    return str(refusal.value).splitlines()[0]


def test_a12_account_refuses_to_be_deleted_by_raw_sql(in_practice):
    make_user("office")
    before = contents("clinic_user")

    sentence = refused("DELETE FROM clinic_user")

    assert sentence == "Accounts are closed, not deleted."
    assert contents("clinic_user") == before != []


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {} SET id = id + 1000", "UPDATE {} SET practice_id = NULL", "DELETE FROM {}"],
)
def test_written_rows_refuse_raw_sql(rows, table, statement):
    before = contents(table)

    sentence = refused(statement.format(table))

    what = "Audit events" if table == "clinic_auditevent" else "Issued documents"
    assert sentence == f"{what} cannot be changed or deleted."
    assert contents(table) == before != []


@pytest.mark.parametrize("model", TABLES.values(), ids=lambda m: m.__name__)
@pytest.mark.parametrize("act", ["update", "delete", "save", "raw_delete", "bulk_update"])
def test_written_rows_refuse_the_orm(rows, model, act):
    table = model._meta.db_table
    before = contents(table)
    row = model.objects.first()
    field = "actor_name" if model is AuditEvent else "renderer"
    acts = {
        "update": lambda: model.objects.update(**{field: "changed"}),
        "delete": row.delete,
        "save": row.save,
        "raw_delete": lambda: model.objects.all()._raw_delete(model.objects.db),
        "bulk_update": lambda: model.objects.bulk_update([row], [field]),
    }

    with pytest.raises(DatabaseError), transaction.atomic():
        acts[act]()

    assert contents(table) == before


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="REPLACE is SQLite's")
@pytest.mark.parametrize("table", TABLES)
def test_written_rows_refuse_replace(rows, table):
    before = contents(table)

    refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")

    assert contents(table) == before


def test_migrated_database_has_every_guard(db):
    assert guards.missing() == []
    assert guards.check_guards(None, ["default"]) == []


def test_dropped_guard_is_found_by_the_check(db):
    guard = guards.registered(connection.vendor)[0]
    with owner(), connection.cursor() as cursor:
        cursor.execute(guard.drop(connection.vendor))

    [error] = guards.check_guards(None, ["default"])

    assert (error.id, error.msg) == ("clinic.E001", f"The database lacks the guards {guard.name}.")
    with pytest.raises(SystemCheckError):
        call_command("check", databases=["default"])


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL switches off")
def test_guard_switched_off_is_found_by_the_check(db):
    guard = guards.registered(connection.vendor)[0]
    with owner(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {guard.table} DISABLE TRIGGER {guard.name}")

    assert guards.missing() == [guard.name]


@pytest.mark.django_db(transaction=True)
def test_guards_lost_in_a_table_rebuild_are_found_and_come_back():
    # What an AlterField migration does: SQLite makes the table anew, without its triggers.
    old = AuditEvent._meta.get_field("action")
    new = models.CharField(max_length=61)
    new.set_attributes_from_name("action")
    new.model = AuditEvent
    held = guards.registered(connection.vendor)
    own = {guard.name for guard in held if guard.table == "clinic_auditevent"}

    with owner(), connection.schema_editor() as editor:
        editor.alter_field(AuditEvent, old, new, strict=False)
    lost = set(guards.missing())
    found = guards.check_guards(None, ["default"])
    guards.install()
    with owner(), connection.schema_editor() as editor:
        editor.alter_field(AuditEvent, new, old, strict=False)
    guards.install()

    assert lost == (own if connection.vendor == "sqlite" else set())
    assert [error.id for error in found] == (["clinic.E001"] if lost else [])
    assert guards.missing() == []


def test_installing_twice_changes_nothing(rows):
    guards.install()
    guards.install()

    assert guards.missing() == []
    refused("DELETE FROM clinic_auditevent")


@pytest.mark.django_db(transaction=True)
def test_flush_empties_a_test_database_and_leaves_the_guards(rows):
    call_command("flush", interactive=False, verbosity=0)

    assert [contents(table) for table in TABLES] == [[], []]
    assert guards.missing() == []


def test_flush_is_refused_for_a_clinics_records(rows, settings):
    settings.TESTING = settings.DEMO = False
    before = contents("clinic_auditevent")

    with pytest.raises(CommandError, match="never empties a clinic's database"):
        call_command("flush", interactive=False, verbosity=0)

    assert contents("clinic_auditevent") == before
    assert guards.missing() == []
