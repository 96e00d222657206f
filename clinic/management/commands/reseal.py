"""`reseal`: after HANDLINE_FIELD_KEY got a new first word, put the seeds under it."""

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from clinic import field_keys
from clinic.accounts import SEEDS

SEALED = {"totp": "secret", "recovery_codes": "seed"}


class Command(BaseCommand):
    help = "Seal the seeds of second factors with the present key. Then the old one may go."

    @transaction.atomic
    def handle(self, *args, **options) -> None:
        rows = Authenticator.objects.select_for_update().filter(type__in=SEALED)
        for row in rows:
            name = SEALED[row.type]
            try:
                row.data[name] = field_keys.resealed(row.data[name], purpose=SEEDS)
            except InvalidToken as error:
                raise CommandError(
                    f"The second factor of {row.user} opens with none of the keys in "
                    "HANDLINE_FIELD_KEY: put the key that it was sealed with behind the new one."
                ) from error
            row.save(update_fields=["data"])
        self.stdout.write(f"{len(rows)} sealed with the present key.")
