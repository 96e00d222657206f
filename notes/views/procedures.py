"""Writing untimed services."""

from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from clinic.enums import Role
from clinic.permissions import allow
from notes.forms.procedures import ProcedureForm
from notes.services import procedures as services
from notes.views.answers import keep, remove
from notes.views.reach import visit_or_404


@allow(Role.THERAPIST, Role.ASSISTANT)
@require_POST
def save(request, visit_id):
    visit = visit_or_404(visit_id, request.user)
    if not hasattr(visit, "note"):
        return redirect("notes:chart", visit_id=visit.public_id)
    clinician = getattr(request.user, "clinician", None) or visit.clinician
    form = ProcedureForm(request.POST, visit=visit, clinician=clinician, prefix="procedure")
    return keep(
        request, visit, form, name="procedure_form", done="Procedure saved.",
        save=lambda: services.save_procedure(
            visit.note,
            by=request.user,
            public_id=form.cleaned_data["public_id"],
            version=form.cleaned_data["version"],
            entry=form.entry,
        ),
    )  # fmt: skip


@allow(Role.THERAPIST, Role.ASSISTANT)
@require_POST
def delete(request, visit_id):
    visit = visit_or_404(visit_id, request.user)
    if not hasattr(visit, "note"):
        return redirect("notes:chart", visit_id=visit.public_id)
    return remove(
        request, visit, "procedure",
        lambda public_id, version: services.delete_procedure(
            visit.note, by=request.user, public_id=public_id, version=version
        ),
    )  # fmt: skip
