"""Revoke a clinician's signing certificate."""

from django.core.management.base import BaseCommand, CommandError

from clinic.errors import NotAllowed
from clinic.models import SigningCertificate
from clinic.scope import every_practice, scope
from clinic.services import keys


class Command(BaseCommand):
    help = "Revoke a certificate: nothing more is signed with it, what it signed stays genuine."

    def add_arguments(self, parser) -> None:
        parser.add_argument("serial")
        parser.add_argument("--because", choices=list(keys.REASONS), required=True)

    def handle(self, *args, **options) -> None:
        with every_practice("the serial number names the practice"):
            row = SigningCertificate.objects.filter(serial=options["serial"]).first()
        if row is None:
            raise CommandError("No certificate has this serial number: see list_certificates.")
        with scope(row.practice_id):
            try:
                keys.revoke_certificate(row, because=options["because"], by=None)
            except NotAllowed as refusal:
                raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Revoked {row.serial}. The next signature gets a new certificate.")
