"""The audit trail on screen, and as a file."""

import json
from collections.abc import Iterator
from datetime import UTC
from urllib.parse import urlencode

from django.http import StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clinic.enums import Role
from clinic.forms.audit import TrailForm
from clinic.limits import files_limited
from clinic.models import AuditEvent, Patient
from clinic.permissions import allow
from clinic.scope import scope
from clinic.services import audit
from clinic.services.audit_anchors import last_anchor
from clinic.services.audit_search import COLUMNS, Order, Question, ask, every, order_of
from clinic.spreadsheets import csv_lines
from clinic.views.proving import fresh_proof_required

CHUNK = 1000
CSV_HEAD = (
    "Number", "Time (UTC)", "Who", "Role", "Act", "On", "Key", "Patient", "Ended", "Address",
    "Browser", "Session", "Request", "Detail", "Seal",
)  # fmt: skip


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def audit_trail(request):
    """The filters are sent by POST, so that no record number stands in an address."""
    form = TrailForm(request.POST or request.GET or None, practice=request.practice)
    if request.method == "POST" and form.is_valid():
        return redirect(f"{reverse('audit')}?{urlencode(form.as_address())}")
    question = form.question()
    order = order_of(request.GET.get("sort", ""))
    page = ask(question, practice=request.practice, order=order, after=request.GET.get("after", ""))
    audit.record("audit.viewed", actor=request.user, sort=str(order), asked=form.asked())
    context = {
        "form": form,
        "page": page,
        "rows": [(event, page.patients.get(event.patient_id)) for event in page.events],
        "heads": _heads(order),
        "asked": bool(form.asked()),
        "state": chain_state(request.practice),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "clinic/audit.html", context, status=status)


def _heads(order: Order) -> list[dict]:
    """Each column's head: pressed again it turns the order round."""
    return [
        {
            "label": column.label,
            "sort": column.key if str(order) == f"-{column.key}" else f"-{column.key}",
            "aria": ("descending" if order.down else "ascending")
            if order.column == column
            else "none",
        }
        for column in COLUMNS
    ]


def chain_state(practice) -> dict:
    """How long the chain is, when it was anchored, and what the last proof of it said."""
    proofs = AuditEvent.objects.filter(action="records.verified").order_by("-seq")
    return {
        "head": audit.head(practice.pk),
        "anchor": last_anchor(practice.pk),
        "proof": proofs.first(),
    }


@allow(Role.ADMIN)
@require_GET
@fresh_proof_required
@files_limited
def audit_csv(request):
    """All answers as a file, written while they are read."""
    form = TrailForm(request.GET, practice=request.practice)
    order = order_of(request.GET.get("sort", ""))
    audit.record("audit.exported", actor=request.user, sort=str(order), asked=form.asked())
    response = StreamingHttpResponse(
        _csv(request.practice, form.question(), order), content_type="text/csv; charset=utf-8"
    )
    name = f"audit-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _csv(practice, question: Question, order: Order) -> Iterator[str]:
    """Read after the request's scope has ended, so it opens its own."""
    with scope(practice), timezone.override(practice.zone):
        rows = every(question, practice=practice, order=order)
        numbers = dict(Patient.objects.values_list("pk", "record_number"))
        events = rows.iterator(chunk_size=CHUNK)
        yield from csv_lines(CSV_HEAD, (_cells(event, numbers) for event in events))


def _cells(event: AuditEvent, numbers: dict[int, str]) -> tuple:
    return (
        event.seq, event.at.astimezone(UTC).isoformat(),
        event.actor_name, event.actor_role, event.action, event.subject_type, event.subject_id,
        numbers.get(event.patient_id, event.patient_id), event.get_outcome_display(), event.ip,
        event.agent, event.session, event.request_id, json.dumps(event.detail, ensure_ascii=False),
        event.hash,
    )  # fmt: skip
