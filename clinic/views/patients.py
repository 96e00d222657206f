"""The list of patients with its search, registration, the front page."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clinic.enums import Role
from clinic.errors import Conflict, NotAllowed
from clinic.forms.patients import (
    AlertForm,
    ConsentForm,
    ContactForm,
    CoverageForm,
    FileForm,
    PatientForm,
)
from clinic.limits import search_limited
from clinic.models import Patient
from clinic.permissions import EVERYONE, allow
from clinic.services import audit
from clinic.services.patients import LikelyDuplicate, change_patient, register_patient
from clinic.services.patients_search import search_patients, visible_patients
from clinic.views.patients_reach import patient_or_404

REGISTER = (Role.THERAPIST, Role.OFFICE, Role.ADMIN)
RECENT = 25
CARDS = 2


@allow(*EVERYONE)
@require_GET
@search_limited
def patients(request):
    text = request.GET.get("q", "").strip()[:100]
    if text:
        found = search_patients(text, user=request.user)
    else:
        found = list(visible_patients(request.user).order_by("-pk")[:RECENT])
    audit.record("patients.searched", actor=request.user, found=len(found))
    context = {"q": text, "patients": found, "may_register": request.user.role in REGISTER}
    part = request.htmx and not request.htmx.boosted
    template = "clinic/_partials/patient_rows.html" if part else "clinic/patients.html"
    return render(request, template, context)


@allow(*REGISTER)
@require_http_methods(["GET", "POST"])
def register(request):
    data = request.POST if request.method == "POST" else None
    form = PatientForm(data)
    cards = [CoverageForm(data, prefix=f"card{n}", initial=_card(n)) for n in range(1, CARDS + 1)]
    contact = ContactForm(data, prefix="contact")
    likenesses: list = []
    if data is not None:
        used = [card for card in cards if data.get(f"{card.prefix}-payer")]
        contacts = [contact] if data.get("contact-name") else []
        # Every form is asked, so that all mistakes are shown at once.
        answers = [x.is_valid() for x in (form, *used, *contacts)]
        if all(answers):
            try:
                patient = register_patient(
                    form.values(),
                    by=request.user,
                    coverages=[card.values() for card in used],
                    contacts=[one.cleaned_data for one in contacts],
                    is_another="is_another" in data,
                )
            except LikelyDuplicate as refusal:
                likenesses = refusal.likenesses
                form.add_error(None, str(refusal))
            except NotAllowed as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, f"{patient} is registered as {patient.record_number}.")
                return redirect("patient", pk=patient.pk)
    context = {"form": form, "cards": cards, "contact": contact, "likenesses": likenesses}
    return render(request, "clinic/patient_new.html", context, status=422 if form.errors else 200)


def _card(rank: int) -> dict:
    return {"rank": rank, "starts_on": timezone.localdate().replace(month=1, day=1)}


@allow(*EVERYONE)
@require_GET
def patient(request, pk):
    merged = Patient.objects.filter(pk=pk, merged_into__isnull=False).first()
    if merged is not None:
        patient_or_404(merged.merged_into_id, request.user)
        return redirect("patient", pk=merged.merged_into_id)
    row = patient_or_404(pk, request.user)
    audit.record("patient.viewed", actor=request.user, subject=row, patient_id=row.pk)
    return render(request, "clinic/patient.html", front_page(request, row))


def front_page(request, row: Patient, **forms) -> dict:
    """The front page's context. A form that came back with errors is shown as it was typed."""
    today = timezone.localdate()
    return {
        "patient": row,
        "about": about(row),
        "coverages": list(row.coverages.select_related("payer")),
        "contacts": list(row.contacts.all()),
        "alerts": list(row.alerts.filter(ended_on=None)),
        "past_alerts": list(row.alerts.exclude(ended_on=None)),
        "files": list(row.files.defer("content").select_related("uploaded_by")),
        "consents": list(row.consents.select_related("file").defer("file__content")),
        "merges": list(row.merges.filter(undone_at=None).select_related("merged")),
        "may_register": request.user.role in REGISTER,
        "may_merge": request.user.role in (Role.OFFICE, Role.ADMIN),
        "today": today,
        "alert_form": AlertForm(initial={"since": today}),
        "consent_form": ConsentForm(
            patient=row, initial={"given_on": today, "signed_by": str(row)}
        ),
        "contact_form": ContactForm(),
        "coverage_form": CoverageForm(initial={"starts_on": today, "rank": 1}),
        "file_form": FileForm(),
    } | forms


def about(row: Patient) -> str:
    age = row.age_on(timezone.localdate())
    born = f"{row.born_on:%b} {row.born_on.day}, {row.born_on.year}"
    return f"{age} {row.sex} · {born} · MRN {row.record_number}"


@allow(*REGISTER)
@require_http_methods(["GET", "POST"])
def edit(request, pk):
    row = patient_or_404(pk, request.user)
    form = PatientForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            change_patient(row, by=request.user, values=form.values(), seen=form.was_seen)
        except Conflict as conflict:
            form.meet(conflict)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Saved.")
            return redirect("patient", pk=row.pk)
    audit.record("patient.viewed", actor=request.user, subject=row, patient_id=row.pk)
    return render(
        request,
        "clinic/patient_edit.html",
        {"form": form, "patient": row},
        status=422 if form.is_bound else 200,
    )
