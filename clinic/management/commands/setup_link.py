"""`setup_link`: the way in to a fresh installation."""

from django.core.management.base import BaseCommand
from django.urls import reverse

from clinic.services.invitations import setup_secret


class Command(BaseCommand):
    help = "Print a link that opens one practice with its first admin. It works once, for a day."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--at", default="", help="such as https://handline.clinic.example")

    def handle(self, *args, at: str, **options) -> None:
        self.stdout.write(at.rstrip("/") + reverse("set_up", args=[setup_secret()]))
