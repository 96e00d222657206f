"""`reset_factors`: for the only admin of a practice, who lost telephone and codes."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from clinic.models import User
from clinic.scope import scope
from clinic.services.people import take_factors


class Command(BaseCommand):
    help = "Take away a person's second factors. Who runs this on the server is the second person."

    def add_arguments(self, parser) -> None:
        parser.add_argument("email")

    @transaction.atomic
    def handle(self, *args, email: str, **options) -> None:
        user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody signs in with {email}.")
        with scope(user.practice_id):
            take_factors(user, by=None)
        self.stdout.write(f"{user} sets up a new second factor at the next sign-in.")
