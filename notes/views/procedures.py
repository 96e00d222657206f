"""Writing untimed services."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBadRequest
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from clinic.enums import Role
from clinic.errors import Conflict, HandlineError, NotAllowed
from clinic.permissions import allow
from notes.forms.procedures import ProcedureForm
from notes.services import procedures as services
from notes.views.answers import refused, saved, take_version
from notes.views.reach import visit_or_404


@allow(Role.THERAPIST, Role.ASSISTANT)
@require_POST
def save(request, visit_id):
    visit = visit_or_404(visit_id, request.user)
    if not hasattr(visit, "note"):
        return redirect("notes:chart", visit_id=visit.public_id)
    clinician = getattr(request.user, "clinician", None) or visit.clinician
    form = ProcedureForm(request.POST, visit=visit, clinician=clinician, prefix="procedure")
    if not form.is_valid():
        return refused(request, visit, status=422, procedure_form=form)
    data = form.cleaned_data
    try:
        services.save_procedure(
            visit.note,
            by=request.user,
            public_id=data["public_id"],
            version=data["version"],
            entry=form.entry,
        )
    except Conflict as conflict:
        form.add_error(None, str(conflict))
        take_version(form, conflict.theirs)
        return refused(request, visit, status=409, procedure_form=form, theirs=conflict.theirs)
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return refused(request, visit, status=409, procedure_form=form)
    return saved(request, visit, "Procedure saved.")


@allow(Role.THERAPIST, Role.ASSISTANT)
@require_POST
def delete(request, visit_id):
    visit = visit_or_404(visit_id, request.user)
    if not hasattr(visit, "note"):
        return redirect("notes:chart", visit_id=visit.public_id)
    try:
        public_id = UUID(request.POST.get("public_id", ""))
        version = int(request.POST.get("version", ""))
    except ValueError:
        return HttpResponseBadRequest("Reload the page and remove the procedure again.")
    try:
        services.delete_procedure(visit.note, by=request.user, public_id=public_id, version=version)
    except HandlineError as refusal:
        messages.error(request, str(refusal))
        return refused(request, visit, status=409)
    return saved(request, visit, "Procedure removed.")
