"""How an installation starts: safe by default, and with a sentence when something is missing."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests.architecture.tree import ROOT

SECRET = "only-for-this-test-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH"
PRODUCTION = {
    "HANDLINE_SECRET_KEY": SECRET,
    "HANDLINE_SIGNING_PASSPHRASE": SECRET[::-1],
    "HANDLINE_AUDIT_KEY": SECRET.swapcase(),
    "HANDLINE_FIELD_KEY": SECRET.swapcase()[::-1],
    "HANDLINE_HOSTS": "handline.clinic.example",
    "HANDLINE_BACKUP_RECIPIENTS": "age1only0for0this0test",
}


def manage(*words: str, data, **environment: str) -> subprocess.CompletedProcess[str]:
    """manage.py in an environment that holds nothing but what is given."""
    bare = {"PATH": os.environ["PATH"], "HANDLINE_DATA": str(data), **environment}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT, env=bare, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def serve(data, **environment: str) -> subprocess.CompletedProcess[str]:
    """gunicorn, which must refuse before it listens."""
    bare = {"PATH": "/usr/bin:/bin", "HANDLINE_DATA": str(data), "HANDLINE_BIND": "127.0.0.1:0",
            **environment}  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "gunicorn", "--config", "clinic/gunicorn.py", "clinic.wsgi"],
        cwd=ROOT, env=bare, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [name for name in PRODUCTION if name.endswith(("_KEY", "_PASSPHRASE"))]
)
def test_start_without_a_secret_is_refused_with_a_sentence(tmp_path, name):
    lacking = {key: value for key, value in PRODUCTION.items() if key != name}

    result = manage("check", data=tmp_path, **lacking)

    assert result.returncode == 1
    assert result.stderr == (
        f"Set {name} to at least 32 random characters before starting Handline, for "
        "example the output of: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_start_with_short_secret_is_refused(tmp_path):
    result = manage("check", data=tmp_path, HANDLINE_SECRET_KEY="short")

    assert result.returncode == 1
    assert result.stderr.startswith("Set HANDLINE_SECRET_KEY to at least 32 random characters")


@pytest.mark.slow
def test_demo_makes_its_own_secret_once(tmp_path):
    first = manage("check", data=tmp_path, HANDLINE_DEMO="1")
    made = (tmp_path / "secret-key").read_text()
    second = manage("check", data=tmp_path, HANDLINE_DEMO="1")

    assert (first.returncode, second.returncode) == (0, 0)
    assert (tmp_path / "secret-key").read_text() == made
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
def test_production_settings_pass_djangos_deployment_check(tmp_path):
    result = manage("check", "--deploy", "--fail-level", "WARNING", data=tmp_path, **PRODUCTION)

    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.slow
def test_production_database_is_set_up_again_and_not_served_without_a_guard(tmp_path):
    first = manage("dbsetup", data=tmp_path, **PRODUCTION)
    second = manage("dbsetup", data=tmp_path, **PRODUCTION)
    checked = manage("check", "--database", "default", data=tmp_path, **PRODUCTION)

    assert (first.returncode, second.returncode, checked.returncode) == (0, 0, 0)
    with closing(sqlite3.connect(tmp_path / "handline.sqlite3")) as db, db:
        db.execute("DROP TRIGGER clinic_storeddocument_no_update")
    refused = serve(tmp_path, **PRODUCTION)  # T-O02
    assert refused.returncode != 0
    assert "Handline does not start." in refused.stderr
    assert "clinic_storeddocument_no_update" in refused.stderr


@pytest.mark.slow
def test_production_database_is_never_flushed(tmp_path):
    result = manage("flush", "--no-input", data=tmp_path, **PRODUCTION)

    assert result.returncode == 1
    assert result.stderr.startswith(
        "CommandError: Handline never empties a clinic's database: signed records are kept."
    )
