"""Payers: the list, a payer's page, who they are, what changed."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from billing.forms.payers import ChooseVersionForm, PayerForm, StartDraftForm
from billing.models import SettingChange
from billing.queries import payers_with_policies
from billing.services.expected import say as rate_in_words
from billing.services.policies import engine_policy
from billing.services.policies_cases import cases_of, run_cases
from billing.services.policies_currency import stale
from billing.services.policies_payers import save_payer
from billing.views.policies_common import payer_or_404, standing
from billing.views.simulator import simulator_of
from clinic.enums import Role
from clinic.errors import Conflict
from clinic.models import Payer
from clinic.permissions import allow
from clinic.services import audit

PAGE_SIZE = 50


@allow(Role.ADMIN)
@require_GET
def payers(request):
    audit.record("payers.viewed", actor=request.user)
    today = timezone.localdate()
    rows = list(payers_with_policies())
    for row in rows:
        row.standing = standing(row, today)
    context = {"payers": rows, "warnings": stale(today), "tab": "payers"}
    return render(request, "billing/payers.html", context)


@allow(Role.ADMIN)
@require_GET
def payer(request, pk):
    row = payer_or_404(pk)
    audit.record("payer.viewed", actor=request.user, subject=row)
    return render(request, "billing/payer.html", payer_context(row))


def payer_context(row: Payer, **changed) -> dict:
    """The payer's page. A form that came back with errors is given instead of a fresh one."""
    today = timezone.localdate()
    now = standing(row, today)
    shown = now.in_force or now.last
    rates = list(row.expected_rates.all())
    for rate in rates:
        rate.words = rate_in_words(rate)
    return {
        "payer": row,
        "standing": now,
        "versions": list(row.policies.all()),
        "start_form": StartDraftForm(payer=row, initial=_start_from(now)),
        "compare_form": ChooseVersionForm(payer=row, initial=_comparison(now)),
        "cases": run_cases(cases_of(row), engine_policy(shown)) if shown else [],
        "overrides": row.policy_overrides.select_related("episode__patient"),
        "rates": rates,
        "warnings": stale(today, [engine_policy(shown)] if shown else []),
        "today": today,
        "sim": simulator_of(row, version=now.draft or now.in_force),
    } | changed


def _start_from(now) -> dict:
    newest = now.in_force or now.last
    return {"start_from": f"v{newest.version}"} if newest else {}


def _comparison(now) -> dict:
    before, after = now.in_force or now.last, now.draft
    if before and not after:
        return {"before": f"preset:{before.preset}", "after": f"v{before.version}"}
    return {"before": f"v{before.version}" if before else "", "after": f"v{after.version}"} \
        if after else {}  # fmt: skip


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def new_payer(request):
    audit.record("payer.form_viewed", actor=request.user)
    return _edit(request, Payer())


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def edit_payer(request, pk):
    row = get_object_or_404(Payer, pk=pk)
    audit.record("payer.form_viewed", actor=request.user, subject=row)
    return _edit(request, row)


def _edit(request, row: Payer):
    form = PayerForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_payer(row, by=request.user, values=form.values(), seen=form.was_seen)
        except Conflict as conflict:
            form.meet(conflict)
        else:
            messages.success(request, f"{saved} is saved.")
            return redirect("billing:payer", pk=saved.pk)
    status = 422 if form.is_bound else 200
    return render(request, "billing/payer_form.html", {"form": form, "payer": row}, status=status)


@allow(Role.ADMIN)
@require_GET
def payer_history(request, pk):
    row = get_object_or_404(Payer, pk=pk)
    audit.record("payer.history_viewed", actor=request.user, subject=row)
    changes = SettingChange.objects.filter(payer=row)
    return _history(request, changes, payer=row)


@allow(Role.ADMIN)
@require_GET
def history(request):
    audit.record("settings.history_viewed", actor=request.user)
    return _history(request, SettingChange.objects.select_related("payer"), tab="history")


def _history(request, changes, **context):
    page = Paginator(changes, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "billing/history.html", {"page": page} | context)
