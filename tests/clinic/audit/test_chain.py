"""The chain: numbered, sealed, written with the act or not at all (T-U01, U04, U05, U06)."""

import ast
import inspect
import json
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from clinic import audit_chain
from clinic.audit_chain import SEALED, UnknownAuditKey, key_name, key_ring, seal
from clinic.forms.patients import PatientForm
from clinic.models import AuditEvent, Patient
from clinic.scope import every_practice, scope
from clinic.services import audit
from clinic.services.edit_conflicts import fingerprint
from tests.clinic.audit.tampering import found, rows, sql, write
from tests.factories import make_patient, make_user

OLD, NEW = "o" * 40, "n" * 40


@pytest.fixture
def admin(in_practice):
    return make_user("admin")


def test_events_are_numbered_and_linked(in_practice, admin):
    write(admin, 3)

    first, second, third = rows(in_practice)
    assert [first.seq, second.seq, third.seq] == [1, 2, 3]
    assert [first.prev_hash, second.prev_hash, third.prev_hash] == ["", first.hash, second.hash]
    assert third.hash == seal({name: getattr(third, name) for name in SEALED}, _key())
    assert found() == []


def _key() -> bytes:
    return key_ring().key(key_ring().current)


def test_each_practice_and_the_installation_have_a_chain_of_their_own(
    in_practice, admin, other_practice
):
    with scope(other_practice):
        write(make_user("admin"), 2)
    write(admin, 1)
    with every_practice("belongs to nobody"):
        audit.record("session.refused", actor=None)

    with every_practice("all chains"):
        chains = list(AuditEvent.unscoped.order_by("pk").values_list("practice_id", "seq"))
    assert chains == [
        (other_practice.pk, 1), (other_practice.pk, 2), (in_practice.pk, 1), (None, 1),
    ]  # fmt: skip
    assert found() == []


def test_numbers_fall_back_with_the_act(in_practice, admin):
    write(admin, 1)
    with transaction.atomic():
        write(admin, 2)
        transaction.set_rollback(True)
    write(admin, 1)

    assert [row.seq for row in rows(in_practice)] == [1, 2]
    assert found() == []


def test_events_held_back_come_at_the_end_and_in_order(in_practice, admin):
    with transaction.atomic(), audit.held_back():
        audit.record("first", actor=admin)
        audit.record("second", actor=admin)
        assert rows(in_practice) == []

    assert [row.action for row in rows(in_practice)] == ["first", "second"]
    assert found() == []


def test_events_held_back_fall_with_the_act(in_practice, admin):
    @transaction.atomic
    @audit.held_back()
    def fail():
        audit.record("first", actor=admin)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert rows(in_practice) == []


# --- T-U01: it cannot be switched off ---------------------------------------------------------

SWITCHES = {"AUDIT_KEY", "AUDIT_OLD_KEYS"}


def _settings_read_in(module) -> set[str]:
    tree = ast.parse(inspect.getsource(module))
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "settings"
    }


def test_u01_the_writer_reads_no_setting_but_its_keys():
    assert _settings_read_in(audit) | _settings_read_in(audit_chain) == SWITCHES


@pytest.mark.parametrize("names", [["DEBUG"], ["DEMO"], ["TESTING"], ["DEBUG", "DEMO", "TESTING"]])
@pytest.mark.parametrize("value", [True, False])
def test_u01_no_mode_leaves_the_event_out(in_practice, admin, settings, names, value):
    for name in names:
        setattr(settings, name, value)
    settings.LOGGING_CONFIG, settings.LOGGING = None, {}

    write(admin, 1)

    assert len(rows(in_practice)) == 1


def test_u01_every_event_is_written_whoever_acts(in_practice):
    for role in ("therapist", "assistant", "office", "admin"):
        write(make_user(role), 1)

    assert [row.actor_role for row in rows(in_practice)] == [
        "therapist", "assistant", "office", "admin",
    ]  # fmt: skip


# --- T-U05: no audit, no act ------------------------------------------------------------------


def _jam(event: str = "INSERT") -> None:
    """From here on the database takes no audit event."""
    if connection.vendor == "sqlite":
        sql(
            f"CREATE TRIGGER jam BEFORE {event} ON clinic_auditevent "
            "BEGIN SELECT RAISE(ABORT, 'the trail is full'); END"
        )
        return
    sql(
        "CREATE FUNCTION jam_fn() RETURNS trigger AS "
        "$$ BEGIN RAISE EXCEPTION 'the trail is full'; END $$ LANGUAGE plpgsql"
    )
    sql(
        f"CREATE TRIGGER jam BEFORE {event} ON clinic_auditevent "
        "FOR EACH ROW EXECUTE FUNCTION jam_fn()"
    )


def test_u05_a_page_is_not_shown_when_its_event_cannot_be_written(client_for, practice):
    client: Client = client_for("admin")
    with scope(practice):
        patient = make_patient(last_name="Canarybird")
    client.raise_request_exception = False
    _jam()

    with transaction.atomic():
        response = client.get(reverse("patient", args=[patient.pk]))
        transaction.set_rollback(True)

    assert response.status_code == 500
    assert b"Canarybird" not in response.content


def test_u05_a_change_is_not_kept_when_its_event_cannot_be_written(client_for, practice):
    client: Client = client_for("admin")
    with scope(practice):
        patient = make_patient(last_name="Before")
        seen = fingerprint(patient, PatientForm._meta.fields)
    client.raise_request_exception = False
    fields = {"first_name": "A", "last_name": "After", "born_on": "1980-01-01", "sex": "F"}
    _jam()

    with transaction.atomic():
        response = client.post(
            reverse("patient_edit", args=[patient.pk]),
            fields | {"record_number": patient.record_number, "seen": seen},
        )
        transaction.set_rollback(True)

    assert response.status_code == 500
    with scope(practice):
        assert Patient.objects.get(pk=patient.pk).last_name == "Before"


def test_u05_an_event_that_does_not_follow_the_last_is_refused(in_practice, admin):
    write(admin, 2)
    last = rows(in_practice)[-1]
    forged = AuditEvent(
        practice_id=in_practice.pk, seq=3, at=datetime.now(UTC), action="note.signed",
        prev_hash="0" * 64, hash="1" * 64, key_id=last.key_id,
    )  # fmt: skip

    with pytest.raises(DatabaseError, match="follows the last one"), transaction.atomic():
        forged.save(force_insert=True)

    assert len(rows(in_practice)) == 2


# --- T-U06: nothing typed can pose as an entry ------------------------------------------------

INJECTIONS = (
    "a\r\n2026-11-24 00:00:00 session.opened root",
    "a\nb",
    "\x1b[2J\x1b[31mred",
    '{"action": "note.signed"}',
    '"], "hash": "',
    "\u202egnp.exe",
    "\x00\x07\x7f",
    "\u2028line",
    "\ud800",
)


@pytest.mark.parametrize("text", INJECTIONS)
def test_u06_control_characters_are_written_out(in_practice, admin, text):
    audit.record(text, actor=admin, typed=text, **{"k\n": [text]})

    row = rows(in_practice)[0]
    stored = row.action + row.detail["typed"] + "".join(row.detail)
    assert stored.isprintable()
    assert len(stored.splitlines()) == 1
    assert found() == []


def test_u06_a_persons_name_is_cut_and_cleaned(in_practice):
    person = make_user("admin", first_name="A\nB", last_name="C" * 149)

    write(person, 1)

    name = rows(in_practice)[0].actor_name
    assert (name[:9], len(name)) == (r"A\u000aB ", 150)
    assert found() == []


@pytest.mark.parametrize(
    "detail",
    [{"n": 1e16, "m": 0.1}, {"deep": {"b": [1, {"z": None}], "a": True}}, {"text": "Zoë ✓ 漢"}],
    ids=["fractions", "nested", "letters"],
)
def test_details_come_back_as_they_were_sealed(in_practice, admin, detail):
    audit.record("something", actor=admin, **detail)

    assert found() == []


def test_a_detail_that_cannot_be_sealed_is_a_mistake_of_ours(in_practice, admin):
    with pytest.raises(TypeError, match="datetime cannot stand"):
        audit.record("something", actor=admin, at=datetime.now(UTC))

    assert rows(in_practice) == []


# --- keys -----------------------------------------------------------------------------------


def test_a_new_key_seals_on_while_the_old_one_is_known(in_practice, admin, settings):
    settings.AUDIT_KEY, settings.AUDIT_OLD_KEYS = OLD, []
    write(admin, 2)
    settings.AUDIT_KEY, settings.AUDIT_OLD_KEYS = NEW, [OLD]
    write(admin, 2)

    names = [row.key_id for row in rows(in_practice)]
    assert names == [key_name(OLD), key_name(OLD), key_name(NEW), key_name(NEW)]
    assert found() == []


def test_another_key_by_mistake_writes_nothing_and_says_what_to_do(in_practice, admin, settings):
    settings.AUDIT_KEY, settings.AUDIT_OLD_KEYS = OLD, []
    write(admin, 1)
    settings.AUDIT_KEY = NEW

    with pytest.raises(UnknownAuditKey) as refusal, transaction.atomic():
        write(admin, 1)

    assert str(refusal.value) == (
        f"The audit trail was sealed with key {key_name(OLD)}, which is not set. Put that key "
        "back into HANDLINE_AUDIT_KEY or add it to HANDLINE_AUDIT_OLD_KEYS, then start "
        "Handline again."
    )
    assert len(rows(in_practice)) == 1


def test_the_key_is_not_in_the_database(in_practice, admin, settings):
    write(admin, 1)

    stored = json.dumps(list(AuditEvent.unscoped.values()), default=str)
    assert settings.AUDIT_KEY not in stored
