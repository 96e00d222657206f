"""Co-signing a note, and remarks of supervisors."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from clinic.documents.errors import DocumentError
from clinic.enums import Role
from clinic.errors import HandlineError
from clinic.permissions import allow
from clinic.services import audit
from clinic.views.proving import prove, standing_proof
from notes.forms.record import CosignForm
from notes.models import CosignRequest, ReviewRemark
from notes.services.cosign import ATTESTATION, cosign_note, waiting_for
from notes.services.review import leave_remark, settle_remark
from notes.views.reach import visit_or_404

READERS = (Role.THERAPIST, Role.ASSISTANT, Role.OFFICE, Role.ADMIN)


def _signed(request, visit_id):
    visit = visit_or_404(visit_id, request.user)
    if not hasattr(visit, "note") or not visit.note.is_signed:
        raise Http404
    return visit


@allow(Role.THERAPIST)
@require_GET
def queue(request):
    """Notes that wait for my co-signature, the oldest first."""
    clinician = getattr(request.user, "clinician", None)
    rows = list(waiting_for(clinician)) if clinician else []
    audit.record("cosign_queue.viewed", actor=request.user, waiting=len(rows))
    return render(request, "notes/cosign_queue.html", {"rows": rows})


@allow(*READERS)
@require_GET
def review(request, visit_id):
    """Co-signature and remarks of one note: a fragment of its page."""
    visit = _signed(request, visit_id)
    audit.record("note.remarks_viewed", actor=request.user, patient_id=visit.patient_id)
    template = "notes/_partials/review.html" if request.htmx else "notes/review.html"
    return render(request, template, _context(request, visit, CosignForm()))


def _context(request, visit, form: CosignForm) -> dict:
    asked = CosignRequest.objects.filter(note=visit.note).select_related("supervisor", "signature")
    clinician = getattr(request.user, "clinician", None)
    is_supervisor = clinician is not None and not clinician.is_assistant
    return {
        "visit": visit,
        "cosign": asked.first(),
        "clinician": clinician,
        "attestation": ATTESTATION,
        "form": form,
        "proof": standing_proof(request),
        "remarks": list(visit.note.review_remarks.select_related("by")),
        "may_remark": request.user.role == Role.ADMIN or is_supervisor,
    }


@sensitive_post_parameters("password")
@allow(Role.THERAPIST)
@require_POST
def cosign(request, visit_id):
    visit = _signed(request, visit_id)
    form = CosignForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            proof = prove(request, password=data["password"], credential=data["credential"])
            cosign_note(visit.note, by=request.user, proof=proof, remark=data["remark"])
        except (HandlineError, DocumentError) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Co-signed. The next version of the document carries it.")
            return redirect(_back(visit))
    return render(request, "notes/review.html", _context(request, visit, form), status=422)


def _back(visit) -> str:
    return reverse("notes:review", args=[visit.public_id])


@allow(Role.THERAPIST, Role.ADMIN)
@require_POST
def remark(request, visit_id):
    visit = _signed(request, visit_id)
    try:
        leave_remark(
            visit.note, by=request.user, text=request.POST.get("text", "")[:500],
            asks_addendum="asks_addendum" in request.POST,
        )  # fmt: skip
    except HandlineError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Remark kept.")
    return redirect(_back(visit))


@allow(Role.THERAPIST, Role.ASSISTANT, Role.ADMIN)
@require_POST
def settle(request, visit_id, remark_pk):
    visit = _signed(request, visit_id)
    row = get_object_or_404(ReviewRemark, pk=remark_pk, note=visit.note)
    try:
        settle_remark(row, by=request.user)
    except HandlineError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Remark settled.")
    return redirect(_back(visit))
