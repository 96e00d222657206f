"""Claims: the list, files, corrections, the paper form."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from billing import money
from billing.desk_enums import ClaimState
from billing.models import Claim, ClaimFile
from billing.services import claims, claims_transport
from billing.services.claims_print import claim_form_pdf
from billing.views.batches import selected
from billing.views.superbills import DESK, charge_set_or_404
from clinic.errors import HandlineError
from clinic.limits import files_limited
from clinic.models import Coverage
from clinic.permissions import allow
from clinic.services import audit
from clinic.views.proving import fresh_proof_required

TONES = {
    ClaimState.MADE: "planned",
    ClaimState.SENT: "info",
    ClaimState.ACCEPTED: "info",
    ClaimState.REJECTED: "danger",
    ClaimState.DENIED: "denied",
    ClaimState.PAID: "paid",
}


@allow(*DESK)
@require_GET
def claim_list(request):
    rows = Claim.objects.select_related("payer", "file", "charge_set__note__visit__patient")
    state = request.GET.get("state", "")
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    if state in ClaimState.values:
        rows = rows.filter(state=state)
    page = Paginator(rows.order_by("-pk"), 50).get_page(request.GET.get("page"))
    for claim in page:
        claim.amount = money.dollars(claim.total_cents)
        claim.tone = TONES[ClaimState(claim.state)]
    files = list(ClaimFile.objects.order_by("-control")[:12])
    for file in files:
        file.amount = money.dollars(file.total_cents)
    audit.record("claims.viewed", actor=request.user, page=page.number)
    context = {
        "page": page,
        "state": state,
        "states": [(value, label, counts.get(value, 0)) for value, label in ClaimState.choices],
        "count": sum(counts.values()),
        "files": files,
        "has_folder": claims_transport.folder_of(request.user.practice) is not None,
        "settings": claims.settings_of(request.user.practice),
    }
    return render(request, "billing/claims.html", context)


@allow(*DESK)
@require_POST
def make_file(request):
    """One file from the ticked visits. Those that stay out are named."""
    try:
        made = claims.make_claim_file(selected(request), by=request.user)
    except HandlineError as refusal:
        messages.error(request, str(refusal))
        return redirect("billing:superbills")
    count = made.file.claim_count
    claimed = f"{count} claim{'' if count == 1 else 's'}"
    messages.success(request, f"File {made.file.name} holds {claimed}.")
    for refused in made.refused[:20]:
        messages.warning(request, f"Left out: {refused.text}")
    return redirect("billing:claims")


@allow(*DESK)
@require_GET
@fresh_proof_required
@files_limited
def claim_file(request, pk):
    file = get_object_or_404(ClaimFile, pk=pk)
    audit.record("claims.downloaded", actor=request.user, subject=file, control=file.control)
    response = HttpResponse(file.content, content_type="text/plain; charset=us-ascii")
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response["Cache-Control"] = "private, no-store"
    return response


@allow(*DESK)
@require_POST
def drop(request, pk):
    file = get_object_or_404(ClaimFile, pk=pk)
    try:
        claims_transport.drop(file, by=request.user)
    except HandlineError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{file.name} lies in the clearinghouse's folder.")
    return redirect("billing:claims")


@allow(*DESK)
@require_POST
def correct(request, pk):
    claim = get_object_or_404(Claim, pk=pk)
    frequency = "8" if "void" in request.POST else "7"
    try:
        file = claims.correct_claim(claim, frequency=frequency, by=request.user)
    except HandlineError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"The correction is in file {file.name}.")
    return redirect("billing:superbill", visit_id=claim.charge_set.note.visit.public_id)


@allow(*DESK)
@require_POST
def secondary(request, visit_id):
    row = charge_set_or_404(visit_id)
    number = request.POST.get("coverage", "")
    coverage = get_object_or_404(Coverage, pk=int(number) if number.isdigit() else 0)
    try:
        file = claims.claim_secondary(row, coverage, by=request.user)
    except HandlineError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"The claim to {coverage.payer} is in file {file.name}.")
    return redirect("billing:superbill", visit_id=visit_id)


@allow(*DESK)
@require_GET
def paper_form(request, visit_id):
    """The claim form: data only for the red form, or with captions on plain paper."""
    row = charge_set_or_404(visit_id)
    try:
        content = claim_form_pdf(row, captions="captions" in request.GET)
    except HandlineError as refusal:
        messages.error(request, str(refusal))
        return redirect("billing:superbill", visit_id=visit_id)
    audit.record(
        "claims.form_printed", actor=request.user, subject=row,
        patient_id=row.note.visit.patient_id, captions="captions" in request.GET,
    )  # fmt: skip
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="claim-form.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
