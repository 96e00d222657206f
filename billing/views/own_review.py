"""The practice's review of its own notes."""

from datetime import timedelta

from django import forms
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from billing.services.fees import dollars
from billing.services.own_review import review
from clinic.enums import Role
from clinic.forms.patients import day
from clinic.permissions import allow
from clinic.services import audit

MOST = 60
MOST_SHOWN = 200


class SampleForm(forms.Form):
    first = forms.DateField(label="From", widget=day())
    last = forms.DateField(label="To", widget=day())
    size = forms.IntegerField(label="Notes", min_value=1, max_value=MOST)
    seed = forms.IntegerField(label="Draw", min_value=0, max_value=9999)


@allow(Role.THERAPIST, Role.ADMIN)
@require_GET
def own_review(request):
    today = timezone.localdate()
    initial = {"first": today - timedelta(days=90), "last": today, "size": 20, "seed": 0}
    asked = request.GET if "size" in request.GET else None
    form = SampleForm(asked, initial=initial)
    for field in form.fields.values():
        field.widget.attrs["class"] = "form-control"
    values = form.cleaned_data if asked is not None and form.is_valid() else initial
    report = review(**values)
    audit.record("notes.sampled", actor=request.user, notes=len(report.sampled))
    context = {
        "form": form,
        "report": report,
        "judged": report.judged[:MOST_SHOWN],
        "scores": [(score, dollars(score.cents)) for score in report.scores],
    }
    return render(request, "billing/own_review.html", context)
