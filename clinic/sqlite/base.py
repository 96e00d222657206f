"""Who waits to write asks often, so that nobody is overtaken for long.

SQLite lets one write at a time and keeps no queue. Its own wait asks ever more rarely, in the
end ten times a second: whoever comes back at once, as the next act of the same server does,
overtakes one that has waited for seconds. Here each waiter asks every few milliseconds.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.sqlite3 import base
from django.db.backends.utils import debug_transaction

PAUSE = 0.004
BEGIN = "BEGIN IMMEDIATE"


class DatabaseWrapper(base.DatabaseWrapper):
    def _start_transaction_under_autocommit(self) -> None:
        with self._asking_once() as patience:
            deadline = time.monotonic() + patience
            while not self._begun():
                if time.monotonic() >= deadline:
                    super()._start_transaction_under_autocommit()  # refuses in Django's words
                    return
                time.sleep(PAUSE)
        with debug_transaction(self, BEGIN):
            pass  # listed among the queries, as Django lists it

    def _begun(self) -> bool:
        try:
            self.connection.execute(BEGIN)
        except self.Database.OperationalError as error:
            if str(error) != "database is locked":
                raise
            return False
        return True

    @contextmanager
    def _asking_once(self) -> Iterator[float]:
        """The time-out of this connection, in seconds, while SQLite itself does not wait."""
        (patience,) = self.connection.execute("PRAGMA busy_timeout").fetchone()
        self.connection.execute("PRAGMA busy_timeout = 0")
        try:
            yield patience / 1000
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {patience}")
