"""What a production start is refused for. T-O02."""

import pytest
from django.db import connection

from clinic import start_checks
from tests.architecture.test_start import PRODUCTION, SECRET, serve


def found(**changed) -> set[str]:
    """Ids of what the checks say in production with these settings changed."""
    names = {f"HANDLINE_{name}": name for name in start_checks.SECRETS}
    given = {names.get(key): value for key, value in PRODUCTION.items() if key in names}
    with pytest.MonkeyPatch.context() as patch:
        base = {"ALLOWED_HOSTS": ["handline.clinic.example"], "BACKUP_RECIPIENTS": ["age1x"]}
        for name, value in {**base, **given, **changed}.items():
            patch.setattr(f"django.conf.settings.{name}", value)
        return {message.id.split(".")[1] for message in start_checks.check_settings(None)}


def test_T_O02_sound_settings_are_refused_for_nothing():
    assert found() == set()


@pytest.mark.parametrize(
    ("changed", "refused_for"),
    [
        ({"ALLOWED_HOSTS": ["*"]}, "E010"),
        ({"ALLOWED_HOSTS": ["a.example", ".clinic.example"]}, "E010"),
        ({"AUDIT_KEY": SECRET}, "E012"),
        ({"FIELD_KEY": "ab" * 30}, "E013"),
        ({"BACKUP_RECIPIENTS": []}, "W014"),
    ],
)
def test_T_O02_weak_settings_are_named(changed, refused_for):
    assert found(**changed) == {refused_for}


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's journal")
def test_T_O02_write_ahead_log_on_a_vulnerable_sqlite_is_refused(monkeypatch):
    monkeypatch.setattr(start_checks, "_MENDED", {})
    monkeypatch.setattr(connection.Database, "sqlite_version_info", (3, 46, 1))

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        mode = cursor.fetchone()[0]
    assert bool(start_checks.check_journal(None, ["default"])) is (mode == "wal")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"HANDLINE_HOSTS": "*"}, "HANDLINE_HOSTS has a wildcard"),
        ({"HANDLINE_DEBUG": "1"}, "HANDLINE_DEBUG shows what it should not"),
        ({"HANDLINE_AUDIT_KEY": "short"}, "Set HANDLINE_AUDIT_KEY to at least 32"),
    ],
)
def test_T_O02_server_does_not_start_with_weak_settings(tmp_path, changed, sentence):
    result = serve(tmp_path, **{**PRODUCTION, **changed})

    assert result.returncode != 0
    assert sentence in result.stderr
