"""Read what the clearinghouse put into the folder."""

from typing import Any

from django.core.management.base import BaseCommand

from billing.services.claims_transport import fetch
from clinic.models import Practice
from clinic.scope import scope


class Command(BaseCommand):
    help = "Read every 999, 277CA and 835 in each practice's `in` folder. Run it by a timer."

    def handle(self, *args: Any, **options: Any) -> None:
        refused = 0
        for practice in Practice.objects.order_by("pk"):
            with scope(practice):
                for item in fetch(practice):
                    refused += not item.is_read
                    verdict = "read" if item.is_read else "refused"
                    self.stdout.write(f"{practice}: {item.name} {verdict}. {item.words}")
        if refused:
            raise SystemExit(1)
