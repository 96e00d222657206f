"""Good Faith Estimates: which are due, and those given against what was billed."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from billing import money
from billing.models import GoodFaithEstimate
from billing.services.estimates import watch
from billing.services.estimates_due import estimates_due
from billing.views.superbills import DESK
from clinic.permissions import allow
from clinic.services import audit

MOST = 100  # of those given, the newest


@allow(*DESK)
@require_GET
def estimates(request):
    today = timezone.localdate()
    due = estimates_due(today)
    audit.record("estimates.viewed", actor=request.user, due=len(due))
    return render(
        request,
        "billing/estimates.html",
        {"due": [(row, row.is_late(today)) for row in due], "given": _given()},
    )


def _given() -> list[GoodFaithEstimate]:
    rows = list(
        GoodFaithEstimate.objects.filter(replaced_by=None)
        .select_related("episode__patient", "document")
        .order_by("-issued_at")[:MOST]
    )
    for row in rows:
        row.watch = watch(row.episode)
        row.estimated = money.dollars(row.total_cents)
        row.billed = money.dollars(row.watch.billed_cents)
    return rows
