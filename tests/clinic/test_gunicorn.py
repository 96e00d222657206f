import importlib

import pytest

from clinic import gunicorn
from clinic.demo import DEMO_LOGINS, DEMO_PASSWORD


@pytest.fixture
def configured(monkeypatch):
    """The configuration as it reads with these variables."""

    def read(**environment: str):
        for name in ("HANDLINE_BIND", "HANDLINE_DEMO", "PORT", "WEB_CONCURRENCY"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return importlib.reload(gunicorn)

    yield read
    monkeypatch.undo()
    importlib.reload(gunicorn)


@pytest.mark.parametrize(
    ("environment", "bind"),
    [
        ({}, "127.0.0.1:8000"),
        ({"PORT": "8123"}, "127.0.0.1:8123"),
        ({"PORT": "8123", "HANDLINE_BIND": "unix:/run/handline.sock"}, "unix:/run/handline.sock"),
    ],
)
def test_server_listens_on_this_machine_unless_told(configured, environment, bind):
    assert configured(**environment).bind == bind


def test_demo_greets_with_address_logins_and_password(configured, capfd):
    config = configured(HANDLINE_DEMO="1", PORT="8123")

    config.post_worker_init(Worker(age=1))

    shown = capfd.readouterr().out
    assert shown.startswith("Handline answers on http://127.0.0.1:8123\n")
    assert [login.email for login in DEMO_LOGINS if login.email not in shown] == []
    assert DEMO_PASSWORD in shown


def test_production_greets_without_logins(configured, capfd):
    configured().post_worker_init(Worker(age=1))

    assert capfd.readouterr().out == "Handline answers on http://127.0.0.1:8000\n\n"


def test_only_the_first_worker_greets(configured, capfd):
    configured(HANDLINE_DEMO="1").post_worker_init(Worker(age=2))

    assert capfd.readouterr().out == ""


class Worker:
    """What gunicorn hands to its hooks, as far as ours reads it."""

    def __init__(self, age: int) -> None:
        self.age = age
