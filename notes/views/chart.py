"""The charting page of a draft."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.permissions import allow
from clinic.services import audit
from clinic.static_files import serves_modules
from notes.enums import VisitStatus
from notes.queries import diagnoses_of
from notes.services.device_keys import key_for
from notes.services.live_boot import boot_of
from notes.services.ops_state import state_from
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
    if request.htmx:
        return render(request, "notes/_partials/workbench.html", context)
    return render(request, "notes/chart.html", context | _screen(visit, request, context))


def _screen(visit, request, context) -> dict:
    """What the charting screen works with; without scripts nobody reads it."""
    clinician = getattr(request.user, "clinician", None) or visit.clinician
    blocks, live = context["blocks"], context["live"]
    boot = boot_of(visit, clinician, blocks, live, context["words"], context["lists"])
    return {
        "modules": serves_modules(),
        "boot": boot | {"key": key_for(request.user)},
        "state": state_from(
            visit, visit.note, blocks, context["procedures"], live, context["missing"]
        ),
    }


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
