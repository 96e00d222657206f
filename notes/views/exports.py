"""Everything out: one patient's record, or the practice's, with its progress."""

import time

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clinic.enums import Role
from clinic.limits import files_limited
from clinic.permissions import allow
from clinic.scope import scope
from clinic.services import audit
from clinic.views.patients_reach import patient_or_404
from clinic.views.proving import fresh_proof_required
from notes.exchange.exporting import archive, ask_export
from notes.models import ExportJob

MAY = (Role.OFFICE, Role.ADMIN)
EVERY = 0.7  # seconds between two notes of the progress


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
@fresh_proof_required
def exports(request):
    """The whole practice; for the admin."""
    if request.method == "POST":
        return redirect("notes:export", job_id=ask_export(by=request.user).public_id)
    audit.record("exports.viewed", actor=request.user)
    jobs = ExportJob.objects.select_related("asked_by", "patient")[:30]
    return render(request, "notes/exports.html", {"jobs": jobs})


@allow(*MAY)
@require_http_methods(["GET", "POST"])
@fresh_proof_required
def patient_export(request, pk):
    patient = patient_or_404(pk, request.user)
    if request.method == "POST":
        job = ask_export(by=request.user, patient=patient)
        return redirect("notes:export", job_id=job.public_id)
    audit.record("exports.viewed", actor=request.user, patient_id=patient.pk)
    return render(request, "notes/exports.html", {"patient": patient})


def _job(request, job_id) -> ExportJob:
    """One's own: what another person asked for is not to be found."""
    return get_object_or_404(ExportJob, public_id=job_id, asked_by=request.user)


@allow(*MAY)
@require_GET
def export(request, job_id):
    job = _job(request, job_id)
    audit.record("export.viewed", actor=request.user, subject=job)
    share = job.done * 100 // job.total if job.total else 0
    context = {"job": job, "share": min(100, 100 if job.finished_at else share)}
    template = "notes/_partials/export_bar.html" if request.htmx else "notes/export.html"
    return render(request, template, context)


@allow(*MAY)
@require_GET
@fresh_proof_required
@files_limited
def download(request, job_id):
    """The ZIP, written while it is sent."""
    job = _job(request, job_id)
    audit.record("record.downloaded", actor=request.user, subject=job, patient_id=job.patient_id)
    practice, last = request.practice, [0.0]

    def note_progress(done: int) -> None:
        if time.monotonic() - last[0] > EVERY:
            last[0] = time.monotonic()
            ExportJob.objects.filter(pk=job.pk).update(done=done)

    def chunks():
        yield from archive(
            practice, now=timezone.now(), patient=job.patient, progress=note_progress
        )
        with scope(practice):
            ExportJob.objects.filter(pk=job.pk).update(done=job.total, finished_at=timezone.now())

    response = StreamingHttpResponse(chunks(), content_type="application/zip")
    name = job.patient.record_number if job.patient else "practice"
    response["Content-Disposition"] = f'attachment; filename="handline-{name}.zip"'
    response["Cache-Control"] = "private, no-store"
    return response
