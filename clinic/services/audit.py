"""Writing the audit trail. Nothing else creates AuditEvents."""

from typing import Any

from django.utils import timezone

from clinic.models import AuditEvent, User
from clinic.request_id import current_request_id
from clinic.scope import current_practice_id


def record(
    action: str,
    *,
    actor: User | None,
    subject: Any = None,
    patient_id: int | None = None,
    **detail: Any,
) -> AuditEvent:
    """Append one event, in the caller's transaction: if it cannot be written, the act fails."""
    event = AuditEvent(
        practice_id=actor.practice_id if actor else current_practice_id(),
        at=timezone.now(),
        actor_id=actor.pk if actor else None,
        actor_name=str(actor) if actor else "",
        action=action,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        patient_id=patient_id,
        request_id=current_request_id(),
        detail=detail,
    )
    event.save(force_insert=True)
    return event
