"""Import a release of ICD-10-CM. Without --accept it only says what would change."""

from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from clinic.errors import HandlineError
from clinic.published_files import opened
from notes.importers.icd10cm import read_order_file
from notes.services.diagnosis_releases import accept_release, compare_release


class Command(BaseCommand):
    help = "Import the ICD-10-CM order file (text or zip) of a fiscal year."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--accept", action="store_true", help="write the changes")
        parser.add_argument(
            "--effective", type=date.fromisoformat, help="first day, where the name does not tell"
        )

    def handle(self, *, file: Path, accept: bool, effective: date | None, **options) -> None:
        try:
            with opened(file) as published:
                release = read_order_file(published, effective=effective)
            changes = accept_release(release) if accept else compare_release(release)
        except HandlineError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write("\n".join(changes.in_words()))
        if not accept:
            self.stdout.write("Nothing was written. Run again with --accept to take it over.")
