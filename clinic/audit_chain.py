"""The arithmetic of the audit chain: what is sealed, in which form, by which key.

Every event carries an HMAC over its own content and the seal of the event before it. The key
is not in the database, so whoever can write there cannot make a seal. No model is imported
here: the migration that sealed earlier events uses the same functions.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings

FORM = "handline-audit-1"
# In this order in the sealed text. A new field takes a new FORM.
SEALED = (
    "practice_id", "seq", "at", "actor_id", "actor_name", "actor_role", "action", "subject_type",
    "subject_id", "patient_id", "outcome", "request_id", "ip", "agent", "session", "detail",
    "key_id", "prev_hash",
)  # fmt: skip
# Control characters, line separators, and marks that turn the direction of writing.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)


class UnknownAuditKey(RuntimeError):
    """The key that sealed an event is not among those that were given."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The key that seals from now on, and those that sealed before."""

    current: str
    keys: Mapping[str, bytes]

    def key(self, key_id: str) -> bytes:
        if key_id not in self.keys:
            raise UnknownAuditKey(
                f"The audit trail was sealed with key {key_id}, which is not set. Put that key "
                "back into HANDLINE_AUDIT_KEY or add it to HANDLINE_AUDIT_OLD_KEYS, then start "
                "Handline again."
            )
        return self.keys[key_id]


def key_ring() -> KeyRing:
    return _ring(settings.AUDIT_KEY, tuple(settings.AUDIT_OLD_KEYS))


@lru_cache(maxsize=8)
def _ring(current: str, old: tuple[str, ...]) -> KeyRing:
    keys = {key_name(secret): secret.encode() for secret in (*old, current)}
    return KeyRing(key_name(current), keys)


def key_name(secret: str) -> str:
    """Eight hex digits by which a key is told apart; they give nothing of it away."""
    return hashlib.sha256(b"handline audit key: " + secret.encode()).hexdigest()[:8]


def content(values: Mapping[str, Any]) -> bytes:
    """The sealed text: every field in a fixed order, the detail with sorted keys."""
    row = [values[name] for name in SEALED]
    row[2] = moment(row[2])
    return json.dumps(
        [FORM, *row], sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def seal(values: Mapping[str, Any], key: bytes) -> str:
    return hmac.digest(key, content(values), "sha256").hex()


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def printable(text: str) -> str:
    """The text on one line, what cannot be seen written out: no entry can pose as another."""
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def plain(detail: Any) -> Any:
    """The detail as it will come back from either database, fit to be sealed.

    Fractions become text: PostgreSQL keeps 1e16 as 10000000000000000, and the seal would break.
    """
    if isinstance(detail, dict):
        return {printable(str(key)): plain(value) for key, value in detail.items()}
    if isinstance(detail, list | tuple):
        return [plain(value) for value in detail]
    if isinstance(detail, str):
        return printable(str(detail))
    if isinstance(detail, float):
        return repr(detail)
    if detail is None or isinstance(detail, bool | int):
        return detail
    raise TypeError(f"{type(detail).__name__} cannot stand in an audit event's detail.")
