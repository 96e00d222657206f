"""The day's visits."""

from datetime import date, timedelta

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.permissions import CLINICAL, EVERYONE, allow
from clinic.services import audit
from notes.enums import VisitStatus
from notes.queries import visits_on

_TONES = {
    VisitStatus.SIGNED: "ok",
    VisitStatus.CHARTING: "info",
    VisitStatus.ARRIVED: "note",
    VisitStatus.NO_SHOW: "warn",
    VisitStatus.CANCELED: "neutral",
    VisitStatus.SCHEDULED: "neutral",
}


@allow(*EVERYONE)
@require_GET
def day(request):
    today = timezone.localdate()
    shown = _asked_day(request.GET.get("on", ""), today)
    visits = list(visits_on(shown, user=request.user))
    for visit in visits:
        visit.tone = _TONES[VisitStatus(visit.status)]
    audit.record("day.viewed", actor=request.user, day=shown.isoformat(), visits=len(visits))
    context = {
        "day": shown,
        "today": today,
        "before": shown - timedelta(days=1),
        "after": shown + timedelta(days=1),
        "visits": visits,
        "may_chart": request.user.role in CLINICAL,
        "tiles": _tiles(visits),
    }
    return render(request, "notes/day.html", context)


def _asked_day(text: str, today: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today


def _tiles(visits) -> list[dict]:
    def count(*states):
        return sum(visit.status in states for visit in visits)

    return [
        {"label": "Visits", "value": len(visits)},
        {
            "label": "To chart",
            "value": count(VisitStatus.SCHEDULED, VisitStatus.ARRIVED, VisitStatus.CHARTING),
        },
        {"label": "Signed", "value": count(VisitStatus.SIGNED)},
    ]
