"""When an assistant signs: who wants a co-signature, and asking the supervisor for it."""

from datetime import datetime

from clinic.models import User
from clinic.services import audit
from notes.models import CosignRequest, Note

PRACTICE_ASKS = "The practice co-signs every note of an assistant"


def ask_when_signed(note: Note, by: User, at: datetime) -> None:
    """A signing step: where practice or payer wants it, the supervisor is asked to co-sign."""
    because = why_asked(note)
    if because:
        ask(note, because=because, by=by, at=at)


def why_asked(note: Note) -> str:
    """Who wants this note co-signed, in words; empty where nobody does."""
    visit = note.visit
    if not note.author.is_assistant:
        return ""
    if visit.practice.cosign_assistants:
        return PRACTICE_ASKS
    payer = visit.coverage.payer if visit.coverage else None
    return f"{payer} wants a co-signature" if payer and payer.wants_cosign else ""


def ask(note: Note, *, because: str, by: User, at: datetime) -> CosignRequest:
    row, made = CosignRequest.objects.get_or_create(
        note=note,
        defaults={"supervisor": note.author.supervisor, "because": because, "asked_at": at},
    )
    if made:
        audit.record("note.cosign_asked", actor=by, subject=row, patient_id=note.visit.patient_id)
    return row
