"""List the signing certificates."""

from django.core.management.base import BaseCommand

from clinic.models import SigningCertificate
from clinic.scope import every_practice


class Command(BaseCommand):
    help = "List every signing certificate with its holder, dates and state."

    def handle(self, *args, **options) -> None:
        with every_practice("the installation's keys are listed whole"):
            rows = SigningCertificate.objects.select_related("clinician", "practice")
            for row in rows.order_by("practice", "issued_at"):
                holder = str(row.clinician) if row.clinician else f"{row.practice} (seal)"
                state = (
                    f"revoked {row.revoked_at:%Y-%m-%d} ({row.revoked_because})"
                    if row.revoked_at
                    else f"valid to {row.expires_at:%Y-%m-%d}"
                )
                self.stdout.write(f"{row.serial}  {holder}  {state}")
