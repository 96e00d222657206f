"""Plan of care, certification, goals, progress reports."""

import uuid
from datetime import timedelta

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from clinic.errors import HandlineError
from clinic.permissions import EVERYONE, allow
from clinic.services import audit
from clinic.views.patients import about
from clinic.views.pdf import serve
from clinic.views.proving import prove, standing_proof
from notes.enums import GoalState
from notes.forms.record import (
    CertificationForm,
    GoalForm,
    PlanForm,
    ProgressForm,
    ProofForm,
    SettleForm,
)
from notes.models import Goal, PlanOfCare, ProgressReport
from notes.models.episodes import LONGEST_CERTIFICATION
from notes.services import goals as goal_services
from notes.services import plans as services
from notes.services.plans_days import days_since_report
from notes.services.plans_paper import PLAN_ATTESTATION, sign_plan
from notes.services.plans_progress import ATTESTATION, GoalProgress, sign_progress_report
from notes.views.episodes import DESK, WRITES
from notes.views.record_reach import episode_or_404
from notes.views.record_sheet import episode_url, sheet


@allow(*WRITES)
@require_http_methods(["GET", "POST"])
def plan_new(request, pk):
    row = episode_or_404(pk, request.user)
    start = timezone.localdate() if row.plans.exists() else row.started_on
    initial = {"starts_on": start, "ends_on": start + LONGEST_CERTIFICATION}
    return sheet(
        request, PlanForm(request.POST or None, initial=initial), title="Plan of care",
        episode=row, back=episode_url(row, "plan"),
        save=lambda values: services.add_plan(row, by=request.user, values=values),
        done="The plan is kept. Set its goals, then send it to the physician.",
        patient_id=row.patient_id,
    )  # fmt: skip


@allow(*DESK)
@require_http_methods(["GET", "POST"])
def certify(request, pk, plan_pk):
    row = episode_or_404(pk, request.user)
    plan = get_object_or_404(PlanOfCare, pk=plan_pk, episode=row)
    order = row.orders.first()
    initial = {
        "on": timezone.localdate(),
        "provider_name": order.provider_name if order else "",
        "kind": "received" if plan.sent_on else "sent",
    }
    form = CertificationForm(request.POST or None, patient=row.patient, initial=initial)
    return sheet(
        request, form, title="Certification of the plan of care", episode=row,
        back=episode_url(row, "certification"),
        save=lambda values: services.record_certification(plan, by=request.user, **values),
        done="Recorded.", patient_id=row.patient_id,
        hint="Since 2025 a signed order on file and proof that the plan was sent within 30 days "
             "stand in for the first signature; a recertification is signed.",
    )  # fmt: skip


@sensitive_post_parameters("password")
@allow(*WRITES)
@require_http_methods(["GET", "POST"])
def plan_sign(request, pk, plan_pk):
    row = episode_or_404(pk, request.user)
    plan = get_object_or_404(PlanOfCare, pk=plan_pk, episode=row)
    form = ProofForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            proof = prove(request, **form.cleaned_data)
            sign_plan(plan, by=request.user, proof=proof)
        except HandlineError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, "The plan is signed. Send it to the physician, then record that."
            )
            return redirect(episode_url(row, "plan"))
    audit.record("record.viewed", actor=request.user, patient_id=row.patient_id, sheet="plan")
    context = _signing(request, row, form) | {
        "plan": plan,
        "goals": row.goal_rows.filter(state=GoalState.OPEN),
        "attestation": PLAN_ATTESTATION,
    }
    status = 422 if form.is_bound else 200
    return render(request, "notes/plan_sign.html", context, status=status)


def _signing(request, row, form) -> dict:
    return {
        "form": form,
        "proof": standing_proof(request),
        "episode": row,
        "patient": row.patient,
        "about": about(row.patient),
    }


@allow(*EVERYONE)
@require_GET
def plan_pdf(request, pk, plan_pk):
    row = episode_or_404(pk, request.user)
    plan = get_object_or_404(PlanOfCare, pk=plan_pk, episode=row, document__isnull=False)
    return _paper(request, plan.document)


@allow(*WRITES)
@require_http_methods(["GET", "POST"])
def goal_new(request, pk):
    row = episode_or_404(pk, request.user)
    today = timezone.localdate()
    form = GoalForm(request.POST or None, initial={"due_on": today + timedelta(weeks=6)})
    return sheet(
        request, form, title="Goal", episode=row, back=episode_url(row, "goals"),
        save=lambda values: goal_services.add_goal(row, by=request.user, on=today, values=values),
        done="The goal has its number, and keeps it.", patient_id=row.patient_id,
        hint="Name the measure as it is charted, such as “Shoulder flexion, left” or “NDI”: then "
             "the goal shows in the trend and on the note.",
    )  # fmt: skip


@allow(*WRITES)
@require_http_methods(["GET", "POST"])
def goal_settle(request, pk, goal_pk):
    row = episode_or_404(pk, request.user)
    goal = get_object_or_404(Goal, pk=goal_pk, episode=row)
    form = SettleForm(request.POST or None, initial={"on": timezone.localdate()})
    return sheet(
        request, form, title=f"Settle goal {goal}", episode=row, back=episode_url(row, "goals"),
        save=lambda values: goal_services.settle_goal(goal, by=request.user, **values),
        done=f"Goal {goal.number} is settled.", patient_id=row.patient_id,
    )  # fmt: skip


@sensitive_post_parameters("password")
@allow(*WRITES)
@require_http_methods(["GET", "POST"])
def progress_new(request, pk):
    row = episode_or_404(pk, request.user)
    goals = row.goal_rows.filter(state=GoalState.OPEN)
    today = timezone.localdate()
    initial = {"submit_key": uuid.uuid4(), "on": today}
    form = ProgressForm(request.POST or None, goals=goals, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            _sign(request, row, form)
        except HandlineError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Progress report signed.")
            return redirect(episode_url(row, "progress"))
    audit.record("record.viewed", actor=request.user, patient_id=row.patient_id, sheet="progress")
    context = _signing(request, row, form) | {
        "days": days_since_report(row, today),
        "attestation": ATTESTATION,
    }
    status = 422 if form.is_bound else 200
    return render(request, "notes/progress_new.html", context, status=status)


def _sign(request, row, form) -> ProgressReport:
    data = form.cleaned_data
    proof = prove(request, password=data["password"], credential=data["credential"])
    return sign_progress_report(
        row,
        by=request.user,
        submit_key=data["submit_key"],
        on=data["on"],
        summary=data["summary"],
        continuing=data["continuing"],
        goals=[
            GoalProgress(g.number, data[f"now_{g.number}"], data[f"state_{g.number}"])
            for g in form.goals
        ],
        method=proof.method,
        proved_at=proof.at,
    )


@allow(*EVERYONE)
@require_GET
def progress(request, pk, report_pk):
    row = episode_or_404(pk, request.user)
    report = get_object_or_404(ProgressReport, pk=report_pk, episode=row)
    audit.record(
        "progress_report.viewed", actor=request.user, subject=report, patient_id=row.patient_id
    )
    context = {"report": report, "episode": row, "patient": row.patient,
               "about": about(row.patient)}  # fmt: skip
    return render(request, "notes/progress.html", context)


@allow(*EVERYONE)
@require_GET
def progress_pdf(request, pk, report_pk):
    row = episode_or_404(pk, request.user)
    report = get_object_or_404(ProgressReport, pk=report_pk, episode=row, document__isnull=False)
    return _paper(request, report.document)


def _paper(request, document):
    download = "download" in request.GET
    return serve(document, to=request.user, download=download, asked=request.headers)
