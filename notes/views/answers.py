"""Answers of the charting page's writes: the fragment for htmx, a redirect or page without."""

from django.contrib import messages
from django.shortcuts import redirect, render

from notes.models import Visit
from notes.views.reach import visit_or_404
from notes.views.workbench import workbench

CHANGED = "charges-changed"


def saved(request, visit: Visit, text: str = ""):
    """The write is done: show the fresh workbench and tell the charges panel."""
    if not request.htmx:
        if text:
            messages.success(request, text)
        return redirect("notes:chart", visit_id=visit.public_id)
    fresh = visit_or_404(visit.public_id, request.user)
    response = render(request, "notes/_partials/workbench.html", workbench(fresh, request))
    response["HX-Trigger-After-Settle"] = CHANGED
    return response


def refused(request, visit: Visit, *, status: int, **forms):
    """The write is not done: the page with what was typed and the sentence."""
    fresh = visit_or_404(visit.public_id, request.user)
    template = "notes/_partials/workbench.html" if request.htmx else "notes/chart.html"
    return render(request, template, workbench(fresh, request, **forms), status=status)


def take_version(form, theirs) -> None:
    """Saving again is then a choice, made in sight of what is stored now (or is no more)."""
    form.data = form.data.copy()
    form.data[form.add_prefix("version")] = str(theirs.version if theirs else 0)
