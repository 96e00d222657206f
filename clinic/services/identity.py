"""Proving again who sits at the keyboard, before an act that binds."""

from datetime import timedelta

from django.utils import timezone

from clinic.errors import NotAllowed
from clinic.models import AuditEvent, User
from clinic.services import audit

WRONG = "identity.refused"
MOST_TRIES = 5
WINDOW = timedelta(minutes=15)


def confirm_password(user: User, password: str) -> str:
    """Check the password again; returns the method's name for the signature's record.

    Wrong tries are recorded, and after five in 15 minutes even the right one is refused.
    Call it outside a transaction, so that the record of a wrong try stays.
    """
    since = timezone.now() - WINDOW
    tries = AuditEvent.objects.filter(actor_id=user.pk, action=WRONG, at__gte=since).count()
    if tries >= MOST_TRIES:
        raise NotAllowed(
            "Too many wrong passwords: wait 15 minutes, then sign. Your draft is saved."
        )
    if not user.check_password(password):
        audit.record(WRONG, actor=user)
        raise NotAllowed("That password is not right. Nothing was signed; your draft is saved.")
    return "password"
