"""Exceptions of a payer's rules for single episodes."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from billing.forms.payers import EndOverrideForm, OverrideForm
from billing.forms.policy_values import PolicyValuesForm
from billing.models import PolicyOverride
from billing.services.policies import policy_on
from billing.services.policies_difference import rules_of
from billing.services.policies_overrides import end_override, make_override
from billing.services.policies_words import GROUPS, SETTINGS, parts_in_words
from billing.views.policies_common import payer_or_404, standing
from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.models import Payer
from clinic.permissions import allow
from clinic.services import audit
from notes.models import EpisodeOfCare

MOST_FOUND = 20


@allow(Role.ADMIN)
@require_http_methods(["GET"])
def overrides(request, pk):
    """The payer's exceptions, and the search for an episode to make one for."""
    payer = payer_or_404(pk)
    audit.record("policy.overrides_viewed", actor=request.user, subject=payer)
    rows = list(payer.policy_overrides.select_related("episode__patient", "made_by"))
    for row in rows:
        row.words = [
            f"{label}: {value}"
            for name, given in row.fields.items()
            for label, value in parts_in_words(name, given).items()
        ]
        row.end_form = EndOverrideForm(initial={"ends_on": timezone.localdate()})
    text = request.GET.get("q", "").strip()
    context = {"payer": payer, "rows": rows, "q": text, "found": _found(payer, text)}
    return render(request, "billing/overrides.html", context)


def _found(payer: Payer, text: str):
    if not text:
        return []
    rows = EpisodeOfCare.objects.filter(coverage__payer=payer).select_related("patient")
    by_name = rows.filter(patient__last_name__istartswith=text)
    return (by_name | rows.filter(patient__record_number=text)).order_by("-started_on")[:MOST_FOUND]


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def new_override(request, pk, episode):
    payer = payer_or_404(pk)
    episodes = EpisodeOfCare.objects.select_related("patient").filter(coverage__payer=payer)
    found = get_object_or_404(episodes, pk=episode)
    today = timezone.localdate()
    base = policy_on(payer, today) or standing(payer, today).last
    if base is None:
        messages.error(request, f"{payer} has no published rules: publish some first.")
        return redirect("billing:payer", pk=pk)
    data = request.POST or None
    values = PolicyValuesForm(data, values=base.fields)
    form = OverrideForm(data, initial={"starts_on": today})
    if request.method == "POST" and all([values.is_valid(), form.is_valid()]):
        fields = {n: v for n, v in values.wire.items() if v != base.fields[n]}
        try:
            make_override(found, by=request.user, payer=payer, base=rules_of(base), fields=fields,
                          **form.cleaned_data)  # fmt: skip
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"The exception for {found.patient} is made.")
            return redirect("billing:overrides", pk=pk)
    audit.record("policy.override_form_viewed", actor=request.user, subject=found,
                 patient_id=found.patient_id)  # fmt: skip
    context = {"payer": payer, "episode": found, "base": base, "values": values, "form": form,
               "groups": _groups(values)}  # fmt: skip
    return render(request, "billing/override.html", context, status=422 if data else 200)


def _groups(values: PolicyValuesForm) -> list[tuple[str, list[dict]]]:
    return [
        (
            label,
            [
                {
                    "setting": setting,
                    "controls": [values[name] for name in values.controls.get(setting.name, ())],
                }
                for setting in SETTINGS
                if setting.group == key
            ],
        )
        for key, label in GROUPS.items()
    ]


@allow(Role.ADMIN)
@require_POST
def stop_override(request, pk, override):
    row = get_object_or_404(PolicyOverride, pk=override, payer=pk)
    form = EndOverrideForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(e for errors in form.errors.values() for e in errors))
        return redirect("billing:overrides", pk=pk)
    try:
        end_override(row, by=request.user, **form.cleaned_data)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The exception has its last day.")
    return redirect("billing:overrides", pk=pk)
