"""Write the day's downtime packets; a timer runs it each morning."""

import os
import shutil
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.models import Practice
from clinic.scope import scope
from notes.services import downtime

DAYS_KEPT = 2


class Command(BaseCommand):
    help = "Today's patients as PDF, per clinician and location, for when Handline is down."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--into", type=Path, default=settings.DOWNTIME_DIR, metavar="FOLDER")
        parser.add_argument("--day", type=date.fromisoformat, help="YYYY-MM-DD; today if not said")

    def handle(self, *args, into: Path | None, day: date | None, **options) -> None:
        if into is None:
            raise CommandError(
                "Say where the packets go: set HANDLINE_DOWNTIME_DIR to a folder that can be "
                "reached while this machine cannot, on an encrypted disk."
            )
        password = settings.DOWNTIME_PASSWORD
        if password and len(password) < downtime.SHORTEST_PASSWORD:
            raise CommandError("HANDLINE_DOWNTIME_PASSWORD needs at least 12 characters.")
        files = 0
        for practice in Practice.objects.order_by("pk"):
            with scope(practice):
                files += self._write(practice, into, day, password)
        self.stdout.write(f"{files} packets in {into}.")

    def _write(self, practice: Practice, into: Path, day: date | None, password: str) -> int:
        now = timezone.now()
        today = day or timezone.localdate(now, practice.zone)
        made = downtime.make_packets(practice, day=today, now=now, password=password)
        folder = into / f"practice-{practice.pk}" / today.isoformat()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for packet in made:
            part = folder / f"{packet.name}.part"
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                out.write(packet.content)
            os.replace(part, folder / packet.name)
        _forget_old(folder.parent)
        return len(made)


def _forget_old(folder: Path) -> None:
    """Charts of days past have no business lying about."""
    days = sorted(path for path in folder.iterdir() if path.is_dir())
    for old in days[:-DAYS_KEPT]:
        shutil.rmtree(old)
