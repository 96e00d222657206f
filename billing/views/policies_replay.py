"""Replaying a version on signed visits: with progress, and each visit side by side."""

import json
from collections.abc import Iterator

from django.http import JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from billing.forms.payers import ReplayForm
from billing.models import ChargeSet, PayerPolicy
from billing.presentation import dollars
from billing.services.policies import engine_policy
from billing.services.replay import (
    MOST_SHOWN,
    Bench,
    Tally,
    derive_row,
    frozen_fees,
    frozen_result,
    replay,
    replay_after,
    stored_row,
)
from billing.services.simulator import side_by_side, side_of
from billing.views.policies_common import version_or_404
from clinic.enums import Role
from clinic.permissions import allow
from clinic.scope import scope
from clinic.services import audit
from clinic.submit_once import repeatable


def _asked(request, row: PayerPolicy, data) -> ReplayForm:
    form = ReplayForm(data) if data.get("first") or data.get("last") else ReplayForm.last_90_days()
    if form.is_valid():
        span = {key: form.cleaned_data[key].isoformat() for key in ("first", "last")}
        audit.record("policy.replayed", actor=request.user, subject=row, **span)
    return form


@allow(Role.ADMIN)
@require_GET
def replay_page(request, pk, version):
    """The whole result at once: what a browser without scripts gets."""
    row = version_or_404(pk, version)
    form = _asked(request, row, request.GET)
    context = {"payer": row.payer, "row": row, "form": form}
    if form.is_valid() and request.GET:
        context |= _found(row, form)
    status = 200 if form.is_valid() else 422
    return render(request, "billing/replay.html", context, status=status)


def _found(row: PayerPolicy, form: ReplayForm) -> dict:
    """The whole result; or, on a further page, only the visits that come next."""
    span, policy = form.span, engine_policy(row)
    if place := form.cleaned_data["after"]:
        found = replay_after(row.payer, policy, place, last=span["last"])
        return {"next": found, "full": len(found) == MOST_SHOWN, "span": span}
    *_, tally = replay(row.payer, policy, **span)
    return {"result": _shown(row, tally, span)}


@repeatable
@allow(Role.ADMIN)
@require_POST
def replay_stream(request, pk, version):
    """One JSON object a line: how far it is, and at the end the result as a fragment."""
    row = version_or_404(pk, version)
    form = _asked(request, row, request.POST)
    if not form.is_valid():
        errors = [error for errors in form.errors.values() for error in errors]
        return JsonResponse({"error": " ".join(errors)}, status=422)
    steps = _steps(row, form, practice=request.practice)
    answer = StreamingHttpResponse(steps, content_type="application/x-ndjson")
    answer["X-Accel-Buffering"] = "no"
    answer["Cache-Control"] = "no-store"
    return answer


def _steps(row: PayerPolicy, form: ReplayForm, *, practice) -> Iterator[str]:
    """Read after the request's scope has ended, so each part opens its own."""
    tally = None
    for tally in replay(row.payer, engine_policy(row), **form.span):
        progress = {"done": tally.done, "total": tally.total, "changed": tally.changed}
        yield json.dumps(progress) + "\n"
    with scope(practice), timezone.override(practice.zone):
        context = {"payer": row.payer, "row": row, "result": _shown(row, tally, form.span)}
        html = render_to_string("billing/_partials/replay_result.html", context)
    yield json.dumps({"html": html}) + "\n"


def _shown(row: PayerPolicy, tally: Tally, span: dict) -> dict:
    """The tally with its money in dollars and its lines as chips."""
    return {
        "tally": tally,
        "dollars_up": dollars(tally.cents_up),
        "dollars_down": dollars(tally.cents_down),
        "gained": sorted(tally.gained.items()),
        "lost": sorted(tally.lost.items()),
        "more": max(0, tally.changed - MOST_SHOWN),
        "span": span,
    }


@allow(Role.ADMIN)
@require_GET
def replay_visit(request, pk, version, visit_id):
    """One signed visit: as it was billed, and as this version would bill it."""
    row = version_or_404(pk, version)
    rows = ChargeSet.objects.select_related("note__visit__patient", "policy")
    charge_set = get_object_or_404(
        rows, note__visit__public_id=visit_id, note__visit__coverage__payer=pk
    )
    visit = charge_set.note.visit
    audit.record(
        "policy.replay_visit_viewed",
        actor=request.user,
        subject=charge_set,
        patient_id=visit.patient_id,
    )
    fees = frozen_fees(charge_set)
    bench = Bench(row.payer, engine_policy(row))
    result = derive_row(stored_row(charge_set), bench)
    fees = {line.code: bench.fee(line.code, visit.date) for line in result.lines} | fees
    comparison = side_by_side(
        side_of(_signed_under(charge_set), frozen_result(charge_set), fees),
        side_of(row.name, result, fees),
        fees,
    )
    context = {"payer": row.payer, "row": row, "visit": visit, "comparison": comparison,
               "signed_by": charge_set.policy_label}  # fmt: skip
    return render(request, "billing/replay_visit.html", context)


def _signed_under(charge_set: ChargeSet) -> str:
    return f"As signed, v{charge_set.policy.version}" if charge_set.policy else "As signed"
