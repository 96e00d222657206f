"""`dbsetup`: bring the database to where this version of Handline needs it."""

from io import StringIO

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, connections

from clinic import guards, roles, row_security
from clinic.start_checks import is_wal_safe


class Command(BaseCommand):
    help = "Set the journal mode, migrate, install the guards, load the tables, check. Repeatable."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        parser.add_argument("--database", default="default")
        parser.add_argument(
            "--demo", action="store_true", help="then fill an empty database with the demo practice"
        )

    def handle(self, *, database: str, demo: bool, verbosity: int, **options):
        connection = connections[database]
        if connection.vendor == "sqlite":
            self._set_journal_mode(connection)
        self._make_role(connection)
        quiet = {"stdout": self.stdout if verbosity else StringIO()}
        call_command(
            "migrate", database=database, interactive=False, verbosity=verbosity - 1, **quiet
        )
        call_command("createcachetable", database=database, verbosity=0)
        guards.install(database)
        row_security.install(database)
        if settings.RUN_TIME_ROLE:
            roles.grant(connection, settings.RUN_TIME_ROLE["USER"])
        if "load_reference" in get_commands():
            call_command("load_reference", **quiet)
        call_command("check", databases=[database], **quiet)
        if verbosity:
            self.stdout.write(self.style.SUCCESS("The database is ready."))
        if demo:
            call_command("seed_demo", if_empty=True, stdout=self.stdout)

    def _make_role(self, connection) -> None:
        """PostgreSQL's run-time role, whose rights are given once the tables are there."""
        wanted = settings.RUN_TIME_ROLE
        if not wanted:
            return
        if wanted["USER"] == connection.settings_dict["USER"]:
            raise CommandError(
                "HANDLINE_OWNER_URL and DATABASE_URL name the same role: pages are served by a "
                "role of their own (Roles in docs/deploy.md)."
            )
        try:
            roles.make_role(connection, wanted["USER"], wanted["PASSWORD"])
        except ProgrammingError as refusal:
            raise CommandError(
                f"The owner may not make the role {wanted['USER']}: let PostgreSQL's superuser "
                f"make it (Roles in docs/deploy.md), then run this again. {refusal}"
            ) from refusal

    def _set_journal_mode(self, connection) -> None:
        """Once, here: switching per connection makes processes wait for and fail each other."""
        version = connection.Database.sqlite_version_info
        wanted = "wal" if is_wal_safe(version) else "delete"
        if wanted == "delete":
            self.stderr.write(
                f"SQLite {'.'.join(map(str, version))} can damage a write-ahead log, so the slower "
                "rollback journal is used. Install requirements.txt to get a mended SQLite."
            )
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode")
            if cursor.fetchone()[0] != wanted:
                cursor.execute(f"PRAGMA journal_mode={wanted}")
