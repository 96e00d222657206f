"""The record of a visit beside its timeline: measures, scores, findings, purposes, supervision."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.errors import NotAllowed
from clinic.models import PatientAlert
from clinic.permissions import CLINICAL, allow
from clinic.services import audit
from notes.forms.visit_record import (
    AnswerForm,
    MeasureForm,
    PurposeForm,
    ScoreForm,
    SegmentForm,
    SupervisionForm,
)
from notes.models import SupervisionFact
from notes.queries import blocks_of, diagnoses_of, procedures_of
from notes.scores import SCALES, meaning
from notes.services import measures as services
from notes.services.elsewhere import clashes_of
from notes.services.gaps import thrust_of
from notes.services.goals import open_goals
from notes.services.measures_flow import label_of
from notes.services.measures_people import minutes_by_person
from notes.views.reach import visit_or_404
from notes.views.workbench import strip_facts
from notes.words import meanings_on


def _draft(request, visit_id):
    visit = visit_or_404(visit_id, request.user)
    if not hasattr(visit, "note"):
        raise Http404
    return visit


@allow(*CLINICAL)
@require_GET
def record(request, visit_id):
    visit = _draft(request, visit_id)
    audit.record(
        "visit_record.viewed", actor=request.user, subject=visit.note, patient_id=visit.patient_id
    )
    return render(request, "notes/visit_record.html", record_page(visit))


def record_page(visit, **forms) -> dict:
    """The page's context; the charting page may show any of its parts by itself."""
    note = visit.note
    blocks, procedures = list(blocks_of(note)), list(procedures_of(note))
    meanings_on(visit.date).read_into(blocks, procedures)
    diagnoses = list(diagnoses_of(visit))
    goals = open_goals(visit.episode, visit.date)
    return {
        "visit": visit,
        "note": note,
        "facts": strip_facts(visit, diagnoses),
        "measurements": [
            (row, label_of(row.kind, row.site, row.side)) for row in note.measurements.all()
        ],
        "scores": [(row, meaning(row.instrument, row.score_tenths))
                   for row in note.outcome_scores.all()],
        "scales": list(SCALES.values()),
        "findings": list(note.segment_findings.all()),
        "goals": goals,
        "purposes": _purposes(note, blocks, goals),
        "people": minutes_by_person(note, blocks, procedures),
        "clashes": clashes_of(note, blocks),
        "supervision": SupervisionFact.objects.filter(note=note).first(),
        "needs_supervision": note.author.is_assistant,
        "alerts": _alerts(note, blocks, procedures),
        "measure_form": MeasureForm(),
        "segment_form": SegmentForm(),
        "supervision_form": SupervisionForm(),
    } | forms  # fmt: skip


def _purposes(note, blocks, goals) -> list[tuple]:
    known = {row.block_id: row for row in note.purposes.all()}
    rows = []
    for number, block in enumerate(blocks, start=1):
        row = known.get(block.public_id)
        initial = {"block_id": block.public_id}
        if row is not None:
            initial |= {"rationale": row.rationale, "goals": row.goals}
        form = PurposeForm(note=note, goals=goals, initial=initial, auto_id=f"b{number}_%s")
        rows.append((number, block, form))
    return rows


def _alerts(note, blocks, procedures) -> list[tuple]:
    """Alerts that speak against a thrust of this visit, with the answer given."""
    given = thrust_of(blocks, procedures)
    if not given:
        return []
    alerts = PatientAlert.objects.filter(
        patient=note.visit.patient_id, no_thrust=True, ended_on=None
    )
    answers = {row.alert_id: row.reason for row in note.alert_answers.all()}
    return [(alert, given, answers.get(alert.pk, "")) for alert in alerts]


def _saved(request, visit, form, save, anchor: str, name: str):
    """Write if the form is right; else the page with what was typed and the sentence."""
    if form.is_valid():
        try:
            save()
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(reverse("notes:visit_record", args=[visit.public_id]) + f"#{anchor}")
    context = record_page(visit, **{name: form})
    return render(request, "notes/visit_record.html", context, status=422)


@allow(*CLINICAL)
@require_POST
def measure(request, visit_id):
    visit = _draft(request, visit_id)
    form = MeasureForm(request.POST)
    return _saved(
        request, visit, form,
        lambda: services.save_measurement(visit.note, by=request.user, **form.entry()),
        "measures", "measure_form",
    )  # fmt: skip


@allow(*CLINICAL)
@require_POST
def finding(request, visit_id):
    visit = _draft(request, visit_id)
    form = SegmentForm(request.POST)
    return _saved(
        request, visit, form,
        lambda: services.save_finding(visit.note, by=request.user, **form.cleaned_data),
        "findings", "segment_form",
    )  # fmt: skip


@allow(*CLINICAL)
@require_POST
def supervision(request, visit_id):
    visit = _draft(request, visit_id)
    form = SupervisionForm(request.POST)
    return _saved(
        request, visit, form,
        lambda: services.save_supervision(visit.note, by=request.user, **form.cleaned_data),
        "supervision", "supervision_form",
    )  # fmt: skip


@allow(*CLINICAL)
@require_http_methods(["GET", "POST"])
def score(request, visit_id, instrument):
    """The items of one questionnaire: figures only, its wording stays on the patient's paper."""
    visit = _draft(request, visit_id)
    if instrument not in SCALES:
        raise Http404
    known = visit.note.outcome_scores.filter(instrument=instrument).first()
    initial = {f"item_{n}": a for n, a in enumerate(known.answers, start=1)} if known else {}
    form = ScoreForm(request.POST or None, instrument=instrument, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.save_score(
                visit.note, by=request.user, instrument=instrument, answers=form.answers()
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(reverse("notes:visit_record", args=[visit.public_id]) + "#scores")
    audit.record("visit_record.viewed", actor=request.user, patient_id=visit.patient_id)
    context = {"form": form, "visit": visit, "scale": form.scale,
               "facts": strip_facts(visit, list(diagnoses_of(visit)))}  # fmt: skip
    status = 422 if form.is_bound else 200
    return render(request, "notes/score.html", context, status=status)


@allow(*CLINICAL)
@require_POST
def purpose(request, visit_id):
    visit = _draft(request, visit_id)
    goals = open_goals(visit.episode, visit.date)
    form = PurposeForm(request.POST, note=visit.note, goals=goals)
    return _told(
        request, visit, form, "purposes",
        lambda: services.save_purpose(visit.note, by=request.user, **form.cleaned_data),
    )  # fmt: skip


@allow(*CLINICAL)
@require_POST
def answer(request, visit_id):
    visit = _draft(request, visit_id)
    form = AnswerForm(request.POST)

    def save():
        alert = get_object_or_404(
            PatientAlert, pk=form.cleaned_data["alert"], patient=visit.patient_id
        )
        services.answer_alert(
            visit.note, by=request.user, alert=alert, reason=form.cleaned_data["reason"]
        )

    return _told(request, visit, form, "alerts", save)


@allow(*CLINICAL)
@require_POST
def remove(request, visit_id):
    visit = _draft(request, visit_id)
    what, pk = request.POST.get("what", ""), request.POST.get("pk", "")
    if what not in ("measurement", "score", "finding") or not pk.isdecimal() or len(pk) > 18:
        raise Http404
    try:
        services.remove(visit.note, by=request.user, what=what, pk=int(pk))
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("notes:visit_record", visit_id=visit.public_id)


def _told(request, visit, form, anchor: str, save):
    """For rows with a form each: a refusal is said above the page."""
    if not form.is_valid():
        messages.error(request, " ".join(e for errors in form.errors.values() for e in errors))
    else:
        try:
            save()
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
    return redirect(reverse("notes:visit_record", args=[visit.public_id]) + f"#{anchor}")
