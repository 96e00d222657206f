"""What a backup says about itself, and the proof that this installation made it."""

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings

from clinic.errors import NotAllowed

FORMAT = "handline-backup-1"
MEMBER = "manifest.json"
# Without these a restored database opens nothing that is locked inside it.
SECRETS = ("SECRET_KEY", "SIGNING_PASSPHRASE", "AUDIT_KEY", "FIELD_KEY")


@dataclass(frozen=True, slots=True)
class Manifest:
    """First file of the archive: which database, its hash, its rows, its secrets' fingerprints."""

    made_at: str
    engine: str
    database: str
    size: int
    sha256: str
    rows: dict[str, int]
    migrations: dict[str, str]
    fingerprints: dict[str, str]
    format: str = FORMAT
    mac: str = field(default="")

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self), sort_keys=True, indent=1).encode()

    def signed(self) -> "Manifest":
        facts = {**asdict(self), "mac": ""}
        return Manifest(**{**facts, "mac": _mac(facts)})

    @property
    def is_ours(self) -> bool:
        """Anyone can encrypt to a public key; only this installation can make this code."""
        return hmac.compare_digest(self.mac, _mac({**asdict(self), "mac": ""}))

    @property
    def secrets_that_differ(self) -> list[str]:
        here = fingerprints()
        return sorted(n for n, print_ in self.fingerprints.items() if here.get(n) != print_)


def read(content: bytes) -> Manifest:
    try:
        facts = json.loads(content)
        if facts.get("format") != FORMAT:
            raise NotAllowed(f"This backup's format is {facts.get('format')}, not {FORMAT}.")
        return Manifest(**facts)
    except (ValueError, TypeError, AttributeError) as trouble:
        raise NotAllowed("The backup's manifest cannot be read: use another backup.") from trouble


def fingerprints() -> dict[str, str]:
    """A short print of each secret, so that a restore can tell whether it has the right ones."""
    present = {name: getattr(settings, name, "") for name in SECRETS}
    return {name: _print(name, value) for name, value in present.items() if value}


def _print(name: str, value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return hmac.digest(text.encode(), f"handline fingerprint {name}".encode(), "sha256").hex()[:16]


def _mac(facts: dict[str, Any]) -> str:
    key = hmac.digest(settings.SECRET_KEY.encode(), b"handline backup manifest", "sha256")
    return hmac.digest(key, json.dumps(facts, sort_keys=True).encode(), hashlib.sha256).hex()
