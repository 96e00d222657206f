"""Make a backup."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.errors import NotAllowed
from clinic.services.backup import keeping, making
from clinic.services.backup.places import place_of


class Command(BaseCommand):
    help = "Back the whole installation up while it runs, encrypted, into HANDLINE_BACKUP_DIR."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--into", type=Path, default=settings.BACKUP_DIR, metavar="FOLDER")
        parser.add_argument(
            "--recipient", action="append", default=[], help="instead of HANDLINE_BACKUP_RECIPIENTS"
        )
        parser.add_argument(
            "--tidy", action="store_true",
            help="then delete old ones: all of 48 hours, one a day for 35 days, one a month stay",
        )  # fmt: skip

    def handle(self, *args, into: Path, recipient: list[str], tidy: bool, **options) -> None:
        now = timezone.now()
        try:
            made = making.make_backup(
                place_of(settings.BACKUP_DATABASE),
                into=into,
                recipients=recipient or settings.BACKUP_RECIPIENTS,
                now=now,
                work=settings.DATA_DIR,
            )
        except NotAllowed as refusal:
            raise CommandError(str(refusal)) from refusal
        making.tell_every_practice("backup.made", file=made.file, sha256=made.sha256)
        gone = keeping.tidy(into, now=now) if tidy else 0
        self.stdout.write(
            f"{into / made.file}: {made.size / 1_048_576:.1f} MB, {made.engine}."
            + (f" {gone} older ones deleted." if gone else "")
        )
