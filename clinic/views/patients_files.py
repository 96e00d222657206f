"""Uploaded scans: taken in checked, given out as attachments only."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from clinic.errors import NotAllowed
from clinic.forms.patients import FileForm
from clinic.models import PatientFile
from clinic.permissions import EVERYONE, allow
from clinic.services import audit
from clinic.services.patients_files import strike_file, upload_file
from clinic.views.patients import REGISTER, front_page
from clinic.views.patients_reach import patient_or_404


@allow(*EVERYONE)
@require_POST
def upload(request, pk):
    row = patient_or_404(pk, request.user)
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            upload_file(row, by=request.user, **form.cleaned_data)
        except NotAllowed as refusal:
            form.add_error("upload", str(refusal))
        else:
            messages.success(request, "File kept.")
            return redirect("patient", pk=row.pk)
    context = front_page(request, row, file_form=form)
    return render(request, "clinic/patient.html", context, status=422)


@allow(*EVERYONE)
@require_GET
def download(request, pk, file_id):
    row = patient_or_404(pk, request.user)
    file = get_object_or_404(PatientFile, public_id=file_id, patient=row)
    audit.record("file.downloaded", actor=request.user, subject=file, patient_id=row.pk)
    response = HttpResponse(bytes(file.content), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{file.original_name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = (
        "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; sandbox"
    )
    response["Cache-Control"] = "private, no-store"
    return response


@allow(*REGISTER)
@require_POST
def strike(request, pk, file_id):
    row = patient_or_404(pk, request.user)
    file = get_object_or_404(PatientFile, public_id=file_id, patient=row)
    try:
        strike_file(file, by=request.user, because=request.POST.get("because", "")[:200])
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The file is struck: it stays in the history.")
    return redirect("patient", pk=row.pk)
