"""The episode page and its sheets: facts, orders, authorizations, discharge."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.permissions import EVERYONE, allow
from clinic.services import audit
from clinic.views.patients import about
from clinic.views.patients_reach import patient_or_404
from notes.forms.record import (
    AuthorizationForm,
    DischargeForm,
    EpisodeForm,
    LymphedemaForm,
    OrderForm,
)
from notes.models import Lymphedema, Technique
from notes.services import episodes as services
from notes.services.diagnoses_sides import edition_on, favorites_of
from notes.services.measures_flow import series_of
from notes.services.plans_days import days_since_report, traction_visits, visits_in
from notes.views.record_reach import episode_or_404, visible_episodes
from notes.views.record_sheet import episode_url, sheet

WRITES = (Role.THERAPIST,)
DESK = (Role.THERAPIST, Role.OFFICE)
MOST_VISITS = 60


@allow(*EVERYONE)
@require_GET
def patient_episodes(request, pk):
    """The patient's episodes: a fragment of the front page, or a page of its own."""
    patient = patient_or_404(pk, request.user)
    rows = (
        visible_episodes(request.user)
        .filter(patient=patient)
        .select_related("clinician", "coverage__payer")
        .prefetch_related("diagnoses")
        .order_by("-started_on", "-pk")
    )
    audit.record("episodes.viewed", actor=request.user, patient_id=patient.pk)
    context = {"patient": patient, "episodes": rows, "may_open": request.user.role in DESK}
    template = (
        "notes/_partials/episode_rows.html" if request.htmx else "notes/patient_episodes.html"
    )
    return render(request, template, context)


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def episode_new(request, pk):
    patient = patient_or_404(pk, request.user)
    today = timezone.localdate()
    initial = {
        "started_on": today,
        "coverage": patient.coverages.order_by("rank").first(),
        "clinician": getattr(request.user, "clinician", None),
    }
    form = EpisodeForm(request.POST or None, patient=patient, initial=initial)
    return sheet(
        request,
        form,
        title=f"New episode of {patient}",
        episode=None,
        back=reverse("patient", args=[patient.pk]),
        save=lambda values: services.open_episode(patient, by=request.user, values=values),
        done="The episode is open. Add its diagnoses and the plan of care.",
        patient_id=patient.pk,
    )


@allow(*EVERYONE)
@require_GET
def episode(request, pk):
    row = episode_or_404(pk, request.user)
    audit.record("episode.viewed", actor=request.user, subject=row, patient_id=row.patient_id)
    return render(request, "notes/episode.html", episode_page(request, row))


def episode_page(request, row) -> dict:
    today = timezone.localdate()
    role = request.user.role
    authorizations = list(row.authorizations.all())
    for grant in authorizations:
        grant.used = visits_in(row, grant.starts_on, grant.ends_on).count()
    series = series_of(row)
    return {
        "episode": row,
        "patient": row.patient,
        "about": about(row.patient),
        "today": today,
        "edition": edition_on(today),
        "diagnoses": list(row.diagnoses.all()),
        "favorites": favorites_of(getattr(request.user, "clinician", None), on=today),
        "orders": list(row.orders.select_related("file").defer("file__content")),
        "technique_labels": dict(Technique.objects.values_list("key", "label")),
        "plans": list(row.plans.prefetch_related("events")),
        "goals": list(row.goal_rows.all()),
        "reports": list(row.progress_reports.all()),
        "authorizations": authorizations,
        "lymphedema": Lymphedema.objects.filter(episode=row).first(),
        "visits": list(
            row.visits.select_related("clinician", "note").order_by("-starts_at")[:MOST_VISITS]
        ),
        "report_day": days_since_report(row, today),
        "traction": traction_visits(row, until=today),
        "measured": len(series),
        "may_write": role in WRITES,
        "may_desk": role in DESK,
    }


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def episode_edit(request, pk):
    row = episode_or_404(pk, request.user)
    form = EpisodeForm(request.POST or None, instance=row, patient=row.patient)
    return sheet(
        request, form, title=f"Facts of {row.title}", episode=row, back=episode_url(row),
        save=lambda values: services.change_episode(
            row, by=request.user, values=values, seen=form.was_seen
        ),
        done="Saved.", patient_id=row.patient_id,
    )  # fmt: skip


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def order_new(request, pk):
    row = episode_or_404(pk, request.user)
    form = OrderForm(request.POST or None, patient=row.patient)
    return sheet(
        request, form, title="Order or referral", episode=row, back=episode_url(row, "orders"),
        save=lambda values: services.add_order(row, by=request.user, values=values),
        done="Order kept.", patient_id=row.patient_id,
    )  # fmt: skip


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def authorization_new(request, pk):
    row = episode_or_404(pk, request.user)
    form = AuthorizationForm(request.POST or None, initial={"starts_on": timezone.localdate()})
    return sheet(
        request, form, title="Authorization", episode=row, back=episode_url(row, "authorization"),
        save=lambda values: services.add_authorization(row, by=request.user, values=values),
        done="Authorization kept.", patient_id=row.patient_id,
    )  # fmt: skip


@allow(*WRITES)
@require_http_methods(["GET", "POST"])
def lymphedema(request, pk):
    row = episode_or_404(pk, request.user)
    known = Lymphedema.objects.filter(episode=row).first()
    form = LymphedemaForm(request.POST or None, instance=known)
    return sheet(
        request, form, title="Lymphedema facts", episode=row, back=episode_url(row),
        save=lambda values: services.save_lymphedema(
            row, by=request.user, values=values, seen=form.was_seen
        ),
        done="Saved.", patient_id=row.patient_id,
        hint="What reviewers look for where lymphatic drainage is billed.",
    )  # fmt: skip


@allow(*WRITES)
@require_http_methods(["GET", "POST"])
def discharge(request, pk):
    row = episode_or_404(pk, request.user)
    form = DischargeForm(request.POST or None, initial={"on": timezone.localdate()})
    return sheet(
        request, form, title=f"Discharge from {row.title}", episode=row, back=episode_url(row),
        save=lambda values: services.discharge(row, by=request.user, **values),
        done="The episode is closed.", patient_id=row.patient_id, button="Discharge",
    )  # fmt: skip


@allow(*WRITES)
@require_POST
def reopen(request, pk):
    row = episode_or_404(pk, request.user)
    try:
        services.reopen(row, by=request.user)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The episode is open again.")
    return redirect(episode_url(row))


@allow(*WRITES)
@require_POST
def diagnosis(request, pk):
    """Add, remove or lead with a diagnosis."""
    row = episode_or_404(pk, request.user)
    act, code = request.POST.get("act", ""), request.POST.get("code", "")[:8]
    if act not in ("add", "remove", "first"):
        raise Http404
    try:
        if act == "add":
            services.add_diagnosis(row, by=request.user, code=code, on=timezone.localdate())
        else:
            known = row.diagnoses.filter(code=code).first()
            if known is not None:
                change = services.remove_diagnosis if act == "remove" else services.make_first
                change(known, by=request.user)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect(episode_url(row, "diagnoses"))
