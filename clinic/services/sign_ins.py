"""Who is signed in where: opening, locking, ending. The request's guard asks here."""

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import Enum

from django.db.models import QuerySet
from django.utils import timezone

from clinic.models import SignIn, User
from clinic.scope import scope
from clinic.services import audit, notices

LONGEST = timedelta(hours=12)
SKEW = timedelta(minutes=1)  # further in the future than this, the clock was set back meanwhile
STEP = timedelta(seconds=5)  # a look at the screen is written down this often at most


class State(Enum):
    OPEN, LOCKED, OVER = range(3)


def open_sign_in(user: User, *, ip: str | None, agent: str, device: str) -> SignIn:
    """Note a new sign-in; on a device that this person never used, tell them by mail."""
    now, digest = timezone.now(), device_digest(device)
    earlier = SignIn.objects.filter(user=user)
    is_new = earlier.exists() and not earlier.filter(device_digest=digest).exists()
    row = SignIn.objects.create(
        user=user, started_at=now, seen_at=now, ip=ip, device=device_name(agent),
        device_digest=digest,
    )  # fmt: skip
    if is_new:
        notices.new_device(user, device=row.device, ip=ip)
    return row


def state_of(row: SignIn, now: datetime) -> State:
    if row.ended_at is not None or not -SKEW <= now - row.started_at <= LONGEST:
        return State.OVER
    if row.locked_at is not None or not -SKEW <= now - row.seen_at <= idle_limit(row.user):
        return State.LOCKED
    return State.OPEN


def idle_limit(user: User) -> timedelta:
    return timedelta(minutes=user.practice.idle_minutes)


def lock(row: SignIn) -> None:
    """The screen is left alone; who comes back proves again who they are."""
    if SignIn.objects.filter(pk=row.pk, locked_at=None).update(locked_at=timezone.now()):
        with scope(row.user.practice_id):
            audit.record("session.locked", actor=row.user)
    row.refresh_from_db(fields=["locked_at"])


def unlock(row: SignIn) -> None:
    """The person proved who they are, or did something: the time starts anew."""
    row.locked_at, row.seen_at = None, timezone.now()
    row.save(update_fields=["locked_at", "seen_at"])


def touch(row: SignIn) -> None:
    """The person did something. A locked or ended sign-in stays as it is."""
    now = timezone.now()
    if now - row.seen_at >= STEP:
        SignIn.objects.filter(pk=row.pk, locked_at=None, ended_at=None).update(seen_at=now)


def still_open(user: User) -> QuerySet[SignIn]:
    since = timezone.now() - LONGEST
    return SignIn.objects.filter(user=user, ended_at=None, started_at__gt=since)


def end(row: SignIn, *, because: str) -> None:
    """Over from now on: the next request of that session is nobody's."""
    SignIn.objects.filter(pk=row.pk, ended_at=None).update(
        ended_at=timezone.now(), ended_because=because
    )


def end_all(user: User, *, because: str, but: SignIn | None = None) -> int:
    """Every sign-in of this person, on all devices; returns how many were open."""
    rows = still_open(user)
    if but is not None:
        rows = rows.exclude(pk=but.pk)
    return rows.update(ended_at=timezone.now(), ended_because=because)


def new_device() -> str:
    return secrets.token_urlsafe(24)


def device_digest(device: str) -> str:
    return hashlib.sha256(device.encode()).hexdigest()


_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"),
             ("CriOS/", "Chrome"), ("FxiOS/", "Firefox"), ("Safari/", "Safari"))  # fmt: skip
_SYSTEMS = (("iPad", "an iPad"), ("iPhone", "an iPhone"), ("Android", "Android"),
            ("Windows", "Windows"), ("Mac OS X", "a Mac"), ("CrOS", "ChromeOS"),
            ("Linux", "Linux"))  # fmt: skip


def device_name(agent: str) -> str:
    """Enough for a person to know their own device again; not the whole fingerprint."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "an unknown system")
    return f"{browser} on {system}"
