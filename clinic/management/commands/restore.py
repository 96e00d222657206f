"""Put a backup in the place of the database."""

import getpass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from clinic.errors import NotAllowed
from clinic.services.backup import approval, making, restoring
from clinic.services.backup.places import Place, State, place_of


class Command(BaseCommand):
    help = "Verify a backup, then restore it. Refused where there are records, unless told."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--identity", type=Path, required=True, metavar="KEYFILE")
        parser.add_argument(
            "--replace-everything", action="store_true",
            help="put it over the records that are here; two people confirm it",
        )  # fmt: skip
        parser.add_argument(
            "--unproven", action="store_true",
            help="accept a backup that was made with other secrets than are set here",
        )  # fmt: skip

    def handle(self, *args, file: Path, identity: Path, **options) -> None:
        place = place_of(settings.BACKUP_DATABASE)
        settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            people = self._confirmed(place) if options["replace_everything"] else ()
            connections.close_all()
            done = restoring.restore(
                place,
                file,
                key=identity,
                work=settings.DATA_DIR,
                replace=options["replace_everything"],
                unproven=options["unproven"],
                known=_check_not_newer,
                tell=self.stdout.write,
            )
        except NotAllowed as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as trouble:
            raise CommandError(
                f"The restore stopped, nothing was changed: {trouble.strerror}."
            ) from trouble
        call_command("dbsetup", verbosity=0)
        making.tell_every_practice(
            "backup.restored", file=file.name, made_at=done.manifest.made_at, by=list(people)
        )
        if done.kept:
            self.stdout.write(f"What was here before is kept as {done.kept}.")
        self.stdout.write(self.style.SUCCESS("Restored. Start Handline again."))

    def _confirmed(self, place: Place) -> tuple[str, ...]:
        """Two people, where the records that would go can still say who they are."""
        if place.state() is not State.FILLED:
            return ()
        given = []
        for which in ("First", "Second"):
            email = input(f"{which} person's e-mail: ")
            if email.strip():
                password = getpass.getpass("Password: ")
                given.append(approval.Confirmation(email, password))
        return approval.check_two_people(given)


def _check_not_newer(migrations: dict[str, str]) -> None:
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    for app, name in migrations.items():
        if any(label == app for label, _ in known) and (app, name) not in known:
            raise NotAllowed(
                f"The backup is of a newer Handline ({app} {name}): install that version first."
            )
