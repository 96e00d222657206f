"""Work out anew where each visit stands at the desk."""

from typing import Any

from django.core.management.base import BaseCommand

from billing.models import ChargeSet
from billing.services.desk_refresh import open_item
from clinic.models import Practice
from clinic.scope import scope


class Command(BaseCommand):
    help = "Make the queue anew from bills, claims and ledger. Safe at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        for practice in Practice.objects.order_by("pk"):
            with scope(practice):
                keys = ChargeSet.objects.order_by("pk").values_list("pk", flat=True)
                for count, pk in enumerate(list(keys), start=1):
                    open_item(ChargeSet.objects.get(pk=pk), by=None)
                    if count % 1000 == 0:
                        self.stdout.write(f"{practice}: {count}")
