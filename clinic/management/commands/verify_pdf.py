"""Verify PDFs against the registry and their signatures."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.documents.errors import DocumentError
from clinic.documents.verify import Report, verify_pdf
from clinic.scope import every_practice
from clinic.services import keys
from clinic.services.issuing import registry


class Command(BaseCommand):
    help = "Verify files: genuine only if registered and signed over every byte. Status 1 if not."

    def add_arguments(self, parser) -> None:
        parser.add_argument("files", nargs="+", type=Path)
        parser.add_argument("--json", action="store_true", help="one JSON object for each file")

    def handle(self, *args, **options) -> None:
        refused = 0
        with every_practice("an operator's check covers the whole installation"):
            trust = keys.trust()
            for path in options["files"]:
                accepted, verdict = self._check(path, trust)
                refused += not accepted
                row = {"file": str(path), "accepted": accepted, "verdict": verdict}
                self.stdout.write(json.dumps(row) if options["json"] else f"{path}: {verdict}")
        if refused:
            raise CommandError(f"{refused} of {len(options['files'])} files refused.")

    def _check(self, path: Path, trust) -> tuple[bool, str]:
        try:
            report: Report = verify_pdf(
                path.read_bytes(), trust=trust, registry=registry, now=timezone.now()
            )
        except OSError as error:
            return False, f"The file cannot be read: {error.strerror}."
        except DocumentError as refusal:
            return False, str(refusal)
        return report.accepted, report.verdict
