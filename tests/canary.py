"""Listens to each log line of the suite for words that only records of patients hold. T-U09."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from clinic.logs import QuietFormatter

# Names and texts that tests/factories.py and the worlds put into records.
CANARIES = ("Jordan Sample", "Northmark", "Southmark", "Cervicalgia")


class Canary(logging.Handler):
    """Formats as production would, and remembers the lines that name a patient."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(QuietFormatter())
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(("django.db.backends", "pytest", "asyncio", "faker")):
            return  # switched off in production: statements quote values
        line = self.format(record)
        if any(word in line for word in CANARIES):
            self.heard.append(line[:300])


@contextmanager
def listening() -> Iterator[Canary]:
    canary = Canary()
    loggers = [logging.getLogger(), logging.getLogger("django")]
    for logger in loggers:
        logger.addHandler(canary)
    try:
        yield canary
    finally:
        for logger in loggers:
            logger.removeHandler(canary)
