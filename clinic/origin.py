"""Where a request came from: what the audit trail keeps of the connection."""

import hashlib
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings

from clinic.addresses import client_ip


@dataclass(frozen=True, slots=True)
class Origin:
    """The address, and fingerprints that tell two browsers or two sessions apart."""

    ip: str = ""
    agent: str = ""
    session: str = ""


NOWHERE = Origin()
_current: ContextVar[Origin] = ContextVar("origin", default=NOWHERE)


def current_origin() -> Origin:
    return _current.get()


def set_origin(origin: Origin) -> None:
    _current.set(origin)


def origin_of(request) -> Origin:
    return Origin(
        ip=(client_ip(request) or "")[:45],
        agent=_fingerprint(request.META.get("HTTP_USER_AGENT", "")),
        session=_fingerprint(request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")),
    )


def _fingerprint(text: str) -> str:
    """Sixteen hex digits: enough to tell apart, nothing to sign in with."""
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""
