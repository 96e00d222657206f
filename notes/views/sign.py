"""Review and sign."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from clinic.documents.errors import DocumentError
from clinic.enums import Role
from clinic.errors import HandlineError
from clinic.permissions import allow
from clinic.services import audit, rendering
from clinic.views.proving import prove, standing_proof
from notes.enums import VisitStatus
from notes.forms.texts import SignForm
from notes.lifecycle import can_sign
from notes.signing import ATTESTATION, draft_of, sign_note
from notes.views.reach import visit_or_404
from notes.views.workbench import workbench


@sensitive_post_parameters("password")
@allow(Role.THERAPIST, Role.ASSISTANT)
@require_http_methods(["GET", "POST"])
def sign(request, visit_id):
    visit = visit_or_404(visit_id, request.user)
    if visit.status == VisitStatus.SIGNED:
        messages.info(request, "This note is already signed; add an addendum.")
        return redirect("notes:note", visit_id=visit.public_id)
    if not hasattr(visit, "note"):
        return redirect("notes:chart", visit_id=visit.public_id)
    if request.method == "GET":
        rendering.start()
        audit.record(
            "note.reviewed", actor=request.user, subject=visit.note, patient_id=visit.patient_id
        )
        return _page(request, visit, SignForm(initial={"version": visit.note.version}))
    return _sign(request, visit, SignForm(request.POST))


@allow(Role.THERAPIST, Role.ASSISTANT)
@require_GET
def draft_pdf(request, visit_id):
    """The paper before it is signed, marked as a draft and stored nowhere."""
    visit = visit_or_404(visit_id, request.user)
    if not hasattr(visit, "note") or visit.note.is_signed:
        raise Http404
    audit.record(
        "note.previewed", actor=request.user, subject=visit.note, patient_id=visit.patient_id
    )
    try:
        paper = rendering.render_note(draft_of(visit.note, by=request.user))
    except (HandlineError, DocumentError) as refusal:
        messages.error(request, str(refusal))
        return redirect("notes:sign", visit_id=visit.public_id)
    response = HttpResponse(paper, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="draft.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def _sign(request, visit, form):
    if not form.is_valid():
        return _page(request, visit, form, status=422)
    try:
        data = form.cleaned_data
        proof = prove(request, password=data["password"], credential=data["credential"])
        sign_note(visit.note, by=request.user, version=data["version"], proof=proof)
    except (HandlineError, DocumentError) as refusal:
        form.add_error(None, str(refusal))
        visit = visit_or_404(visit.public_id, request.user)
        form.data = form.data.copy()
        form.data["version"] = str(visit.note.version)
        return _page(request, visit, form, status=422)
    messages.success(request, "Signed. Note and charges are frozen.")
    return redirect("notes:note", visit_id=visit.public_id)


def _page(request, visit, form, *, status=200):
    context = workbench(visit, request) | {
        "form": form,
        "attestation": ATTESTATION,
        "proof": standing_proof(request),
        "may_sign": can_sign(visit.note, request.user),
    }
    return render(request, "notes/sign.html", context, status=status)
