"""What is entered for claims: of the practice, of a coverage, of one visit."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from billing.forms.claims import ClaimDetailsForm, ClaimMarksForm, ClaimSettingsForm
from billing.models import ClaimDetails, ClaimMarks
from billing.services import claims
from billing.services.claims_settings import save_details, save_marks, save_settings
from billing.views.superbills import DESK, charge_set_or_404
from clinic.enums import Role
from clinic.errors import Conflict
from clinic.forms.seen import SeenForm
from clinic.models import Coverage
from clinic.permissions import allow
from clinic.services import audit


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of fields: who saves them, what looking at it leaves, where a save leads."""

    name: str  # of its template, and of the audit trail's event
    save: Callable[..., Any]
    then: str
    context: dict[str, Any]
    about: dict[str, Any]


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def settings(request):
    row = claims.settings_of(request.user.practice)
    form = ClaimSettingsForm(request.POST or None, instance=row)
    sheet = Sheet("settings", partial(save_settings, row), reverse("billing:claims"), {}, {})
    return _keep(request, form, sheet)


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def details(request, pk):
    """What a claim needs of a coverage beyond its number."""
    coverage = get_object_or_404(Coverage.objects.select_related("patient", "payer"), pk=pk)
    row = ClaimDetails.objects.filter(coverage=coverage).first() or ClaimDetails(coverage=coverage)
    form = ClaimDetailsForm(request.POST or None, instance=row)
    sheet = Sheet(
        "details",
        partial(save_details, coverage),
        reverse("billing:account", args=[coverage.patient_id]),
        {"coverage": coverage},
        {"subject": coverage, "patient_id": coverage.patient_id},
    )
    return _keep(request, form, sheet)


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def marks(request, visit_id):
    """What the claim of one visit says beside its lines."""
    row = charge_set_or_404(visit_id)
    stored = ClaimMarks.objects.filter(charge_set=row).first() or ClaimMarks(charge_set=row)
    form = ClaimMarksForm(request.POST or None, instance=stored)
    visit = row.note.visit
    sheet = Sheet(
        "marks",
        partial(save_marks, row),
        reverse("billing:superbill", args=[visit_id]),
        {"visit": visit},
        {"subject": row, "patient_id": visit.patient_id},
    )
    return _keep(request, form, sheet)


def _keep(request: HttpRequest, form: SeenForm, sheet: Sheet) -> HttpResponse:
    """Show the form, or save it; a refusal keeps what was typed."""
    if request.method == "POST" and form.is_valid():
        try:
            sheet.save(by=request.user, values=form.values(), seen=form.was_seen)
        except Conflict as conflict:
            form.meet(conflict)
        else:
            messages.success(request, "Saved.")
            return redirect(sheet.then)
    audit.record(f"claims.{sheet.name}_viewed", actor=request.user, **sheet.about)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, **sheet.context}
    return render(request, f"billing/claim_{sheet.name}.html", context, status=status)
