"""A clinician leaves: close the account, revoke the certificates."""

from django.core.management.base import BaseCommand, CommandError

from clinic.errors import HandlineError
from clinic.models import Clinician
from clinic.scope import every_practice, scope
from clinic.services import leaving


class Command(BaseCommand):
    help = "Close a clinician's account and revoke every certificate in that name."

    def add_arguments(self, parser) -> None:
        parser.add_argument("email", help="the address the clinician signs in with")

    def handle(self, *args, **options) -> None:
        with every_practice("an address names one person of the installation"):
            row = Clinician.objects.filter(user__email__iexact=options["email"]).first()
        if row is None:
            raise CommandError("No clinician signs in with this address.")
        with scope(row.practice_id):
            try:
                revoked = leaving.leave(row, by=None)
            except HandlineError as refusal:
                raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{row} has left. Certificates revoked: {revoked}.")
