"""How long each chart must be kept at least.

Handline takes no record away: there is no such act, and the database refuses it for what was
signed. This tells a practice whose time is over, so that it can decide outside, two people at
once, after asking whether a court, an audit or a claim still holds the chart.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Max

from clinic.models import Patient

# The longest of the rules found: Medicare asks for 7 years (42 CFR 424.516(f)), Medicare
# Advantage and the strictest states for 10. A state's own shorter time is no reason to hurry.
YEARS = 10
MAJORITY = 21  # the latest of any state


@dataclass(frozen=True, slots=True)
class Kept:
    chart: int
    last: date  # of the visits
    until: date  # the first day on which it need not be kept any more


def keep_until(*, last: date, born_on: date) -> date:
    """Ten years after the last visit and, for who was a minor then, ten after their majority."""
    adult_on = _years_after(born_on, MAJORITY)
    return _years_after(max(last, adult_on), YEARS)


def charts() -> Iterator[Kept]:
    """Those of the practice in scope that hold a visit, the earliest to end first."""
    rows = (
        Patient.objects.annotate(last=Max("visits__date"))
        .exclude(last=None)
        .values_list("pk", "last", "born_on")
    )
    kept = [Kept(key, last, keep_until(last=last, born_on=born)) for key, last, born in rows]
    yield from sorted(kept, key=lambda chart: (chart.until, chart.chart))


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February: a day later, never earlier
        return date(day.year + years, 3, 1)
