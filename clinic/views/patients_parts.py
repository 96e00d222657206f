"""Writes to parts of the front page: coverages, contacts, alerts, consents."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.enums import Role
from clinic.errors import Conflict, NotAllowed
from clinic.forms.patients import AlertForm, ConsentForm, ContactForm, CoverageForm, EndForm
from clinic.models import Consent, Coverage, PatientAlert, PatientContact
from clinic.permissions import EVERYONE, allow
from clinic.services import audit
from clinic.services.patients import remove_contact, save_contact, save_coverage
from clinic.services.patients_alerts import (
    end_alert,
    raise_alert,
    record_consent,
    withdraw_consent,
)
from clinic.views.patients import REGISTER, front_page
from clinic.views.patients_reach import patient_or_404


def _done(request, row, text: str):
    messages.success(request, text)
    return redirect("patient", pk=row.pk)


def _back(request, row, **forms):
    """The page with what was typed and why it was refused."""
    return render(request, "clinic/patient.html", front_page(request, row, **forms), status=422)


@allow(*REGISTER)
@require_POST
def add_coverage(request, pk):
    row = patient_or_404(pk, request.user)
    form = CoverageForm(request.POST)
    if not form.is_valid():
        return _back(request, row, coverage_form=form)
    save_coverage(row, by=request.user, values=form.values())
    return _done(request, row, "Coverage added.")


@allow(*REGISTER)
@require_http_methods(["GET", "POST"])
def coverage(request, pk, coverage_pk):
    row = patient_or_404(pk, request.user)
    card = get_object_or_404(Coverage, pk=coverage_pk, patient=row)
    form = CoverageForm(request.POST or None, instance=card)
    if request.method == "POST" and form.is_valid():
        try:
            save_coverage(
                row, by=request.user, values=form.values(), coverage=card, seen=form.was_seen
            )
        except Conflict as conflict:
            form.meet(conflict)
        else:
            return _done(request, row, "Coverage saved.")
    audit.record("coverage.viewed", actor=request.user, subject=card, patient_id=row.pk)
    context = {"form": form, "patient": row, "title": f"Coverage with {card.payer}"}
    status = 422 if form.is_bound else 200
    return render(request, "clinic/patient_part.html", context, status=status)


@allow(*EVERYONE)
@require_POST
def add_contact(request, pk):
    row = patient_or_404(pk, request.user)
    form = ContactForm(request.POST)
    if not form.is_valid():
        return _back(request, row, contact_form=form)
    save_contact(row, by=request.user, values=form.cleaned_data)
    return _done(request, row, "Contact added.")


@allow(*EVERYONE)
@require_POST
def drop_contact(request, pk, contact_pk):
    row = patient_or_404(pk, request.user)
    remove_contact(get_object_or_404(PatientContact, pk=contact_pk, patient=row), by=request.user)
    return _done(request, row, "Contact removed.")


@allow(*EVERYONE)
@require_POST
def add_alert(request, pk):
    row = patient_or_404(pk, request.user)
    form = AlertForm(request.POST)
    if not form.is_valid():
        return _back(request, row, alert_form=form)
    raise_alert(row, by=request.user, **form.cleaned_data)
    return _done(request, row, "Alert raised. It shows on the chart now.")


@allow(Role.THERAPIST, Role.OFFICE, Role.ADMIN)
@require_http_methods(["GET", "POST"])
def finish_alert(request, pk, alert_pk):
    row = patient_or_404(pk, request.user)
    alert = get_object_or_404(PatientAlert, pk=alert_pk, patient=row)
    form = EndForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            end_alert(alert, by=request.user, **form.cleaned_data)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            return _done(request, row, "Alert ended.")
    audit.record("alert.viewed", actor=request.user, subject=alert, patient_id=row.pk)
    context = {"form": form, "patient": row, "title": f"End the alert: {alert}"}
    status = 422 if form.is_bound else 200
    return render(request, "clinic/patient_part.html", context, status=status)


@allow(*EVERYONE)
@require_POST
def add_consent(request, pk):
    row = patient_or_404(pk, request.user)
    form = ConsentForm(request.POST, patient=row)
    if not form.is_valid():
        return _back(request, row, consent_form=form)
    record_consent(row, by=request.user, **form.cleaned_data)
    return _done(request, row, "Consent recorded.")


@allow(*REGISTER)
@require_POST
def drop_consent(request, pk, consent_pk):
    row = patient_or_404(pk, request.user)
    consent = get_object_or_404(Consent, pk=consent_pk, patient=row)
    try:
        withdraw_consent(consent, by=request.user, on=timezone.localdate())
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("patient", pk=row.pk)
    return _done(request, row, "Consent withdrawn.")
