"""`retention`: whose record need not be kept any longer. Takes nothing away."""

from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.models import Practice
from clinic.scope import scope
from notes.services import retention

HOLD = "Before anything is taken out of use, ask whether a court, an audit or a claim holds it."


class Command(BaseCommand):
    help = (
        f"Charts whose {retention.YEARS} years are over, counted from the last visit or, for "
        f"minors, from their {retention.MAJORITY}st birthday. With --chart, the day until which "
        "one chart must be kept; exit status 1 while it must. Handline takes no record away."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--on", type=date.fromisoformat, help="YYYY-MM-DD; today if not said")
        parser.add_argument(
            "--chart", type=int, metavar="ID", help="one chart, by the id in its address"
        )

    def handle(self, *args, on: date | None, chart: int | None, **options) -> None:
        found = False
        for practice in Practice.objects.order_by("pk"):
            day = on or timezone.localdate(timezone.now(), practice.zone)
            with scope(practice):
                kept = list(retention.charts())
            if chart is None:
                self._tell(practice, kept, day)
            for one in (one for one in kept if one.chart == chart):
                found = True
                self._answer(one, day)
        if chart is not None and not found:
            raise CommandError("There is no chart of that id that holds a visit.")

    def _tell(self, practice: Practice, kept: list[retention.Kept], day: date) -> None:
        over = [one for one in kept if one.until <= day]
        self.stdout.write(f"{practice}: {len(over)} of {len(kept)} charts need not be kept "
                          f"on {day} any longer.")  # fmt: skip
        for one in over:
            self.stdout.write(f"  chart {one.chart}: last visit {one.last}, kept until {one.until}")
        if over:
            self.stdout.write(HOLD)
        elif kept:
            self.stdout.write(f"  The first may end on {kept[0].until}.")

    def _answer(self, one: retention.Kept, day: date) -> None:
        if one.until > day:
            raise CommandError(f"This chart must be kept until {one.until}: "
                               f"its last visit was on {one.last}.")  # fmt: skip
        self.stdout.write(f"This chart had to be kept until {one.until}. {HOLD}")
