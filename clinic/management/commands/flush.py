"""`flush`, allowed where data may be thrown away: in tests and in the demo."""

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import flush
from django.db import connections

from clinic import guards
from clinic.roles import as_owner


class Command(flush.Command):
    help = "Empty a test or demo database. Refused for a clinic's records."

    def handle(self, **options):
        if not (settings.TESTING or settings.DEMO):
            raise CommandError(
                "Handline never empties a clinic's database: signed records are kept. "
                "To start over, make a new database and point DATABASE_URL or HANDLINE_DATA at it."
            )
        database = options["database"]
        guards.remove(database)
        try:
            with as_owner(connections[database]):
                super().handle(**options)
        finally:
            # post_migrate brings them back too, but a caller may have asked for none.
            guards.install(database)
