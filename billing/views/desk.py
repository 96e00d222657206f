"""Returning a visit to its therapist, the answer, and Medicare exceptions."""

from datetime import date

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from billing.desk_enums import ExceptionKind
from billing.models import DeskReturn
from billing.services import desk
from billing.views.superbills import DESK, charge_set_or_404
from clinic.errors import HandlineError, NotAllowed
from clinic.permissions import CLINICAL, allow
from clinic.services import audit


@allow(*DESK)
@require_POST
def give_back(request, visit_id):
    row = charge_set_or_404(visit_id)
    try:
        desk.return_to_therapist(row, reason=request.POST.get("reason", ""), by=request.user)
    except HandlineError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Returned to {row.note.author}.")
    return redirect("billing:superbill", visit_id=visit_id)


@allow(*CLINICAL)
@require_GET
def returned(request):
    """What the desk asks this clinician."""
    rows = (
        DeskReturn.objects.filter(answered_at=None, charge_set__note__author__user=request.user)
        .select_related("charge_set__note__visit__patient", "by")
        .order_by("at")
    )
    audit.record("desk.returns_viewed", actor=request.user)
    return render(request, "billing/returned.html", {"rows": rows})


@allow(*CLINICAL)
@require_POST
def answer(request, pk):
    row = get_object_or_404(DeskReturn, pk=pk, charge_set__note__author__user=request.user)
    try:
        desk.answer_return(row, answer=request.POST.get("answer", ""), by=request.user)
    except HandlineError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The desk has your answer.")
    return redirect("billing:returned")


@allow(*DESK)
@require_POST
def exception(request, visit_id):
    row = charge_set_or_404(visit_id)
    try:
        desk.record_exception(row, by=request.user, **_exception(request.POST))
    except HandlineError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The exception is recorded.")
    return redirect("billing:superbill", visit_id=visit_id)


def _exception(posted) -> dict:
    kind = posted.get("kind", "")
    if kind not in ExceptionKind.values:
        raise NotAllowed("Choose which exception holds.")
    try:
        signed_on = date.fromisoformat(posted.get("signed_on", ""))
    except ValueError:
        raise NotAllowed("Enter the day on which the patient signed.") from None
    return {"kind": kind, "signed_on": signed_on, "kept_at": posted.get("kept_at", "")[:200]}
