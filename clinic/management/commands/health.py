"""Ask whether the installation can be relied upon; a timer's alarm."""

import json

from django.conf import settings
from django.core.mail import send_mail
from django.core.management.base import BaseCommand, CommandError

from clinic.services import health


class Command(BaseCommand):
    help = "Print each answer as a JSON line; exit status 1, and mail if asked, when one is not ok."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--mail", action="store_true", help="tell HANDLINE_ALERT_MAIL when something is wrong"
        )

    def handle(self, *args, mail: bool, **options) -> None:
        found = health.answers()
        for answer in found:
            self.stdout.write(
                json.dumps({"check": answer.name, "ok": answer.ok, "detail": answer.detail})
            )
        wrong = [answer for answer in found if not answer.ok]
        if not wrong:
            return
        if mail and settings.ALERT_MAIL:
            lines = [f"{answer.name}: {answer.detail}" for answer in wrong]
            send_mail(
                "Handline needs attention", "\n".join(lines), None, settings.ALERT_MAIL
            )  # fmt: skip
        raise CommandError(f"Not ok: {', '.join(answer.name for answer in wrong)}.")
