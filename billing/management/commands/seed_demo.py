"""Load the demo practice."""

import time
from collections.abc import Iterator
from datetime import date, timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.demo import history
from billing.demo.bulk import ImportedVisit, import_history
from billing.demo.diary import moment
from billing.demo.practices import HARBOR, make_harbor, make_second_wind
from billing.demo.visits import Ground, open_episode
from billing.services.starter import load_reference
from clinic.models import Clinician, Patient, Practice
from clinic.scope import scope

VISITS_PER_PATIENT = 25


class Command(BaseCommand):
    help = "Load the demo practice: invented people, real documents. Safe to repeat."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing if any practice is there"
        )
        parser.add_argument(
            "--visits", type=int, default=0, metavar="N", help="add N visits of imported history"
        )
        parser.add_argument(
            "--today", type=date.fromisoformat, help="the day the demo stands on (YYYY-MM-DD)"
        )

    def handle(self, *args, **options) -> None:
        started = time.monotonic()
        if Practice.objects.exists():
            if not Practice.objects.filter(name=HARBOR, is_demo=True).exists():
                raise CommandError(
                    "This database holds a real practice: the demo goes into an empty one."
                )
            if not options["visits"]:
                self.stdout.write("The demo practice is there already.")
                return
        elif not options["visits"] or not options["if_empty"]:
            self._small_practice(options["today"])
        if options["visits"]:
            self._history(options["visits"])
        self.stdout.write(f"Demo practice ready in {time.monotonic() - started:.0f} s.")

    def _small_practice(self, today: date | None) -> None:
        load_reference()
        harbor = make_harbor()
        today = today or timezone.now().astimezone(harbor.zone).date()
        make_second_wind(today)
        with scope(harbor):
            history.fill(harbor, today=today)

    def _history(self, visits: int) -> None:
        harbor = Practice.objects.get(name=HARBOR)
        with scope(harbor):
            import_history(harbor, _long_history(harbor, visits), Ground.read())


def _long_history(practice: Practice, visits: int) -> Iterator[ImportedVisit]:
    """Patients with 25 visits each, spread over the years before the demo's ninety days."""
    ground = Ground.read()
    told = history.stories()
    clinicians = {
        c.discipline: c for c in Clinician.objects.filter(is_assistant=False).order_by("-pk")
    }
    last = timezone.now().astimezone(practice.zone).date() - timedelta(days=history.DAYS + 1)
    existing = Patient.objects.count()
    for number in range(visits):
        place, turn = divmod(number, VISITS_PER_PATIENT)
        story = told[place % len(told)]
        day = last - timedelta(days=(place % 900) + 3 * (VISITS_PER_PATIENT - turn))
        if turn == 0:
            patient = Patient.objects.create(
                record_number=f"H{existing + place:07d}",
                first_name=f"Historic{place % 97}",
                last_name=f"Patient{place:06d}",
                born_on=date(1940 + place % 60, 1 + place % 12, 1 + place % 28),
            )
            episode = open_episode(
                story,
                ground,
                patient=patient,
                clinician=clinicians[story["discipline"]],
                started_on=day,
            )
        starts_at = moment(practice, day, 8 + number % 9)
        yield ImportedVisit(episode, story, starts_at, turn + 1)
