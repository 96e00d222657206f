"""The charting page of a draft."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.permissions import allow
from clinic.services import audit
from notes.enums import VisitStatus
from notes.queries import diagnoses_of
from notes.services.visits import open_note
from notes.views.reach import visit_or_404
from notes.views.workbench import strip_facts, workbench


@allow(Role.THERAPIST, Role.ASSISTANT)
@require_GET
def chart(request, visit_id):
    visit = visit_or_404(visit_id, request.user)
    if visit.status == VisitStatus.SIGNED:
        return redirect("notes:note", visit_id=visit.public_id)
    if not hasattr(visit, "note"):
        audit.record("visit.viewed", actor=request.user, subject=visit, patient_id=visit.patient_id)
        facts = strip_facts(visit, diagnoses_of(visit))
        return render(request, "notes/not_started.html", {"visit": visit, "facts": facts})
    audit.record(
        "chart.viewed", actor=request.user, subject=visit.note, patient_id=visit.patient_id
    )
    context = workbench(
        visit, request, block=request.GET.get("block"), procedure=request.GET.get("procedure")
    )
    template = "notes/_partials/workbench.html" if request.htmx else "notes/chart.html"
    return render(request, template, context)


@allow(Role.THERAPIST, Role.ASSISTANT)
@require_POST
def start(request, visit_id):
    visit = visit_or_404(visit_id, request.user)
    try:
        open_note(visit, by=request.user)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("notes:day")
    return redirect("notes:chart", visit_id=visit.public_id)
