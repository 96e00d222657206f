"""Papers beside the superbill: period superbills, statements, receipts, estimates, appeals."""

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from billing.desk_enums import BillLayout
from billing.models import ChargeSet, Payment
from billing.services.appeals import make_packet
from billing.services.estimates import issue_estimate
from billing.services.statements import issue_receipt, issue_statement, open_visits
from billing.services.superbills import issue_period
from billing.views.superbills import DESK, charge_set_or_404, key_of
from clinic.documents.errors import DocumentError
from clinic.enums import DocumentKind
from clinic.errors import HandlineError, NotAllowed
from clinic.models import Patient, StoredDocument
from clinic.permissions import allow
from clinic.views.pdf import serve
from notes.models import EpisodeOfCare

KINDS = (
    DocumentKind.STATEMENT,
    DocumentKind.RECEIPT,
    DocumentKind.ESTIMATE,
    DocumentKind.APPEAL,
)


@allow(*DESK)
@require_GET
def document(request, pk):
    row = get_object_or_404(StoredDocument, pk=pk, kind__in=KINDS)
    return serve(
        row,
        to=request.user,
        download="download" in request.GET,
        asked=request.headers,
    )


def _made(request, make: Callable[[], StoredDocument], back):
    try:
        row = make()
    except (HandlineError, DocumentError) as refusal:
        messages.error(request, str(refusal))
        return back
    return redirect("billing:desk_document", pk=row.pk)


@allow(*DESK)
@require_POST
def statement(request, visit_id):
    row = charge_set_or_404(visit_id)
    back = redirect("billing:superbill", visit_id=visit_id)
    return _made(request, lambda: issue_statement([row], by=request.user), back)


@allow(*DESK)
@require_POST
def account_statement(request, pk):
    """All visits for which the patient owes something."""
    patient = get_object_or_404(Patient, pk=pk)
    back = redirect("billing:account", pk=pk)
    return _made(request, lambda: issue_statement(open_visits(patient), by=request.user), back)


@allow(*DESK)
@require_POST
def receipt(request, pk):
    payment = get_object_or_404(Payment.objects.select_related("patient"), pk=pk)
    back = redirect("billing:account", pk=payment.patient_id)
    return _made(request, lambda: issue_receipt(payment, by=request.user), back)


@allow(*DESK)
@require_POST
def appeal(request, visit_id):
    row = charge_set_or_404(visit_id)
    back = redirect("billing:superbill", visit_id=visit_id)
    return _made(request, lambda: make_packet(row, by=request.user), back)


@allow(*DESK)
@require_POST
def period(request, pk):
    """One superbill over the patient's unbilled visits between two days."""
    patient = get_object_or_404(Patient, pk=pk)

    def make() -> StoredDocument:
        since, until = _day(request.POST.get("since")), _day(request.POST.get("until"))
        rows = ChargeSet.objects.filter(
            note__visit__patient=patient, note__visit__date__range=(since, until)
        )
        layout = request.POST.get("layout", "")
        return issue_period(
            list(rows),
            by=request.user,
            submit_key=key_of(request),
            layout=layout if layout in BillLayout.values else BillLayout.PLAIN,
        ).document

    try:
        made = make()
    except (HandlineError, DocumentError) as refusal:
        messages.error(request, str(refusal))
        return redirect("billing:account", pk=pk)
    return serve(made, to=request.user, download=False)


@allow(*DESK)
@require_POST
def estimate(request, pk):
    episode = get_object_or_404(EpisodeOfCare, pk=pk)
    posted = request.POST

    def make() -> StoredDocument:
        return issue_estimate(
            episode,
            units=_units(posted.get("units", "")),
            first_service_on=_day(posted.get("first_service_on")),
            scheduled_on=_optional(posted.get("scheduled_on")),
            asked_on=_optional(posted.get("asked_on")),
            by=request.user,
        ).document

    return _made(request, make, redirect("billing:account", pk=episode.patient_id))


def _units(text: str) -> dict[str, int]:
    """97140 2, 97110 1"""
    found: dict[str, int] = {}
    for part in text.replace(";", ",").split(","):
        words = part.split()
        if not words:
            continue
        if len(words) > 2 or (len(words) == 2 and not words[1].isdigit()):
            raise NotAllowed("Write each code with its units a visit: 97140 2, 97110 1.")
        count = int(words[1]) if len(words) == 2 else 1
        if not 1 <= count <= 99:
            raise NotAllowed("Units a visit are from 1 to 99.")
        found[words[0].upper()] = count
    return found


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        raise NotAllowed("Enter both dates." if text is None else "Enter the date.") from None


def _optional(text: str | None) -> date | None:
    return _day(text) if text else None
