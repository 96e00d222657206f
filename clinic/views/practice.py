"""The practice's settings: what it is called, where it treats, who treats."""

from dataclasses import dataclass

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from clinic.enums import Role
from clinic.errors import Conflict, NotAllowed
from clinic.forms.practice import ClinicianForm, LocationForm, PracticeForm, SettingForm
from clinic.founding import needs
from clinic.models import AuditEvent, Clinician, Location, Practice
from clinic.permissions import allow
from clinic.services import audit
from clinic.services.edit_conflicts import word
from clinic.services.practice_settings import (
    add_setting,
    change_setting,
    latest_changes,
)


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one change, in words."""

    label: str
    before: str
    after: str


@allow(Role.ADMIN)
@require_GET
def practice(request):
    row = request.user.practice
    audit.record("practice.viewed", actor=request.user, subject=row)
    context = {
        "row": row,
        "needs": needs(),
        "locations": Location.objects.order_by("-active", "name"),
        "clinicians": Clinician.objects.select_related("user", "supervisor").order_by(
            "-active", "last_name", "first_name"
        ),
        "changes": [(event, _in_words(event)) for event in latest_changes()],
    }
    return render(request, "clinic/practice.html", context)


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def details(request):
    row = Practice.objects.get(pk=request.user.practice_id)
    form = PracticeForm(request.POST or None, instance=row)
    return _keep(request, form, f"Change {row}")


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def location_new(request):
    form = LocationForm(request.POST or None)
    return _keep(request, form, "Add a location")


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def location(request, pk):
    row = get_object_or_404(Location, pk=pk)
    form = LocationForm(request.POST or None, instance=row)
    return _keep(request, form, f"Change {row}")


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def clinician_new(request):
    form = ClinicianForm(request.POST or None, practice=request.user.practice)
    return _keep(request, form, "Add a clinician")


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def clinician(request, pk):
    row = get_object_or_404(Clinician, pk=pk)
    form = ClinicianForm(request.POST or None, instance=row, practice=request.user.practice)
    return _keep(request, form, f"Change {row}")


def _keep(request, form: SettingForm, title: str):
    """Show the form, or save it; a refusal keeps what was typed."""
    if request.method == "POST" and form.is_valid():
        try:
            row = _save(request, form)
        except Conflict as conflict:
            form.meet(conflict)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{row} saved.")
            return redirect("practice")
    elif request.method == "GET" and form.instance.pk:
        kind = form.instance._meta.model_name
        audit.record(f"{kind}.viewed", actor=request.user, subject=form.instance)
    context = {"form": form, "title": title}
    return render(
        request, "clinic/practice_part.html", context, status=422 if form.is_bound else 200
    )


def _save(request, form: SettingForm):
    if form.instance.pk is None:
        return add_setting(form.instance, by=request.user, values=form.values())
    return change_setting(form.instance, by=request.user, values=form.values(), seen=form.was_seen)


def _in_words(event: AuditEvent) -> list[Change]:
    model = {"practice": Practice, "location": Location, "clinician": Clinician}
    fields = model[event.action.partition(".")[0]]._meta
    return [
        Change(str(fields.get_field(name).verbose_name), word(before), word(after))
        for name, (before, after) in event.detail.get("changes", {}).items()
    ]
