"""Merging two records of one person, and undoing it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.models import PatientMerge
from clinic.permissions import allow
from clinic.services import audit
from clinic.services.patients_duplicates import likely_duplicates
from clinic.services.patients_merge import merge_patients, undo_merge
from clinic.services.patients_search import search_patients
from clinic.views.patients_reach import patient_or_404

MERGE = (Role.OFFICE, Role.ADMIN)


@allow(*MERGE)
@require_http_methods(["GET", "POST"])
def merge(request, pk):
    """Choose the record that is to go into this one, compare, then say so."""
    row = patient_or_404(pk, request.user)
    if request.method == "POST":
        other = patient_or_404(_number(request.POST.get("other", "")), request.user)
        try:
            merge_patients(row, other, by=request.user)
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{other.record_number} is now part of {row.record_number}.")
            return redirect("patient", pk=row.pk)
    audit.record("patient.viewed", actor=request.user, subject=row, patient_id=row.pk)
    text = request.GET.get("q", "").strip()[:100]
    found = [p for p in search_patients(text, user=request.user) if p.pk != row.pk] if text else []
    context = {
        "patient": row,
        "q": text,
        "found": found,
        "likenesses": likely_duplicates(
            first_name=row.first_name,
            last_name=row.last_name,
            born_on=row.born_on,
            phone=row.phone,
            but=row.pk,
        ),
    }
    return render(request, "clinic/patient_merge.html", context)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


@allow(*MERGE)
@require_POST
def unmerge(request, pk, merge_pk):
    row = patient_or_404(pk, request.user)
    try:
        undo_merge(get_object_or_404(PatientMerge, pk=merge_pk, kept=row), by=request.user)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The two records are apart again.")
    return redirect("patient", pk=row.pk)
