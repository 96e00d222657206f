"""Load the tables that ship with Handline; safe to run at every start."""

from django.core.management.base import BaseCommand

from billing.services.starter import load_reference


class Command(BaseCommand):
    help = "Load the shipped codes, pairs, limits, fees and diagnoses. Changes nothing twice."

    def handle(self, **options) -> None:
        editions = load_reference()
        for edition in editions:
            self.stdout.write(f"{edition.get_kind_display()} {edition}: {edition.rows_kept} rows")
        if not editions:
            self.stdout.write("The shipped tables were loaded before; nothing changed.")
