"""Batches: asking, watching, canceling, fetching what was made."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from billing.desk_enums import JobState
from billing.models import ChargeSet, DeskJob
from billing.services.batches import ask_for_print, cancel, zip_of
from billing.views.superbills import DESK, key_of
from clinic.errors import HandlineError
from clinic.permissions import allow
from clinic.services import audit

TONES = {
    JobState.QUEUED: "planned",
    JobState.RUNNING: "info",
    JobState.DONE: "ok",
    JobState.FAILED: "danger",
    JobState.CANCELED: "void",
}
PATIENCE = 20  # seconds that a job may wait before the page asks whether a worker runs


def selected(request) -> list[ChargeSet]:
    """The ticked visits, in the order of the list; those of another practice are not there."""
    keys = []
    for text in request.POST.getlist("visit")[:1001]:
        try:
            keys.append(uuid.UUID(text))
        except ValueError:
            continue
    rows = ChargeSet.objects.filter(note__visit__public_id__in=keys).select_related("note__visit")
    found = {row.note.visit.public_id: row for row in rows}
    return [found[key] for key in dict.fromkeys(keys) if key in found]


@allow(*DESK)
@require_POST
def print_batch(request):
    try:
        job = ask_for_print(selected(request), by=request.user, submit_key=key_of(request))
    except HandlineError as refusal:
        messages.error(request, str(refusal))
        return redirect("billing:superbills")
    return redirect("billing:batch", public_id=job.public_id)


@allow(*DESK)
@require_GET
def batch_list(request):
    jobs = list(DeskJob.objects.select_related("asked_by").order_by("-asked_at")[:50])
    for job in jobs:
        job.tone = TONES[JobState(job.state)]
    audit.record("batches.viewed", actor=request.user)
    return render(request, "billing/batches.html", {"jobs": jobs})


@allow(*DESK)
@require_GET
def batch(request, public_id):
    job = get_object_or_404(DeskJob.objects.select_related("asked_by"), public_id=public_id)
    if not request.htmx:
        audit.record("batch.viewed", actor=request.user, subject=job)
    template = "billing/_partials/batch.html" if request.htmx else "billing/batch.html"
    return render(request, template, _context(job))


def _context(job: DeskJob) -> dict:
    names = dict(
        ChargeSet.objects.filter(pk__in=[pk for pk, _ in job.failures]).values_list(
            "pk", "note__visit__public_id"
        )
    )
    rows = {
        row.pk: row
        for row in ChargeSet.objects.filter(pk__in=names).select_related("note__visit__patient")
    }
    waited = (timezone.now() - job.asked_at).total_seconds()
    return {
        "job": job,
        "tone": TONES[JobState(job.state)],
        "share": round(100 * job.done / job.total) if job.total else 100,
        "failures": [(rows[pk].note.visit, words) for pk, words in job.failures if pk in rows],
        "file": job.files.defer("content").first(),
        "no_worker": job.state == JobState.QUEUED and waited > PATIENCE,
    }


@allow(*DESK)
@require_POST
def cancel_batch(request, public_id):
    job = get_object_or_404(DeskJob, public_id=public_id)
    try:
        cancel(job, by=request.user)
    except HandlineError as refusal:
        messages.error(request, str(refusal))
    return redirect("billing:batch", public_id=public_id)


@allow(*DESK)
@require_GET
def batch_pdf(request, public_id):
    job = get_object_or_404(DeskJob, public_id=public_id)
    file = job.files.first()
    if file is None:
        raise Http404
    audit.record("batch.opened", actor=request.user, subject=job, sha256=file.sha256)
    return _file(bytes(file.content), file.name, file.content_type, inline=True)


@allow(*DESK)
@require_GET
def batch_zip(request, public_id):
    job = get_object_or_404(DeskJob, public_id=public_id, state=JobState.DONE)
    audit.record("batch.originals", actor=request.user, subject=job)
    return _file(zip_of(job), "superbills.zip", "application/zip", inline=False)


def _file(content: bytes, name: str, kind: str, *, inline: bool) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    how = "inline" if inline else "attachment"
    response["Content-Disposition"] = f'{how}; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
