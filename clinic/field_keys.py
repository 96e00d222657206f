"""Sealing the few secrets that must be read again: seeds of second factors, sessions.

The key is in the environment, not in the database, so that a stolen copy cannot be used to
sign in. Several words, separated by spaces, are the present key and those before it.
"""

import base64
import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


@lru_cache(maxsize=8)
def _box(words: str, purpose: str) -> MultiFernet:
    return MultiFernet([Fernet(_derived(word, purpose)) for word in words.split()])


def _derived(word: str, purpose: str) -> bytes:
    info = f"handline {purpose}".encode()
    raw = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(word.encode())
    return base64.urlsafe_b64encode(raw)


def seal(text: str, *, purpose: str) -> str:
    return _box(settings.FIELD_KEY, purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    return _box(settings.FIELD_KEY, purpose).decrypt(sealed.encode()).decode()


def resealed(sealed: str, *, purpose: str) -> str:
    """The same secret under the present key."""
    return _box(settings.FIELD_KEY, purpose).rotate(sealed.encode()).decode()


class SealedSerializer:
    """Sessions hold a new factor's seed, and what was typed while the screen was locked."""

    def dumps(self, obj: dict[str, Any]) -> bytes:
        plain = json.dumps(obj, separators=(",", ":")).encode()
        return _box(settings.FIELD_KEY, "session").encrypt(plain)

    def loads(self, data: bytes) -> dict[str, Any]:
        try:
            return json.loads(_box(settings.FIELD_KEY, "session").decrypt(data))
        except InvalidToken:
            return {}  # sealed with a key that is gone: that person signs in anew
