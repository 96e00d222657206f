"""Make the key that opens backups."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from clinic.services.backup import sealing


class Command(BaseCommand):
    help = "Write a new private key to FILE and print the recipient that backups are made for."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, help="where the private key goes")

    def handle(self, *args, file: Path, **options) -> None:
        key, public = sealing.new_identity()
        try:
            file.touch(mode=0o600, exist_ok=False)
        except FileExistsError as trouble:
            raise CommandError(f"{file} exists already: name a new file for the key.") from trouble
        file.write_text(f"# recipient: {public}\n{key}\n", encoding="utf-8")
        self.stdout.write(f"HANDLINE_BACKUP_RECIPIENTS={public}")
        self.stderr.write(
            f"Move {file} off this machine, and keep two copies in two places: without it no "
            "backup can ever be opened, and with it anyone can."
        )
