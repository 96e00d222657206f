"""Measures over the visits: figures in a table, trends drawn on the server."""

from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from clinic.documents import trend
from clinic.permissions import EVERYONE, allow
from clinic.services import audit
from clinic.views.patients import about
from notes.services.measures_flow import flowsheet as sheet_of
from notes.services.measures_flow import series_of
from notes.views.record_reach import episode_or_404


@allow(*EVERYONE)
@require_GET
def flowsheet(request, pk):
    row = episode_or_404(pk, request.user)
    series = series_of(row)
    audit.record("flowsheet.viewed", actor=request.user, subject=row, patient_id=row.patient_id)
    context = {
        "episode": row,
        "patient": row.patient,
        "about": about(row.patient),
        "sheet": sheet_of(series),
        # Our own drawing; its words are escaped where they are put in.
        "trends": [
            (one, mark_safe(drawn)) for one in series if (drawn := trend.drawing(one.trend))
        ],
    }
    return render(request, "notes/flowsheet.html", context)
