"""Payers and the versions of their rules."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from billing.engine.presets import preset_versions
from billing.forms import PublishForm
from billing.queries import payers_with_policies
from billing.services.policies import publish_from_preset
from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.models import Payer
from clinic.permissions import allow
from clinic.services import audit


@allow(Role.ADMIN)
@require_GET
def payers(request):
    audit.record("payers.viewed", actor=request.user)
    return render(request, "billing/payers.html", {"payers": payers_with_policies()})


@allow(Role.ADMIN)
@require_GET
def payer(request, pk):
    row = get_object_or_404(payers_with_policies(), pk=pk)
    audit.record("payer.viewed", actor=request.user, subject=row)
    return render(request, "billing/payer.html", _context(row, PublishForm()))


def _context(row: Payer, form: PublishForm) -> dict:
    versions = list(row.policies.all())
    for version in versions:
        shipped = preset_versions().get(version.preset)
        facts = shipped[-1].facts if shipped else {}
        version.shown = [
            {"name": name, "value": value, "fact": facts.get(name)}
            for name, value in version.fields.items()
        ]
    return {"payer": row, "versions": versions, "form": form}


@allow(Role.ADMIN)
@require_POST
def publish(request, pk):
    row = get_object_or_404(payers_with_policies(), pk=pk)
    form = PublishForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            version = publish_from_preset(
                row,
                key=data["preset"],
                starts_on=data["starts_on"],
                by=request.user,
                source=data["source"],
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Version {version.version} is published.")
            return redirect("billing:payer", pk=row.pk)
    return render(request, "billing/payer.html", _context(row, form), status=422)
