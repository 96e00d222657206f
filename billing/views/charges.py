"""The charges panel: live while charting, frozen once signed."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from billing.models import ChargeSet
from billing.presentation import panel_of
from billing.services.deriving import charges_of
from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.permissions import CLINICAL, allow
from clinic.services import audit
from notes.models import Visit
from notes.views.reach import visit_or_404


@allow(Role.THERAPIST, Role.ASSISTANT, Role.OFFICE)
@require_GET
def charges(request, visit_id):
    visit = visit_or_404(visit_id, request.user)
    if not hasattr(visit, "note"):
        raise Http404
    if not visit.note.is_signed and request.user.role not in CLINICAL:
        raise Http404  # an unsigned chart is not the office's to read
    audit.record(
        "charges.viewed", actor=request.user, subject=visit.note, patient_id=visit.patient_id
    )
    context = {"visit": visit, **_panel(visit)}
    template = "billing/_partials/charges.html" if request.htmx else "billing/charges.html"
    return render(request, template, context)


def _panel(visit: Visit) -> dict:
    if visit.note.is_signed:
        frozen = ChargeSet.objects.prefetch_related("lines").filter(note=visit.note).first()
        return {"charges": _frozen(frozen), "frozen": True} if frozen else {"history": NO_CHARGES}
    try:
        derivation = charges_of(visit)
    except NotAllowed as refusal:
        return {"refusal": str(refusal)}
    panel = panel_of(derivation.answer, dict(derivation.fees), label=derivation.in_force.label)
    return {"charges": panel | {"edition": derivation.result.edition}}


NO_CHARGES = "This note was imported as history: its charges were not derived here."


def _frozen(charge_set: ChargeSet) -> dict:
    fees = {
        line.code: line.fee_cents for line in charge_set.lines.all() if line.fee_cents is not None
    }
    panel = panel_of(charge_set.answer, fees, label=charge_set.policy_label)
    return panel | {"edition": charge_set.edition}
