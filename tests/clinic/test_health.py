"""What the installation says about itself, to whom, and that it notices what is wrong."""

import json
import os
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from clinic import guards
from clinic.enums import Role
from clinic.roles import as_owner
from clinic.services import audit, health
from clinic.services.backup import keeping, making
from tests.clinic.audit.tampering import guards_off, sql, write
from tests.factories import make_user
from tests.snapshot import snapshot

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
NAMES = ["anchors", "backup", "clock", "database", "disk", "guards", "restore drill"]


@pytest.fixture
def kept_well(settings, tmp_path):
    """Backups, drill and anchors as they should be in a clinic."""
    settings.BACKUP_DIR, settings.LEAST_FREE_MB = tmp_path / "backups", 1
    settings.AUDIT_ANCHOR_FILE = tmp_path / "anchors.log"
    settings.AUDIT_ANCHOR_FILE.touch()
    settings.BACKUP_DIR.mkdir()
    made = settings.BACKUP_DIR / f"handline-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{making.ENDING}"
    made.touch()
    making.page_of(made).touch()
    told = {"at": datetime.now(UTC).isoformat(), "ok": True, "rows": 9, "seconds": 1, "trouble": ""}
    drill = settings.BACKUP_DIR / keeping.DRILL
    drill.write_text(json.dumps(told), encoding="utf-8")
    return settings


def not_ok() -> list[str]:
    return [answer.name for answer in health.answers() if not answer.ok]


def test_installation_in_order_has_nothing_to_tell(kept_well, db):
    assert (not_ok(), sorted(a.name for a in health.answers())) == ([], NAMES)


def test_stranger_learns_which_answers_are_ok_and_no_more(client, kept_well, db):
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "checks": dict.fromkeys(NAMES, "ok")}
    assert response["Cache-Control"] == "no-store"


def test_details_are_for_who_knows_the_monitoring_secret(client, kept_well, db):
    kept_well.MONITORING_SECRET = "a-long-monitoring-secret-of-the-clinic"

    def asked(word: str) -> dict:
        return client.get("/readyz", headers={"Authorization": word}).json()

    assert "details" not in asked("Bearer guessed")
    assert "details" not in asked("")
    told = asked("Bearer a-long-monitoring-secret-of-the-clinic")["details"]
    assert told["database"] == f"{connection.vendor} takes writes."


def test_empty_monitoring_secret_opens_nothing(client, kept_well, db):
    kept_well.MONITORING_SECRET = ""

    assert "details" not in client.get("/readyz", headers={"Authorization": "Bearer "}).json()


def test_T_U07_restored_older_database_is_told_before_anybody_verifies(kept_well, in_practice):
    admin = make_user(Role.ADMIN)
    write(admin, 3)
    call_command("anchor_audit", verbosity=0)
    write(admin, 2)
    assert not_ok() == []

    with guards_off():
        sql("DELETE FROM clinic_auditevent WHERE seq > 2")

    told = {answer.name: answer.detail for answer in health.answers() if not answer.ok}
    assert list(told) == ["anchors"]
    assert told["anchors"] == health.BEHIND.format(1)


def test_readyz_writes_nothing(client, kept_well, db):
    before = snapshot()

    client.get("/readyz")

    assert snapshot() == before


def test_missing_guard_takes_the_host_out_of_service(client, kept_well, db):
    guard = guards.registered(connection.vendor)[0]
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute(guard.drop(connection.vendor))

    response = client.get("/readyz")

    assert response.status_code == 503
    assert (not_ok(), response.json()["checks"]["guards"]) == (["guards"], "not ok")


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="a pragma of SQLite")
def test_database_that_only_reads_takes_the_host_out_of_service(client, kept_well, db):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
    try:
        response = client.get("/readyz")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only = OFF")

    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "not ok"


def test_late_backup_is_told_without_taking_pages_away(client, kept_well, db):
    for _, path in keeping.backups(kept_well.BACKUP_DIR):
        path.unlink()

    answers = client.get("/readyz"), client.get("/readyz?all")

    assert [response.status_code for response in answers] == [200, 503]
    assert not_ok() == ["backup"]


def test_old_backup_is_late(kept_well, db):
    later = datetime.now(UTC) + timedelta(minutes=kept_well.BACKUP_MAX_AGE + 1)

    assert health.backups_are_fresh(datetime.now(UTC))[0] is True
    assert health.backups_are_fresh(later)[0] is False


@pytest.mark.parametrize("change", [{"ok": False}, {"at": "2020-01-01T00:00:00+00:00"}])
def test_failed_or_forgotten_drill_is_told(kept_well, db, change):
    file = kept_well.BACKUP_DIR / keeping.DRILL
    file.write_text(json.dumps(json.loads(file.read_text()) | change), encoding="utf-8")

    assert not_ok() == ["restore drill"]


def test_full_disk_is_told(kept_well, db):
    kept_well.LEAST_FREE_MB = 10**9

    assert not_ok() == ["disk"]


def test_old_anchor_is_told(kept_well, db):
    day_before = time.time() - 27 * 3600
    os.utime(kept_well.AUDIT_ANCHOR_FILE, (day_before, day_before))

    assert not_ok() == ["anchors"]


def test_event_from_the_future_betrays_the_clock(kept_well, in_practice):
    audit.record("test.happened", actor=None)

    assert health.clock_goes_forward(datetime.now(UTC))[0] is True
    two_hours_back = datetime.now(UTC) - timedelta(hours=2)
    ok, told = health.clock_goes_forward(two_hours_back)
    assert (ok, told) == (False, "The last event lies 119 min in the future: check the clock.")


def test_admin_sees_the_health_page_and_others_do_not(client_for, kept_well):
    kept_well.LEAST_FREE_MB = 10**9

    seen = client_for(Role.ADMIN).get(reverse("health"))
    counted = client_for(Role.ADMIN).get(reverse("health_count"))
    refused = client_for(Role.OFFICE).get(reverse("health"))

    assert "1 to look at" in seen.content.decode()
    assert counted.content == b"1"
    assert refused.status_code == 403


def test_alarm_is_mailed_without_patients(kept_well, in_practice, capsys):
    kept_well.LEAST_FREE_MB, kept_well.ALERT_MAIL = 10**9, ["admin@north.example"]

    with pytest.raises(CommandError, match="Not ok: disk"):
        call_command("health", mail=True)

    assert [message.to for message in mail.outbox] == [["admin@north.example"]]
    assert mail.outbox[0].body.startswith("disk: ")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["check"]: line["ok"] for line in lines} == {n: n != "disk" for n in NAMES}
