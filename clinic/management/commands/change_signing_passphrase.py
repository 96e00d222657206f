"""Put every stored signing key under a new passphrase."""

import getpass

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from clinic.documents.errors import DocumentError
from clinic.models import Practice
from clinic.scope import scope
from clinic.services import keys


class Command(BaseCommand):
    help = "Re-encrypt all signing keys. Afterwards set HANDLINE_SIGNING_PASSPHRASE and restart."

    def handle(self, *args, **options) -> None:
        new = getpass.getpass("New passphrase (32 characters or more): ")
        if len(new) < 32:
            raise CommandError("Choose at least 32 characters, for example from a generator.")
        try:
            with transaction.atomic():
                count = sum(self._of(practice, new) for practice in Practice.objects.all())
        except DocumentError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"{count} keys re-encrypted. Set HANDLINE_SIGNING_PASSPHRASE to the new passphrase "
            "and restart every server process."
        )

    def _of(self, practice: Practice, new: str) -> int:
        with scope(practice):
            return keys.change_passphrase(old=settings.SIGNING_PASSPHRASE, new=new, by=None)
