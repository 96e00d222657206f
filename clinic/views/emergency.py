"""Emergency access: breaking the glass, and who may."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.forms.emergency import GlassForm, HolderForm
from clinic.models import EmergencyAccess, EmergencyHolder
from clinic.permissions import allow
from clinic.services import audit
from clinic.services.emergency import break_glass, may_break_glass, name_holder, strike_holder

LATEST = 50


@allow(Role.THERAPIST, Role.ASSISTANT)
@require_http_methods(["GET", "POST"])
def emergency(request):
    if not may_break_glass(request.user):
        audit.record("break_glass_refused", actor=request.user, severity="high")
        raise PermissionDenied
    form = GlassForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = break_glass(**form.cleaned_data, by=request.user)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.warning(request, "This chart is open to you for 60 minutes. It was recorded.")
            return redirect("patient", row.patient_id)
    status = 422 if form.is_bound else 200
    return render(request, "clinic/emergency.html", {"form": form}, status=status)


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def holders(request):
    form = HolderForm(request.POST or None, practice=request.practice)
    if request.method == "POST" and form.is_valid():
        name_holder(form.cleaned_data["user"], by=request.user)
        messages.success(request, "Named for emergency access.")
        return redirect("emergency_holders")
    audit.record("emergency_access.viewed", actor=request.user)
    context = {
        "form": form,
        "holders": EmergencyHolder.objects.select_related("user"),
        "uses": EmergencyAccess.objects.select_related("user", "patient")[:LATEST],
    }
    status = 422 if form.is_bound else 200
    return render(request, "clinic/emergency_holders.html", context, status=status)


@allow(Role.ADMIN)
@require_POST
def strike(request, pk):
    strike_holder(get_object_or_404(EmergencyHolder, pk=pk), by=request.user)
    messages.success(request, "No longer named for emergency access.")
    return redirect("emergency_holders")
