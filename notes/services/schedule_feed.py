"""A person's visits as an iCalendar feed, without anything about the patient."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from clinic.errors import NotAllowed
from clinic.models import User
from clinic.scope import every_practice
from clinic.services import audit
from notes.models import CalendarFeed, Visit
from notes.services.schedule import GONE

BACK, AHEAD = timedelta(days=7), timedelta(days=60)


@transaction.atomic
def renew_feed(user: User) -> str:
    """A new secret address; the one before stops working. The secret is shown once."""
    if not hasattr(user, "clinician"):
        raise NotAllowed("Only a clinician has a calendar of visits.")
    token = secrets.token_urlsafe(32)
    row, _ = CalendarFeed.objects.update_or_create(
        user=user, defaults={"token_sha256": _hash(token), "made_at": timezone.now()}
    )
    audit.record("calendar.renewed", actor=user, subject=row)
    return token


@transaction.atomic
def end_feed(user: User) -> None:
    audit.record("calendar.ended", actor=user)
    CalendarFeed.objects.filter(user=user).delete()


def feed_of(token: str) -> CalendarFeed | None:
    """By the hash: the secret itself is not stored. An inactive person's feed is none."""
    with every_practice("the address itself says whose calendar it is"):
        row = (
            CalendarFeed.objects.filter(token_sha256=_hash(token))
            .select_related("user__practice", "user__clinician")
            .first()
        )
    return row if row is not None and row.user.is_active else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def upcoming(user: User) -> list[Visit]:
    now = timezone.now()
    return list(
        Visit.objects.filter(
            clinician=user.clinician, starts_at__gte=now - BACK, starts_at__lte=now + AHEAD
        )
        .exclude(status__in=GONE)
        .select_related("location")
        .order_by("starts_at", "pk")
    )


def icalendar(visits: Iterable[Visit], *, host: str, now: datetime) -> str:
    """RFC 5545. A visit says when and where: no name, no number, no problem."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Handline//Schedule//EN",
             "CALSCALE:GREGORIAN", "METHOD:PUBLISH", "X-WR-CALNAME:Visits"]  # fmt: skip
    for visit in visits:
        ends_at = visit.starts_at + timedelta(minutes=visit.booked_minutes)
        lines += [
            "BEGIN:VEVENT",
            f"UID:{visit.public_id}@{host}",
            f"DTSTAMP:{_utc(now)}",
            f"DTSTART:{_utc(visit.starts_at)}",
            f"DTEND:{_utc(ends_at)}",
            "SUMMARY:Visit",
            f"LOCATION:{_text(visit.location.name)}",
            "CLASS:PRIVATE",
            "END:VEVENT",
        ]
    return "\r\n".join(_folded(line) for line in [*lines, "END:VCALENDAR"]) + "\r\n"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines of at most 75 bytes, continued with a blank."""
    parts, raw = [], line.encode()
    while len(raw) > 75:
        cut = 75
        while raw[cut] & 0xC0 == 0x80:
            cut -= 1
        parts.append(raw[:cut].decode())
        raw = b" " + raw[cut:]
    return "\r\n".join([*parts, raw.decode()])
