"""The charting screen's one address for edits, and the chart's state."""

import json
import uuid
from typing import Any

from django.http import Http404, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from clinic.enums import Role
from clinic.errors import Conflict, NotAllowed
from clinic.models import User
from clinic.permissions import allow
from clinic.services import audit
from clinic.submit_once import repeatable
from notes.forms.ops import Reader
from notes.models import Visit
from notes.services import ops as services
from notes.services.ops_state import state_of
from notes.views.reach import visit_or_404

UNREADABLE = "This edit could not be read: reload the page, then try again."


@repeatable  # each edit has a key of its own
@allow(Role.THERAPIST, Role.ASSISTANT)
@require_POST
def ops(request, visit_id):
    visit = _charted(request, visit_id)
    clinician = getattr(request.user, "clinician", None) or visit.clinician
    try:
        key, version, sent = _envelope(request)
        act = Reader(visit, clinician).read(sent)
        done = services.perform(visit.note, by=request.user, key=key, version=version, act=act)
    except services.Locked as refusal:
        return _answer(request, visit, {"error": str(refusal)}, status=423)
    except services.Stale as stale:
        return _answer(request, visit, {"stale": True, "error": str(stale)}, status=409)
    except Conflict as conflict:
        body = {"conflict": _theirs(conflict), "error": str(conflict)}
        return _answer(request, visit, body, status=409)
    except NotAllowed as refusal:
        return _answer(request, visit, {"error": str(refusal)}, status=422)
    response = _answer(request, visit, {"result": done.result}, status=200)
    if done.replayed:
        response["Idempotent-Replay"] = "true"
    return response


@allow(Role.THERAPIST, Role.ASSISTANT)
@require_GET
def state(request, visit_id):
    visit = _charted(request, visit_id)
    if request.GET.get("seen") != str(visit.note.version):
        audit.record(
            "chart.viewed", actor=request.user, subject=visit.note, patient_id=visit.patient_id
        )
    return _answer(request, visit, {}, status=200)


def _charted(request, visit_id) -> Visit:
    visit = visit_or_404(visit_id, request.user)
    if not hasattr(visit, "note"):
        raise Http404
    return visit


def _envelope(request) -> tuple[uuid.UUID, int, dict[str, Any]]:
    try:
        key = uuid.UUID(request.headers.get("Idempotency-Key", ""))
        version = int(request.headers.get("If-Match", "").strip('"'))
        sent = json.loads(request.body)
        json.dumps(sent, ensure_ascii=False).encode()  # half a surrogate pair cannot be stored
    except (ValueError, RecursionError) as error:
        raise NotAllowed(UNREADABLE) from error
    if not isinstance(sent, dict):
        raise NotAllowed(UNREADABLE)
    return key, version, sent


def _theirs(conflict: Conflict) -> dict[str, Any] | None:
    return services.last_change(conflict.theirs) if conflict.theirs is not None else None


def _answer(request, visit: Visit, body: dict[str, Any], *, status: int) -> JsonResponse:
    """What happened to the edit, and the chart as it is stored now."""
    fresh = _reread(visit, request.user)
    response = JsonResponse(body | {"state": state_of(fresh, fresh.note)}, status=status)
    response["ETag"] = f'"{fresh.note.version}"'
    response["Cache-Control"] = "no-store"
    return response


def _reread(visit: Visit, user: User) -> Visit:
    return visit_or_404(visit.public_id, user)
