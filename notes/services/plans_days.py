"""Treatment days and visits, counted as payers count them."""

from datetime import date

from django.db.models import Count, Q, QuerySet

from notes.enums import VisitStatus
from notes.models import EpisodeOfCare, Visit

TRACTIONS = ("manual_traction", "mechanical_traction")
TREATED = (VisitStatus.CHARTING, VisitStatus.SIGNED)


def treatment_days(episode: EpisodeOfCare, *, until: date, after: date | None = None) -> int:
    """Days with a treatment up to ``until``; two visits on one day are one day."""
    days = _treated(episode).filter(date__lte=until)
    if after is not None:
        days = days.filter(date__gt=after)
    return days.values("date").distinct().count()


def days_since_report(episode: EpisodeOfCare, on: date) -> int:
    """Treatment days since the last progress report (or the start), the day itself included."""
    last = last_report_on(episode, on)
    return treatment_days(episode, until=on, after=last)


def last_report_on(episode: EpisodeOfCare, on: date) -> date | None:
    report = episode.progress_reports.filter(reported_on__lte=on).first()
    return report.reported_on if report else None


def traction_visits(episode: EpisodeOfCare, *, until: date) -> int:
    """Visits of the episode with traction by hand or device, the one of that day included."""
    given = Q(note__procedures__code="97012") | Q(note__blocks__technique__key__in=TRACTIONS)
    return _treated(episode).filter(given, date__lte=until).distinct().count()


def visits_in(episode: EpisodeOfCare, first: date, last: date) -> QuerySet[Visit]:
    return _treated(episode).filter(date__gte=first, date__lte=last)


def _treated(episode: EpisodeOfCare) -> QuerySet[Visit]:
    return Visit.objects.filter(episode=episode, status__in=TREATED)


def count_by_episode(visits: QuerySet[Visit]) -> dict[int, int]:
    rows = visits.values("episode").annotate(days=Count("date", distinct=True))
    return {row["episode"]: row["days"] for row in rows}
