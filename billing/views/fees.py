"""The practice's fees, and what payers are expected to pay."""

from collections import defaultdict

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.forms.fees import FeesForm, RateForm, as_typed
from billing.forms.payers import day_or_none
from billing.models import Fee
from billing.presentation import dollars, wording
from billing.services.expected import set_rate
from billing.services.fees import schedule_on, schedules, set_fees, standing
from billing.services.policies_currency import stale
from billing.services.reference import reference_fees
from billing.views.payers import payer_context
from billing.views.policies_common import payer_or_404
from clinic.enums import Role
from clinic.errors import Conflict, NotAllowed
from clinic.permissions import allow
from clinic.services import audit


@allow(Role.ADMIN)
@require_GET
def fees(request):
    audit.record("fees.viewed", actor=request.user)
    return render(request, "billing/fees.html", _context(_fresh_form(request)))


def _fresh_form(request) -> FeesForm:
    return FeesForm(initial=_earlier(request), standing=standing().fingerprint)


def _earlier(request) -> dict[str, str]:
    """The amounts of an earlier schedule that is to come back; set, they are the newest."""
    asked = day_or_none(request.GET.get("as_of", ""))
    if asked is None:
        return {}
    return {
        "amounts": as_typed(schedule_on(asked)),
        "why": f"As from {asked:%m/%d/%Y} again",
    }


@allow(Role.ADMIN)
@require_POST
def change(request):
    form = FeesForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            made = set_fees(
                data["amounts"], by=request.user, starts_on=data["starts_on"], why=data["why"],
                seen=data["seen"],
            )  # fmt: skip
        except Conflict as conflict:
            form.meet(conflict)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{len(made)} fees from {data['starts_on']:%m/%d/%Y}.")
            return redirect("billing:fees")
    return render(request, "billing/fees.html", _context(form), status=422)


def _context(form: FeesForm) -> dict:
    today = timezone.localdate()
    spans: dict[str, list[Fee]] = defaultdict(list)
    for fee in Fee.objects.order_by("code", "-starts_on"):
        fee.amount = dollars(fee.amount_cents)
        spans[fee.code].append(fee)
    references = reference_fees(spans, today)
    rows = []
    for code, found in spans.items():
        now = next((f for f in found if f.starts_on <= today and not _over(f, today)), None)
        reference = references.get(code)
        rows.append(
            {
                "code": code,
                "name": wording(code),
                "now": now,
                "next": next((f for f in reversed(found) if f.starts_on > today), None),
                "earlier": [f for f in found if _over(f, today)],
                "medicare": dollars(reference.price_cents) if reference else None,
                "edition": reference.edition.label if reference else "",
            }
        )
    return {
        "rows": rows,
        "form": form,
        "tab": "fees",
        "warnings": stale(today),
        "schedules": schedules(),
    }


def _over(fee: Fee, today) -> bool:
    return fee.ends_on is not None and fee.ends_on < today


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def new_rate(request, pk):
    payer = payer_or_404(pk)
    form = RateForm(request.POST or None, initial={"starts_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            set_rate(payer, by=request.user, values=form.values(), why=form.cleaned_data["why"])
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The rate is stored. It is shown, and never chooses units.")
            return redirect("billing:payer", pk=pk)
    audit.record("rates.form_viewed", actor=request.user, subject=payer)
    context = {"payer": payer, "form": form, "rates": payer_context(payer)["rates"]}
    return render(request, "billing/rate.html", context, status=422 if form.is_bound else 200)
