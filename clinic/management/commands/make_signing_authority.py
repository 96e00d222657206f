"""Make a practice's own certificate authority."""

import getpass
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from clinic.models import Practice
from clinic.scope import scope
from clinic.services import keys


class Command(BaseCommand):
    help = "Make the practice's root and issuing authority; the root's key goes into a file."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--practice", type=int, help="id of the practice, if there are several")
        parser.add_argument("--root-key", type=Path, required=True, help="file to write it to")

    def handle(self, *args, **options) -> None:
        practice = practice_of(options["practice"])
        target: Path = options["root_key"]
        if target.exists():
            raise CommandError(f"{target} exists already: name a new file for the root's key.")
        passphrase = getpass.getpass("Passphrase of the root's key (20 characters or more): ")
        with scope(practice):
            founded = keys.found_authority(practice, root_passphrase=passphrase, by=None)
        target.touch(mode=0o600)
        target.write_bytes(founded.root_key)
        self.stdout.write(
            f"Made. Move {target} to a place that is not this machine: it is needed again only "
            "to make another authority."
        )


def practice_of(pk: int | None) -> Practice:
    found = Practice.objects.filter(pk=pk) if pk else Practice.objects.all()
    if found.count() != 1:
        names = ", ".join(f"{p.pk} {p.name}" for p in Practice.objects.order_by("pk"))
        raise CommandError(f"Say which practice with --practice ID. There are: {names or 'none'}.")
    return found.get()
