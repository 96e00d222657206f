"""Keeping templates and sentences from the charting screen."""

import json
from typing import Any
from uuid import UUID

from django.http import JsonResponse
from django.views.decorators.http import require_POST

from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.permissions import allow
from clinic.submit_once import repeatable
from notes.forms.ops import read_entries
from notes.models import Visit
from notes.services.templates import drop_template, keep_template
from notes.services.texts_snippets import keep_snippet
from notes.views.reach import visit_or_404


@repeatable
@allow(Role.THERAPIST, Role.ASSISTANT)
@require_POST
def template(request, visit_id):
    visit = visit_or_404(visit_id, request.user)
    sent, clinician = _sent(request), _clinician(request, visit)
    if "forget" in sent:
        return _forget(request, clinician, str(sent["forget"]))
    try:
        row = keep_template(
            clinician,
            by=request.user,
            name=str(sent.get("name", ""))[:60],
            entries=read_entries(visit, clinician, sent.get("entries")),
            shared=bool(sent.get("shared")),
        )
    except NotAllowed as refusal:
        return JsonResponse({"error": str(refusal)}, status=422)
    return JsonResponse({"id": str(row.public_id), "name": row.name, "entries": row.entries})


def _forget(request, clinician, public_id: str) -> JsonResponse:
    try:
        drop_template(clinician, by=request.user, public_id=UUID(public_id))
    except ValueError:
        return JsonResponse({"error": "This template is not there any more."}, status=422)
    return JsonResponse({})


@repeatable
@allow(Role.THERAPIST, Role.ASSISTANT)
@require_POST
def snippet(request, visit_id):
    visit = visit_or_404(visit_id, request.user)
    sent = _sent(request)
    try:
        row = keep_snippet(
            _clinician(request, visit),
            by=request.user,
            section=str(sent.get("section", "")),
            label=str(sent.get("label", ""))[:40],
            text=str(sent.get("text", ""))[:500],
        )
    except NotAllowed as refusal:
        return JsonResponse({"error": str(refusal)}, status=422)
    return JsonResponse({"label": row.label, "text": row.text})


def _sent(request) -> dict[str, Any]:
    try:
        sent = json.loads(request.body)
    except ValueError:
        return {}
    return sent if isinstance(sent, dict) else {}


def _clinician(request, visit: Visit):
    return getattr(request.user, "clinician", None) or visit.clinician
