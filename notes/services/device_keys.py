"""The key of a person's unsent edits: handed out after sign-in, kept in the page's memory."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from django.db import transaction

from clinic.models import User
from clinic.services import audit
from notes.models import DeviceSecret


@dataclass(frozen=True, slots=True)
class DeviceKey:
    key: bytes
    tag: str  # tells a person's edits on a shared tablet apart without naming anybody


@transaction.atomic
def device_key(user: User) -> DeviceKey:
    """The same key at each sign-in, so that edits of before a crash can be read and sent."""
    row, _ = DeviceSecret.objects.get_or_create(user=user)
    secret = bytes(row.secret)
    audit.record("device_key.given", actor=user)
    return DeviceKey(
        key=_derived(secret, b"handline outbox key 1"),
        tag=_derived(secret, b"handline outbox tag 1").hex()[:16],
    )


def key_for(user: User) -> dict[str, str]:
    """The key as a page's memory takes it."""
    given = device_key(user)
    return {"key": base64.b64encode(given.key).decode(), "tag": given.tag}


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return hmac.new(secret, purpose, hashlib.sha256).digest()
