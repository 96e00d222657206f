"""`manage.py derive [FILE]`: visits in, bills with reasons out, without web or database."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.engine.stream import answer_lines
from billing.engine.words import many


class Command(BaseCommand):
    help = "Derive bills from visits in JSON Lines (docs/derive.md)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", nargs="?", default="-", help="JSON Lines; - or nothing is standard input"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["file"]
        if name == "-":
            refused = answer_lines(sys.stdin.buffer, self.stdout)
        else:
            try:
                with open(name, "rb") as source:
                    refused = answer_lines(source, self.stdout)
            except OSError as error:
                raise CommandError(f"{name} cannot be read: {error.strerror}.") from None
        if refused:
            raise CommandError(f"{many(refused, 'line')} could not be answered; see each error.")
