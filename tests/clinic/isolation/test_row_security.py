"""Row-level security on PostgreSQL: what is seen and written follows the scope."""

from contextlib import suppress

import pytest
from django.db import DatabaseError, connection, transaction

from clinic import row_security
from clinic.models import AuditEvent, Patient
from clinic.scope import every_practice, scope
from clinic.scope_state import scope_setting
from tests.factories import make_patient
from tests.run_time_role import owner

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL's"),
]


@pytest.fixture
def patients(practice, other_practice):
    with scope(practice):
        ours = make_patient(last_name="Ours")
    with scope(other_practice):
        theirs = make_patient(last_name="Theirs")
    return ours, theirs


def rows(statement: str, params: list | None = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else [(cursor.rowcount,)]


def last_names() -> list[str]:
    return [name for (name,) in rows("SELECT last_name FROM clinic_patient ORDER BY last_name")]


def test_every_table_of_a_practice_is_held(db):
    """T-I07, T-O02"""
    assert row_security.missing() == []
    assert row_security.check_row_security(None, ["default"]) == []
    assert len(row_security.protected_models()) > 70


@pytest.mark.parametrize(
    "act",
    [
        "ALTER TABLE clinic_patient DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE clinic_patient NO FORCE ROW LEVEL SECURITY",
        f"DROP POLICY {row_security.POLICY} ON clinic_patient",
        "CREATE POLICY wide ON clinic_patient USING (true)",
    ],
)
def test_table_let_loose_is_found_by_the_check(db, act):
    with owner():
        rows(act)

    [error] = row_security.check_row_security(None, ["default"])

    assert (error.id, error.msg) == ("clinic.E002", "Row-level security is off for clinic_patient.")


def test_forgotten_filter_shows_ones_own_rows_only(patients, practice, other_practice):
    with scope(practice):
        here = last_names()
    with scope(other_practice):
        there = last_names()

    assert (here, there, last_names()) == (["Ours"], ["Theirs"], [])


def test_trail_is_held_too(patients, practice, other_practice):
    with scope(practice):
        seen = set(AuditEvent.unscoped.values_list("practice_id", flat=True))

    assert seen <= {practice.pk}


def test_every_practice_sees_all(patients):
    with every_practice("to count"):
        assert last_names() == ["Ours", "Theirs"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE clinic_patient SET alert = 'x' WHERE last_name = 'Theirs'",
        "DELETE FROM clinic_patient WHERE last_name = 'Theirs'",
    ],
)
def test_rows_of_another_practice_are_not_reached(patients, practice, statement):
    with scope(practice):
        assert rows(statement) == [(0,)]

    with every_practice("to look"):
        assert (last_names(), Patient.objects.filter(alert="x").count()) == (["Ours", "Theirs"], 0)


def test_row_for_another_practice_is_refused(patients, practice, other_practice):
    copy = (
        "INSERT INTO clinic_location (practice_id, name, place_of_service, active, street, city, "
        "state, zip_code, phone) VALUES (%s, 'x', '11', true, '', '', '', '', '')"
    )

    with scope(practice), pytest.raises(DatabaseError, match="row-level security"):
        rows(copy, [other_practice.pk])


def test_nothing_is_written_outside_a_scope(patients):
    assert rows("UPDATE clinic_patient SET alert = 'x'") == [(0,)]


def test_scope_is_told_again_after_a_rollback_to_a_savepoint(patients, practice, other_practice):
    with scope(practice):
        with suppress(ZeroDivisionError), transaction.atomic(), scope(other_practice):
            assert last_names() == ["Theirs"]
            _ = 1 / 0
        assert last_names() == ["Ours"]


def test_scope_told_inside_a_rolled_back_block_is_told_again(patients, practice):
    with suppress(ZeroDivisionError), transaction.atomic(), scope(practice):
        assert last_names() == ["Ours"]
        _ = 1 / 0

    with scope(practice):
        assert last_names() == ["Ours"]


def test_failed_statement_is_rolled_back_and_the_scope_stays(patients, practice, other_practice):
    with scope(practice):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows("SELECT 1 / 0")
        with pytest.raises(DatabaseError), transaction.atomic(), scope(other_practice):
            rows("SELECT nothing FROM nowhere")
        assert last_names() == ["Ours"]


def test_rows_of_an_open_cursor_do_not_change_with_the_scope(patients, practice):
    with every_practice("to go through all"):
        names = []
        for patient in Patient.objects.order_by("last_name").iterator(chunk_size=1):
            with scope(patient.practice_id):
                names.append((patient.last_name, last_names()))

    assert names == [("Ours", ["Ours"]), ("Theirs", ["Theirs"])]


def test_setting_costs_no_statement_while_the_scope_stays(
    patients, practice, django_assert_num_queries
):
    with scope(practice), django_assert_num_queries(2):
        last_names()
        last_names()

    assert scope_setting() == ""


@pytest.mark.django_db(transaction=True)
def test_kept_connection_shows_nothing_to_the_next_one(practice):
    with scope(practice):
        make_patient(last_name="Ours")
        assert last_names() == ["Ours"]

    assert last_names() == []


@pytest.mark.django_db(transaction=True)
def test_new_connection_is_told_anew(practice):
    with scope(practice):
        make_patient(last_name="Ours")
        connection.close()
        assert last_names() == ["Ours"]
