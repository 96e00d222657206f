"""Proving again who sits at the keyboard, before an act that binds."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from allauth.account.authentication import get_authentication_records
from django.utils import timezone

from clinic.errors import NotAllowed
from clinic.models import AuditEvent, User
from clinic.scope import scope
from clinic.services import audit

WRONG = "identity.refused"
WRONG_CODE = "session.code_refused"
MOST_TRIES = 5
WINDOW = timedelta(minutes=15)
RECENT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Proof:
    """How somebody showed who they are, and when."""

    method: str
    at: datetime

    @property
    def age(self) -> timedelta:
        return timezone.now() - self.at

    @property
    def is_recent(self) -> bool:
        return self.age <= RECENT


def confirm_password(user: User, password: str) -> str:
    """Check the password again; returns the method's name for the signature's record.

    Wrong tries are recorded, and after five in 15 minutes even the right one is refused.
    Call it outside a transaction, so that the record of a wrong try stays.
    """
    if too_many(user, WRONG):
        raise NotAllowed(
            "Too many wrong passwords: wait 15 minutes, then sign. Your draft is saved."
        )
    if not user.check_password(password):
        audit.record(WRONG, actor=user)
        raise NotAllowed("That password is not right. Nothing was signed; your draft is saved.")
    return "password"


def too_many(user: User, action: str) -> bool:
    """Whether this person has failed five times within 15 minutes."""
    since = timezone.now() - WINDOW
    with scope(user.practice_id):
        tries = AuditEvent.objects.filter(actor_id=user.pk, action=action, at__gte=since).count()
    return tries >= MOST_TRIES


def seconds_between(proved_at: datetime | None, at: datetime) -> int | None:
    """Whole seconds from the proof to the act; None without a proof."""
    if proved_at is None:
        return None
    return max(0, int((at - proved_at).total_seconds()))


def last_proof(request) -> Proof | None:
    """The newest proof in this session, from signing in or from confirming later."""
    records = [r for r in get_authentication_records(request, request.user) if "at" in r]
    if not records:
        return None
    newest = records[-1]
    return Proof(_method(newest, records), datetime.fromtimestamp(newest["at"], UTC))


def _method(newest: dict, records: list[dict]) -> str:
    kind = newest.get("type")
    if kind == "webauthn":
        return "passkey"
    if newest["method"] == "mfa" and any(r["method"] == "password" for r in records):
        return "password and code"
    return "password" if newest["method"] == "password" else str(kind or newest["method"])


def has_second_factor(request) -> bool:
    """Whether this very session was opened with one; that the person owns one is not enough."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)
