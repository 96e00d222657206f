"""The role that serves pages can do its work and nothing to the guards (T-I04)."""

from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from clinic import guards, roles, row_security
from clinic.scope import scope
from tests.factories import make_patient
from tests.run_time_role import owner

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL's"),
]
GUARD = "clinic_auditevent_no_update"
ATTACKS = {
    "switch a trigger off": f"ALTER TABLE clinic_auditevent DISABLE TRIGGER {GUARD}",
    "switch all triggers off": "ALTER TABLE notes_note DISABLE TRIGGER ALL",
    "drop a trigger": f"DROP TRIGGER {GUARD} ON clinic_auditevent",
    "drop a guard's function": f"DROP FUNCTION {GUARD}_fn() CASCADE",
    "rewrite a guard's function": f"CREATE OR REPLACE FUNCTION {GUARD}_fn() RETURNS trigger "
    "AS $$ BEGIN RETURN NEW; END $$ LANGUAGE plpgsql",
    "make a function": "CREATE FUNCTION mine() RETURNS int AS 'SELECT 1' LANGUAGE sql",
    "make a function of its session": "CREATE FUNCTION pg_temp.mine() RETURNS int "
    "AS 'SELECT 1' LANGUAGE sql",
    "make a table": "CREATE TABLE mine (id int)",
    "make a temporary table": "CREATE TEMPORARY TABLE clinic_auditevent (id int)",
    "make a trigger": f"CREATE TRIGGER aa BEFORE UPDATE ON notes_note FOR EACH ROW "
    f"EXECUTE FUNCTION {GUARD}_fn()",
    "be a replica": "SET session_replication_role = 'replica'",
    "empty the trail": "TRUNCATE clinic_auditevent",
    "empty a table": "TRUNCATE django_session",
    "rewrite the trail": "UPDATE clinic_auditevent SET actor_name = 'somebody'",
    "thin the trail": "DELETE FROM clinic_auditevent",
    "widen a policy": f"ALTER POLICY {row_security.POLICY} ON clinic_patient USING (true)",
    "drop a policy": f"DROP POLICY {row_security.POLICY} ON clinic_patient",
    "lift row-level security": "ALTER TABLE clinic_patient DISABLE ROW LEVEL SECURITY",
    "pass row-level security by": "ALTER ROLE CURRENT_USER BYPASSRLS",
    "become the owner": "SET ROLE handline_owner",
    "take a table": "ALTER TABLE notes_note OWNER TO CURRENT_USER",
    "change a table": "ALTER TABLE notes_note DROP COLUMN digest",
    "drop a table": "DROP TABLE notes_signature",
    "join the owner": "GRANT handline_owner TO CURRENT_USER",
    "make a role": "CREATE ROLE mine SUPERUSER",
    "read the server's files": "COPY clinic_location (name) FROM '/etc/passwd'",
    "run a program": "COPY (SELECT 1) TO PROGRAM 'true'",
    "read the passwords": "SELECT rolpassword FROM pg_authid",
    "set a counter back": "SELECT setval('clinic_patient_id_seq', 1)",
}


@pytest.fixture(scope="module")
def own_session(django_db_setup, django_db_blocker) -> Iterator[psycopg.Connection]:
    """Signed in as the run-time role itself, with the rights that dbsetup gives it."""
    role = settings.RUN_TIME_ROLE["USER"]
    with django_db_blocker.unblock():
        with owner():
            roles.grant(connection, role)
        words = {key: connection.get_connection_params()[key] for key in ("dbname", "host")}
        with psycopg.connect(user=role, **words, autocommit=True) as session:
            session.execute("SELECT set_config('handline.practice', '*', false)")
            yield session
        with owner(), connection.cursor() as cursor:
            cursor.execute(f"GRANT UPDATE, DELETE ON clinic_auditevent TO {role}")


@pytest.mark.parametrize("attack", ATTACKS)
def test_run_time_role_is_refused(own_session, attack):
    """T-I04: 28 ways to get at the guards, the policies or the schema."""
    refusals = (
        psycopg.errors.InsufficientPrivilege,
        psycopg.errors.InvalidSchemaName,  # no temporary schema, so none to make things in
    )

    with pytest.raises(refusals):
        own_session.execute(ATTACKS[attack])

    assert (guards.missing(), row_security.missing()) == ([], [])


def test_row_security_cannot_be_put_aside(own_session):
    """It may be asked for; then nothing is read at all."""
    own_session.execute("SET row_security = off")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        own_session.execute("SELECT * FROM clinic_patient")

    own_session.execute("RESET row_security")


def test_run_time_role_has_no_strength_beyond_its_work(db):
    assert roles.strengths(connection) == []


def test_owner_serving_pages_is_warned_of(db, settings):
    settings.AS_OWNER = False

    with owner():
        [warning] = roles.check_run_time_role(None, ["default"])

    assert warning.id == "clinic.W001"
    assert "owns the tables, so it can switch guards off" in warning.msg


def test_setup_with_one_role_for_both_is_refused(db, settings):
    settings.RUN_TIME_ROLE = {"USER": connection.settings_dict["USER"], "PASSWORD": ""}

    with pytest.raises(CommandError, match="name the same role"):
        call_command("dbsetup", verbosity=0)


def test_missing_role_is_made_with_nothing_to_its_name(db):
    with owner(), transaction.atomic():
        roles.make_role(connection, "handline_new", "a secret")
        roles.make_role(connection, "handline_new", "another")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole "
                "FROM pg_roles WHERE rolname = 'handline_new'"
            )
            made = cursor.fetchone()
        transaction.set_rollback(True)

    assert made == (True, False, False, False, False)


def test_run_time_role_does_its_work(own_session, practice):
    with scope(practice):
        patient = make_patient()

    assert patient.pk
    assert own_session.execute("SELECT count(*) FROM django_session").fetchone() == (0,)
