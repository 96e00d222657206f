"""Ask a backup whether it could be restored."""

import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from clinic.errors import NotAllowed
from clinic.services.backup import keeping, restoring
from clinic.services.backup.places import place_of


class Command(BaseCommand):
    help = "Compare a backup's hash; with its key also open it, and read the database inside."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="the newest one, if not said")
        parser.add_argument("--identity", type=Path, metavar="KEYFILE")
        parser.add_argument("--unproven", action="store_true", help="with other secrets in place")

    def handle(self, *args, file: Path | None, identity: Path | None, **options) -> None:
        try:
            file = file or self._newest()
            restoring.verify(file, tell=self.stdout.write)
            if identity:
                self._open(file, identity, options["unproven"])
        except NotAllowed as refusal:
            raise CommandError(str(refusal)) from refusal

    def _newest(self) -> Path:
        found = keeping.newest(settings.BACKUP_DIR)
        if found is None:
            raise NotAllowed(f"There is no backup in {settings.BACKUP_DIR}: name a file.")
        return found[1]

    def _open(self, file: Path, identity: Path, unproven: bool) -> None:
        place = place_of(settings.BACKUP_DATABASE)
        with tempfile.TemporaryDirectory(prefix="verify-", dir=settings.DATA_DIR) as folder:
            told, snapshot = restoring.open_backup(
                file, key=identity, into=Path(folder), place=place, unproven=unproven
            )
            restoring.compare(told)(place.examine(snapshot))
        self.stdout.write(f"It holds {sum(told.rows.values())} rows and could be restored.")
