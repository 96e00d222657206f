"""Answers of the charting page's writes: the fragment for htmx, a redirect or page without."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponseBadRequest
from django.shortcuts import redirect, render

from clinic.errors import Conflict, HandlineError, NotAllowed
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


def keep(request, visit: Visit, form: Form, *, name: str, save: Callable[[], object], done: str):
    """Save the form's entry; else the page with what was typed, beside what is stored now."""
    if not form.is_valid():
        return refused(request, visit, status=422, **{name: form})
    theirs = {}
    try:
        save()
    except Conflict as conflict:
        form.add_error(None, str(conflict))
        _take_version(form, conflict.theirs)
        theirs["theirs"] = conflict.theirs
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
    else:
        return saved(request, visit, done)
    return refused(request, visit, status=409, **{name: form}, **theirs)


def remove(request, visit: Visit, what: str, drop: Callable[[UUID, int], object]):
    """Take one entry out, if it is still as it was seen."""
    try:
        public_id = UUID(request.POST.get("public_id", ""))
        version = int(request.POST.get("version", ""))
    except ValueError:
        return HttpResponseBadRequest(f"Reload the page and remove the {what} again.")
    try:
        drop(public_id, version)
    except HandlineError as refusal:
        messages.error(request, str(refusal))
        return refused(request, visit, status=409)
    return saved(request, visit, f"{what.capitalize()} removed.")


def _take_version(form, theirs) -> None:
    """Saving again is then a choice, made in sight of what is stored now (or is no more)."""
    form.data = form.data.copy()
    form.data[form.add_prefix("version")] = str(theirs.version if theirs else 0)
