"""Write a practice's whole record, or one patient's, to a ZIP file."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.models import Patient, Practice
from clinic.scope import scope
from clinic.services import audit
from notes.exchange.exporting import archive


class Command(BaseCommand):
    help = "Everything of a practice (CSV, JSON, FHIR, PDFs, manifest) as one ZIP file."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--practice", help="its name, where there is more than one")
        parser.add_argument("--patient", metavar="RECORD", help="only this record number")

    def handle(self, *args, **options) -> None:
        practice = self._practice(options["practice"])
        with scope(practice):
            patient = self._patient(options["patient"])
            audit.record("record.exported", actor=None, patient_id=patient.pk if patient else None)
        size = 0
        with options["file"].open("wb") as out:
            for chunk in archive(practice, now=timezone.now(), patient=patient):
                size += out.write(chunk)
        self.stdout.write(f"{options['file']}: {size / 1_048_576:.1f} MB.")

    def _practice(self, name: str | None) -> Practice:
        found = list(Practice.objects.filter(name=name) if name else Practice.objects.all())
        if len(found) != 1:
            names = ", ".join(Practice.objects.values_list("name", flat=True))
            raise CommandError(f"Say which practice with --practice: {names or 'there is none'}.")
        return found[0]

    def _patient(self, number: str | None) -> Patient | None:
        if number is None:
            return None
        patient = Patient.objects.filter(record_number=number).first()
        if patient is None:
            raise CommandError(f"No patient has the record number {number}.")
        return patient
