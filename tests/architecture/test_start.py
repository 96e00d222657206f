"""How an installation starts: safe by default, and with a sentence when something is missing."""

import os
import subprocess
import sys

import pytest

from tests.architecture.tree import ROOT

SECRET = "only-for-this-test-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH"
PRODUCTION = {
    "HANDLINE_SECRET_KEY": SECRET,
    "HANDLINE_SIGNING_PASSPHRASE": SECRET[::-1],
    "HANDLINE_AUDIT_KEY": SECRET.swapcase(),
    "HANDLINE_HOSTS": "handline.clinic.example",
}


def manage(*words: str, data, **environment: str) -> subprocess.CompletedProcess[str]:
    """manage.py in an environment that holds nothing but what is given."""
    bare = {"PATH": os.environ["PATH"], "HANDLINE_DATA": str(data), **environment}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT, env=bare, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["HANDLINE_SECRET_KEY", "HANDLINE_SIGNING_PASSPHRASE", "HANDLINE_AUDIT_KEY"]
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
def test_production_database_is_set_up_and_set_up_again(tmp_path):
    first = manage("dbsetup", data=tmp_path, **PRODUCTION)
    second = manage("dbsetup", data=tmp_path, **PRODUCTION)
    checked = manage("check", "--database", "default", data=tmp_path, **PRODUCTION)

    assert (first.returncode, second.returncode, checked.returncode) == (0, 0, 0)


@pytest.mark.slow
def test_production_database_is_never_flushed(tmp_path):
    result = manage("flush", "--no-input", data=tmp_path, **PRODUCTION)

    assert result.returncode == 1
    assert result.stderr.startswith(
        "CommandError: Handline never empties a clinic's database: signed records are kept."
    )
