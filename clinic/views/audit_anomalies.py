"""Looks that somebody should look into."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.forms.audit import PeriodForm, ReviewForm
from clinic.permissions import allow
from clinic.services import audit
from clinic.services.audit_anomalies import CHARTS_AN_HOUR, CLOSES, OPENS, anomalies, review_anomaly

DAYS = 7


@allow(Role.ADMIN)
@require_GET
def audit_anomalies(request):
    form = PeriodForm(request.GET)
    first, last = form.period(days=DAYS)
    found = anomalies(request.practice, first=first, last=last)
    audit.record("anomalies.viewed", actor=request.user, found=len(found))
    context = {
        "form": PeriodForm({"first": first, "last": last}),
        "first": first,
        "last": last,
        "open": [anomaly for anomaly in found if anomaly.review is None],
        "reviewed": [anomaly for anomaly in found if anomaly.review is not None],
        "limits": {"charts": CHARTS_AN_HOUR, "opens": OPENS, "closes": CLOSES},
    }
    return render(request, "clinic/anomalies.html", context)


@allow(Role.ADMIN)
@require_POST
def review(request):
    """Looked into: what it was, said once."""
    form, span = ReviewForm(request.POST), PeriodForm(request.POST)
    first, last = span.period(days=DAYS)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(errors))
    else:
        try:
            review_anomaly(
                request.practice, first=first, last=last, by=request.user, **form.cleaned_data
            )
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "Marked as reviewed.")
    return redirect(f"{reverse('audit_anomalies')}?first={first}&last={last}")
