"""Write the lists of revoked certificates as files, to be published elsewhere."""

from pathlib import Path

from django.core.management.base import BaseCommand

from clinic.models import SigningAuthority
from clinic.scope import every_practice
from clinic.services import revocation


class Command(BaseCommand):
    help = "Write each authority's list of revoked certificates into FOLDER (for HANDLINE_CRL_URL)."

    def add_arguments(self, parser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args, **options) -> None:
        folder: Path = options["folder"]
        folder.mkdir(parents=True, exist_ok=True)
        with every_practice("the installation's lists are published together"):
            for row in SigningAuthority.objects.exclude(issuing_key=b"").order_by("pk"):
                path = folder / f"{revocation.list_name(row)}.crl"
                path.write_bytes(revocation.list_of(row))
                self.stdout.write(f"{path}")
