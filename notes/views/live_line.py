"""The typed line, read as it is typed. Nothing is stored here."""

from dataclasses import asdict
from typing import Any

from django.http import JsonResponse
from django.views.decorators.http import require_POST

from clinic.enums import Role
from clinic.permissions import allow
from clinic.services import audit
from clinic.submit_once import repeatable
from notes.forms.ops import typed_start
from notes.services.typed_line import read_line, words_in_use
from notes.views.reach import visit_or_404
from notes.words import meanings_on


@repeatable
@allow(Role.THERAPIST, Role.ASSISTANT)
@require_POST
def line(request, visit_id):
    """Words travel in the body: an address with a patient's complaint would stay in logs."""
    visit = visit_or_404(visit_id, request.user)
    audit.record("line.read", actor=request.user, subject=visit, patient_id=visit.patient_id)
    reading = read_line(request.POST.get("text", ""), words_in_use(meanings_on(visit.date)))
    body: dict[str, Any] = {
        "chips": [asdict(chip) for chip in reading.chips],
        "questions": [asdict(question) for question in reading.questions],
        "entry": reading.entry,
        "minutes": reading.minutes,
        "times": typed_start(reading, visit),
    }
    response = JsonResponse(body)
    response["Cache-Control"] = "no-store"
    return response
