"""The charting screen's one address for edits, and the chart's state."""

import json
import uuid
from typing import Any

from django.http import JsonResponse
from django.views.decorators.http import require_GET, require_POST

from clinic.enums import Role
from clinic.errors import Conflict, NotAllowed
from clinic.models import Clinician, User
from clinic.permissions import allow
from clinic.services import audit
from clinic.submit_once import repeatable
from notes.forms.ops import Reader
from notes.models import Note, Visit
from notes.services import ops as services
from notes.services.ops_state import state_of
from notes.views.reach import charted_or_404
from notes.words import Meanings

UNREADABLE = "This edit could not be read: reload the page, then try again."


@repeatable  # each edit has a key of its own
@allow(Role.THERAPIST, Role.ASSISTANT)
@require_POST
def ops(request, visit_id):
    visit = charted_or_404(visit_id, request.user)
    reader = Reader(visit, _performer(visit, request.user))
    try:
        key, version, sent = _envelope(request)
        act = reader.read(sent)
        done = services.perform(visit.note, by=request.user, key=key, version=version, act=act)
    except services.Locked as refusal:
        return _answer(visit, {"error": str(refusal)}, status=423)
    except services.Stale as stale:
        return _answer(visit, {"stale": True, "error": str(stale)}, status=409)
    except Conflict as conflict:
        body = {"conflict": _theirs(conflict), "error": str(conflict)}
        return _answer(visit, body, status=409)
    except NotAllowed as refusal:
        return _answer(visit, {"error": str(refusal)}, status=422)
    response = _stored(visit, done.note, {"result": done.result}, words=reader.words)
    if done.replayed:
        response["Idempotent-Replay"] = "true"
    return response


@allow(Role.THERAPIST, Role.ASSISTANT)
@require_GET
def state(request, visit_id):
    visit = charted_or_404(visit_id, request.user)
    if request.GET.get("seen") != str(visit.note.version):
        audit.record(
            "chart.viewed", actor=request.user, subject=visit.note, patient_id=visit.patient_id
        )
    return _answer(visit, {}, status=200)


def _performer(visit: Visit, user: User) -> Clinician:
    """Whose hands they were: the writer's own, where the writer is a clinician."""
    if visit.clinician.user_id == user.pk:
        return visit.clinician
    return getattr(user, "clinician", None) or visit.clinician


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


def _answer(visit: Visit, body: dict[str, Any], *, status: int) -> JsonResponse:
    """What happened to the edit, and the chart as it is stored now."""
    note = Note.objects.get(pk=visit.note.pk)
    note.visit, note.author = visit, visit.note.author
    return _stored(visit, note, body, status=status)


def _stored(
    visit: Visit, note: Note, body: dict[str, Any], *, status: int = 200,
    words: Meanings | None = None,
) -> JsonResponse:  # fmt: skip
    response = JsonResponse(body | {"state": state_of(visit, note, words)}, status=status)
    response["ETag"] = f'"{note.version}"'
    response["Cache-Control"] = "no-store"
    return response
