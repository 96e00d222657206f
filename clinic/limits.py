"""How often one person may do what a script would do all day: search the charts, take files out.

Counted in the audit trail, which has an event for each anyway, so every worker and host counts
alike. Signing in has limits of its own (axes, allauth); so may the proxy. T-F03.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.shortcuts import render
from django.utils import timezone

from clinic.models import AuditEvent
from clinic.services import audit

FILES = (
    "audit.exported", "claims.downloaded", "disclosures.exported", "record.downloaded",
    "report.exported",
)  # fmt: skip


def limited(*actions: str, most: int, within: timedelta) -> Callable:
    """Refuse the view, for as long as this person has so many events of these kinds."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def counted(request, *args, **kwargs):
            recent = AuditEvent.objects.filter(
                actor_id=request.user.pk, action__in=actions, at__gt=timezone.now() - within
            )
            if recent.count() < most:
                return view(request, *args, **kwargs)
            audit.record("limit.refused", actor=request.user, view=request.resolver_match.view_name)
            minutes = int(within.total_seconds() // 60)
            answer = render(request, "429.html", {"most": most, "minutes": minutes}, status=429)
            answer["Retry-After"] = "60"
            return answer

        return counted

    return decorate


search_limited = limited("patients.searched", most=120, within=timedelta(minutes=1))
files_limited = limited(*FILES, most=60, within=timedelta(hours=1))
