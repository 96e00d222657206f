"""Two versions, or a version and a preset, side by side in words."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from billing.forms.payers import ChooseVersionForm
from billing.services.policies_difference import differences
from billing.views.policies_common import payer_or_404, rules_named
from clinic.enums import Role
from clinic.permissions import allow
from clinic.services import audit


@allow(Role.ADMIN)
@require_GET
def compare(request, pk):
    payer = payer_or_404(pk)
    audit.record("policy.compared", actor=request.user, subject=payer)
    form = ChooseVersionForm(request.GET or None, payer=payer)
    context = {"payer": payer, "form": form}
    if form.is_valid():
        before, _, _ = rules_named(payer, form.cleaned_data["before"])
        after, _, _ = rules_named(payer, form.cleaned_data["after"])
        context |= {"before": before, "after": after, "changes": differences(before, after)}
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "billing/compare.html", context, status=status)
