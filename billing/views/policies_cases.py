"""Test cases of a payer: saved from the simulator, accepted anew, retired."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from billing.forms.payers import CaseNameForm
from billing.forms.simulator import SimulatorForm, Words
from billing.forms.simulator_chart import ChartForm, as_charted
from billing.models import PolicyCase
from billing.services.policies import engine_policy
from billing.services.policies_cases import expect_instead, retire_case, save_case
from billing.views.policies_common import version_or_404
from billing.views.simulator import mistakes, policy_typed, sides, simulator_of
from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.permissions import allow


@allow(Role.ADMIN)
@require_POST
def save(request, pk, version):
    """Keep the visit and the chart in the simulator, with what one of the sides gives for them."""
    row = version_or_404(pk, version)
    if request.htmx:
        # A calculation that was still waiting when the button was pressed: htmx sends it to the
        # button's address. The press itself comes without htmx, and saves once.
        return HttpResponse(status=204)
    visit, chart = SimulatorForm(request.POST, words=Words()), ChartForm(request.POST)
    name = CaseNameForm(request.POST)
    if not all([visit.is_valid(), chart.is_valid(), name.is_valid()]):
        wrong = [*chart.errors.values(), *name.errors.values()]
        return _refused(request, row, [*mistakes(visit), *(e for errors in wrong for e in errors)])
    record = chart.record()
    typed, _ = policy_typed(request, row)
    before, after = sides(row.payer, row, visit.day, typed)
    label, policy = before if name.cleaned_data["expect"] == "before" and before else after
    try:
        case = save_case(
            row.payer,
            by=request.user,
            name=name.cleaned_data["name"],
            day=as_charted(visit.day),
            chart=record,
            policy=policy,
            rules_label=label,
        )
    except NotAllowed as refusal:
        return _refused(request, row, [str(refusal)])
    messages.success(request, f"Test case “{case}” is saved; every draft is held against it.")
    return redirect("billing:policy", pk=pk, version=version)


def _refused(request, row, errors: list[str]):
    sim = simulator_of(row.payer, version=row) | {"errors": errors}
    context = {"payer": row.payer, "row": row, "sim": sim}
    return render(request, "billing/simulator.html", context, status=422)


def _why(request, default: str) -> str:
    return request.POST.get("why", "").strip()[:300] or default


@allow(Role.ADMIN)
@require_POST
def accept(request, pk, version, case):
    """The case must give from now on what this version gives."""
    row = version_or_404(pk, version)
    found = get_object_or_404(PolicyCase, pk=case, payer=pk, retired_at=None)
    expect_instead(
        found,
        by=request.user,
        policy=engine_policy(row),
        why=_why(request, f"accepted with {row.name}"),
    )
    messages.success(request, f"Test case “{found}” expects what {row.name} gives.")
    return redirect("billing:policy", pk=pk, version=version)


@allow(Role.ADMIN)
@require_POST
def retire(request, pk, version, case):
    row = version_or_404(pk, version)
    found = get_object_or_404(PolicyCase, pk=case, payer=pk)
    retire_case(found, by=request.user, why=_why(request, "no longer needed"))
    messages.success(request, f"Test case “{found}” is retired.")
    return redirect("billing:policy", pk=row.payer_id, version=version)
