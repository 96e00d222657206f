"""Issue a signing certificate ahead of the first signature, or in the place of another."""

from django.core.management.base import BaseCommand, CommandError

from clinic.errors import HandlineError
from clinic.management.commands.make_signing_authority import practice_of
from clinic.models import Clinician
from clinic.scope import every_practice, scope
from clinic.services import keys


class Command(BaseCommand):
    help = "Issue a certificate for a clinician or for the practice's seal; the old one ends."

    def add_arguments(self, parser) -> None:
        whom = parser.add_mutually_exclusive_group(required=True)
        whom.add_argument("--clinician", metavar="EMAIL", help="the address they sign in with")
        whom.add_argument("--seal", action="store_true", help="the practice's seal")
        parser.add_argument("--practice", type=int, help="id, for the seal where there are several")

    def handle(self, *args, **options) -> None:
        clinician = None
        if options["clinician"]:
            with every_practice("an address names one person of the installation"):
                clinician = Clinician.objects.filter(
                    user__email__iexact=options["clinician"]
                ).first()
            if clinician is None:
                raise CommandError("No clinician signs in with this address.")
        practice = clinician.practice_id if clinician else practice_of(options["practice"])
        with scope(practice):
            try:
                row = keys.issue_certificate(clinician, by=None)
            except HandlineError as refusal:
                raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Issued {row.serial}, valid to {row.expires_at:%Y-%m-%d}.")
