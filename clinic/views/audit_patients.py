"""Of one patient: who looked at the chart, and to whom the record was given."""

from datetime import UTC

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clinic.enums import Role
from clinic.forms.audit import DisclosureForm
from clinic.limits import files_limited
from clinic.permissions import allow
from clinic.services import audit
from clinic.services.audit_search import Question, ask, order_of, people_who_looked
from clinic.services.disclosures import YEARS, copies_of, disclosures_of, record_disclosure
from clinic.spreadsheets import csv_lines
from clinic.views.patients import about
from clinic.views.patients_reach import patient_or_404
from clinic.views.proving import fresh_proof_required

COPIES = 100
CSV_HEAD = ("Given on", "To", "Address", "What", "Purpose", "Why", "Recorded by", "Recorded (UTC)")


@allow(Role.ADMIN)
@require_GET
def patient_looks(request, pk):
    """Everybody who looked at or changed the chart, then every event of it."""
    row = patient_or_404(pk, request.user)
    page = ask(
        Question(patient=row),
        practice=request.practice,
        order=order_of("-at"),
        after=request.GET.get("after", ""),
    )
    people = people_who_looked(row)
    audit.record("patient.looks_viewed", actor=request.user, subject=row, patient_id=row.pk)
    context = {"patient": row, "about": about(row), "page": page, "people": people}
    return render(request, "clinic/audit_patient.html", context)


@allow(Role.OFFICE, Role.ADMIN)
@require_http_methods(["GET", "POST"])
def patient_disclosures(request, pk):
    row = patient_or_404(pk, request.user)
    form = DisclosureForm(request.POST or None, initial={"given_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        record_disclosure(row, by=request.user, values=form.cleaned_data)
        messages.success(request, "Recorded. It stays as written.")
        return redirect("patient_disclosures", pk=row.pk)
    audit.record("disclosures.viewed", actor=request.user, subject=row, patient_id=row.pk)
    context = {
        "patient": row,
        "about": about(row),
        "form": form,
        "disclosures": list(disclosures_of(row)),
        "copies": list(copies_of(row)[:COPIES]),
        "years": YEARS,
    }
    status = 422 if form.is_bound else 200
    return render(request, "clinic/disclosures.html", context, status=status)


@allow(Role.OFFICE, Role.ADMIN)
@require_GET
@fresh_proof_required
@files_limited
def disclosures_csv(request, pk):
    """The accounting that a patient may ask for: six years, treatment and payment left out."""
    row = patient_or_404(pk, request.user)
    rows = disclosures_of(row, counted_only=True)
    audit.record("disclosures.exported", actor=request.user, subject=row, patient_id=row.pk)
    lines = csv_lines(
        CSV_HEAD,
        (
            (
                given.given_on.isoformat(), given.recipient, given.recipient_address, given.what,
                given.get_purpose_display(), given.basis, str(given.recorded_by),
                given.recorded_at.astimezone(UTC).isoformat(timespec="seconds"),
            )
            for given in rows
        ),
    )  # fmt: skip
    response = HttpResponse("".join(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="disclosures.csv"'
    response["Cache-Control"] = "private, no-store"
    return response
