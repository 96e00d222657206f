"""A patient's account: payments, credit, discounts, refunds."""

import uuid
from datetime import date

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from billing import money
from billing.desk_enums import Method
from billing.desk_presentation import entry_row
from billing.models import ChargeSet, DeskItem, LedgerEntry, Payment
from billing.services import payments
from billing.services import payments_ledger as ledger
from billing.services.estimates import watch
from billing.services.estimates_due import due_of, usual_units
from billing.views.superbills import DESK, charge_set_or_404, key_of
from clinic.errors import HandlineError, NotAllowed
from clinic.models import Patient
from clinic.permissions import allow
from clinic.services import audit
from notes.models import EpisodeOfCare


@allow(*DESK)
@require_GET
def account(request, pk):
    patient = get_object_or_404(Patient, pk=pk)
    audit.record("account.viewed", actor=request.user, subject=patient, patient_id=patient.pk)
    return render(request, "billing/account.html", _context(patient))


def _context(patient: Patient) -> dict:
    balance, credit = ledger.account_of(patient), ledger.credit_of(patient)
    visits = list(
        DeskItem.objects.filter(patient=patient)
        .select_related("visit", "clinician", "payer")
        .order_by("-served_on", "-starts_at")
    )
    for item in visits:
        item.amount = money.dollars(item.total_cents)
        item.patient_amount = money.dollars(item.patient_cents)
        item.payer_amount = money.dollars(item.payer_cents)
    entries = LedgerEntry.objects.filter(patient=patient).select_related(
        "payment", "charge_set__note__visit"
    )
    reversed_keys = set(
        LedgerEntry.objects.filter(patient=patient)
        .exclude(reverses=None)
        .values_list("payment", flat=True)
    )
    paid = list(patient.payments.order_by("-received_on", "-pk"))
    for row in paid:
        row.amount = money.dollars(row.amount_cents)
        row.is_reversed = row.pk in reversed_keys
    return {
        "patient": patient,
        "owes": money.dollars(balance.patient_cents + credit),
        "credit": money.dollars(credit),
        "payers_owe": money.dollars(balance.payer_cents),
        "has_credit": credit > 0,
        "visits": visits,
        "entries": [entry_row(entry) for entry in entries],
        "payments": paid,
        "methods": Method.choices,
        "new_key": uuid.uuid4(),
        "today": timezone.localdate(),
        "episodes": _episodes(patient),
        "documents": patient.documents.filter(
            kind__in=["statement", "receipt", "estimate", "appeal"]
        ).order_by("-pk"),
    }


def _episodes(patient: Patient) -> list[EpisodeOfCare]:
    """With their estimates, watched against what was billed."""
    rows = list(EpisodeOfCare.objects.filter(patient=patient).order_by("-started_on"))
    for episode in rows:
        episode.watch = watch(episode)
        episode.due = due_of(episode, timezone.localdate())
        episode.usual = ", ".join(f"{code} {n}" for code, n in usual_units(episode).items())
        if episode.watch:
            episode.billed = money.dollars(episode.watch.billed_cents)
            episode.estimated = money.dollars(episode.watch.estimate.total_cents)
    return rows


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotAllowed("Enter the date.") from None


def _method(text: str) -> str:
    if text not in Method.values:
        raise NotAllowed("Choose how it was paid.")
    return text


def _act(request, act, done: str, back):
    """Run one act of money; say what happened; go back."""
    try:
        act()
    except HandlineError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return back


@allow(*DESK)
@require_POST
def take(request, pk):
    patient = get_object_or_404(Patient, pk=pk)
    posted = request.POST

    def act():
        use = None
        if posted.get("visit"):
            row = charge_set_or_404(_uuid(posted["visit"]))
            use = {row.pk: money.parse(posted.get("amount", ""))}
        elif posted.get("keep") == "1":
            use = {}
        payments.take_payment(
            patient,
            amount_cents=money.parse(posted.get("amount", "")),
            method=_method(posted.get("method", "")),
            received_on=_day(posted.get("received_on", "")),
            reference=posted.get("reference", "")[:60],
            by=request.user,
            submit_key=key_of(request),
            use=use,
        )

    return _act(request, act, "The payment is posted.", redirect("billing:account", pk=pk))


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None


@allow(*DESK)
@require_POST
def give_refund(request, pk):
    patient = get_object_or_404(Patient, pk=pk)

    def act():
        payments.refund(
            patient,
            amount_cents=money.parse(request.POST.get("amount", "")),
            method=_method(request.POST.get("method", "")),
            reason=request.POST.get("reason", "")[:300],
            by=request.user,
            submit_key=key_of(request),
        )

    return _act(request, act, "The refund is posted.", redirect("billing:account", pk=pk))


@allow(*DESK)
@require_POST
def reverse(request, pk):
    payment = get_object_or_404(Payment, pk=pk)

    def act():
        payments.reverse_payment(
            payment, reason=request.POST.get("reason", "")[:300], by=request.user
        )

    back = redirect("billing:account", pk=payment.patient_id)
    return _act(request, act, "The payment is reversed.", back)


@allow(*DESK)
@require_POST
def lower(request, visit_id):
    """A discount, a write-off, or credit used, for one visit."""
    row = charge_set_or_404(visit_id)

    def act():
        cents = money.parse(request.POST.get("amount", ""))
        _lower(row, request.POST.get("what", ""), cents, request.POST.get("reason", "")[:300],
               request.user)  # fmt: skip

    back = redirect("billing:superbill", visit_id=visit_id)
    return _act(request, act, "It is posted.", back)


def _lower(row: ChargeSet, what: str, cents: int, reason: str, by) -> None:
    if what == "discount":
        payments.discount(row, amount_cents=cents, reason=reason, by=by)
    elif what == "credit":
        payments.apply_credit(row, amount_cents=cents, by=by)
    elif what in ("writeoff", "writeoff-payer"):
        payments.write_off(
            row, amount_cents=cents, reason=reason, by=by, of_payer=what == "writeoff-payer"
        )
    else:
        raise NotAllowed("Choose what to post.")
