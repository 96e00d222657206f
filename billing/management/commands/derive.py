"""`manage.py derive [FILE]`: visits in, bills with reasons out, without web or database."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.engine.stream import answer_lines, reader_left
from billing.engine.words import many


class Command(BaseCommand):
    help = "Derive bills from visits in JSON Lines (docs/derive.md)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", nargs="?", default="-", help="JSON Lines; - or nothing is standard input"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            refused = self._answer(options["file"])
        except BrokenPipeError:
            reader_left(self.stdout)
            return
        if refused:
            raise CommandError(f"{many(refused, 'line')} could not be answered; see each error.")

    def _answer(self, name: str) -> int:
        if name == "-":
            return answer_lines(sys.stdin.buffer, self.stdout)
        try:
            with open(name, "rb") as source:
                return answer_lines(source, self.stdout)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise CommandError(f"{name} cannot be read: {error.strerror}.") from None
