"""Bring a practice's exported record into an empty Handline."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from clinic.errors import NotAllowed
from notes.exchange.reimport import bring_in


class Command(BaseCommand):
    help = "Read a ZIP that export_record wrote; every hash and every signature is verified."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args, **options) -> None:
        try:
            with options["file"].open("rb") as file:
                found = bring_in(file, tell=self.stdout.write)
        except (OSError, NotAllowed) as refusal:
            raise CommandError(str(refusal)) from refusal
        for trouble in found.troubles:
            self.stderr.write(trouble)
        self.stdout.write(
            f"{found.practice}: {found.rows} rows, {found.valid} of {found.documents} signatures "
            "valid. People choose a new password by “Forgot your password?”; to sign from here, "
            "make a signing authority with make_signing_authority."
        )
        if found.troubles:
            raise CommandError("Some documents are not what was signed.")
