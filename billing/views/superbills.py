"""The desk: signed visits, their superbills, their paper."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from billing.lifecycle import check_can_issue_superbill
from billing.models import ChargeSet
from billing.presentation import dollars, panel_of
from billing.queries import charge_sets_for_desk
from billing.services.superbills import issue_superbill
from clinic.documents.errors import DocumentError
from clinic.enums import Role
from clinic.errors import HandlineError, NotAllowed
from clinic.permissions import allow
from clinic.services import audit
from clinic.views.pdf import serve

PAGE_SIZE = 50


@allow(Role.OFFICE, Role.ADMIN)
@require_GET
def superbills(request):
    rows = charge_sets_for_desk()
    if text := request.GET.get("q", "").strip():
        rows = rows.filter(note__visit__patient__last_name__istartswith=text)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    for row in page:
        row.bill = next(iter(row.superbills.all()), None)
        row.amount = dollars(row.total_cents)
    audit.record("superbills.viewed", actor=request.user, page=page.number)
    return render(request, "billing/superbills.html", {"page": page, "q": text})


def _charge_set_or_404(visit_id) -> ChargeSet:
    return get_object_or_404(charge_sets_for_desk(), note__visit__public_id=visit_id)


@allow(Role.OFFICE, Role.ADMIN)
@require_GET
def superbill(request, visit_id):
    row = _charge_set_or_404(visit_id)
    audit.record(
        "superbill.viewed", actor=request.user, subject=row, patient_id=row.note.visit.patient_id
    )
    return render(request, "billing/superbill.html", _context(row))


def _context(row: ChargeSet) -> dict:
    fees = {line.code: line.fee_cents for line in row.lines.all() if line.fee_cents is not None}
    refusal = ""
    bill = next(iter(row.superbills.all()), None)
    if bill is None:
        try:
            check_can_issue_superbill(row)
        except NotAllowed as not_allowed:
            refusal = str(not_allowed)
    return {
        "row": row,
        "visit": row.note.visit,
        "bill": bill,
        "refusal": refusal,
        "submit_key": uuid.uuid4(),
        "charges": panel_of(row.answer, fees, label=row.policy_label) | {"edition": row.edition},
        "frozen": True,
    }


@allow(Role.OFFICE, Role.ADMIN)
@require_POST
def issue(request, visit_id):
    row = _charge_set_or_404(visit_id)
    try:
        key = uuid.UUID(request.POST.get("submit_key", ""))
    except ValueError:
        key = uuid.uuid4()
    try:
        bill = issue_superbill(row, by=request.user, submit_key=key)
    except (HandlineError, DocumentError) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Superbill {bill.number} issued.")
    return redirect("billing:superbill", visit_id=visit_id)


@allow(Role.OFFICE, Role.ADMIN)
@require_GET
def pdf(request, visit_id):
    bill = next(iter(_charge_set_or_404(visit_id).superbills.all()), None)
    if bill is None:
        raise Http404
    return serve(bill.document, to=request.user, download="download" in request.GET)
