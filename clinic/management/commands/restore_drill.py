"""The nightly proof that the newest backup can be restored."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.services.backup.drill import drill
from clinic.services.backup.places import place_of


class Command(BaseCommand):
    help = "Restore the newest backup into a place of its own, check it, and throw it away."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--identity", type=Path, required=True, metavar="KEYFILE")
        parser.add_argument("--from", type=Path, default=settings.BACKUP_DIR, dest="folder")

    def handle(self, *args, identity: Path, folder: Path, **options) -> None:
        settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        result = drill(
            place_of(settings.BACKUP_DATABASE),
            folder,
            key=identity,
            now=timezone.now(),
            work=settings.DATA_DIR,
        )
        if not result.ok:
            raise CommandError(result.trouble)
        self.stdout.write(f"{result.file}: {result.rows} rows back in {result.seconds} s, sound.")
