"""What a new practice starts with, and what it still needs before its first visit.

Other apps register here, as the arrow between the apps allows no import the other way.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from clinic.models import Clinician, Location, SigningAuthority


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that is missing: a sentence, and where it is done (or the command that does it)."""

    text: str
    url: str = ""
    command: str = ""


Start = Callable[[], None]
Check = Callable[[], Need | None]
_starts: list[Start] = []
_checks: list[Check] = []


def register_start(start: Start) -> None:
    """``start`` writes what every practice has, in the scope of the new one."""
    if start not in _starts:
        _starts.append(start)


def register_check(check: Check) -> None:
    if check not in _checks:
        _checks.append(check)


def start_practice() -> None:
    """In the transaction that makes the practice, in its scope."""
    for start in _starts:
        start()


def needs() -> list[Need]:
    """What the practice in scope still lacks; nothing once it can treat, sign and bill."""
    return [need for check in (*_OWN, *_checks) if (need := check()) is not None]


def _location() -> Need | None:
    if Location.objects.filter(active=True).exists():
        return None
    return Need("Add a location: each visit names where it took place.", reverse("location_new"))


def _clinician() -> Need | None:
    if Clinician.objects.filter(active=True, user__isnull=False).exists():
        return None
    return Need(
        "Invite a therapist, then add them as a clinician who signs in.", reverse("user_invite")
    )


def _authority() -> Need | None:
    if SigningAuthority.objects.filter(retired_at=None).exists():
        return None
    return Need(
        "Make the signing authority on the server: without it no note can be signed.",
        command="python manage.py make_signing_authority --root-key FILE",
    )


_OWN: tuple[Check, ...] = (_location, _clinician, _authority)
