"""SQLite lets one write at a time; who waits for it is not overtaken for long."""

from threading import Event

import pytest
from django.db import OperationalError, connection, transaction

from tests.clinic.concurrency.together import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _on_sqlite():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has rows to wait for, and a queue of its own")


def statements_while_held(seconds: float, patience: float) -> tuple[list[str], str, int]:
    """What a second writer sends to SQLite, how it ends, and its time-out afterwards."""
    taken, done = Event(), Event()
    sent: list[str] = []

    def hold() -> None:
        with transaction.atomic():
            taken.set()
            done.wait(seconds)

    def wait() -> tuple[str, int]:
        taken.wait(30)
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
        connection.connection.set_trace_callback(sent.append)
        try:
            with transaction.atomic():
                ended = "begun"
        except OperationalError as error:
            ended = str(error)
        finally:
            done.set()
            connection.connection.set_trace_callback(None)
        with connection.cursor() as cursor:
            return ended, cursor.execute("PRAGMA busy_timeout").fetchone()[0]

    ended, timeout = at_once(2, lambda number: (hold, wait)[number]())[1]
    return sent, ended, timeout


def test_waiting_writer_asks_again_every_few_milliseconds():
    sent, ended, timeout = statements_while_held(seconds=0.8, patience=20)

    assert (ended, timeout) == ("begun", 20_000)
    assert sent.count("BEGIN IMMEDIATE") > 20


def test_writer_whose_patience_ends_is_refused():
    sent, ended, timeout = statements_while_held(seconds=30, patience=0.2)

    assert (ended, timeout) == ("database is locked", 200)
    assert "COMMIT" not in sent
