"""Is this file what the practice issued? The registry's answer and the signature's, together.

A file is accepted only if its SHA-256 is in the registry of issued files AND its signature is
sound, trusted, certifying, and covers the whole file. Either alone has known holes.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from .errors import DocumentError

LARGEST = 25 * 1024 * 1024
TOO_LARGE = (
    f"The file is larger than {LARGEST // 2**20} MB. No document of ours is; choose the original "
    "file."
)


@dataclass(frozen=True)
class RegistryEntry:
    """What the registry knows of a file. `state`: issued, superseded or withdrawn."""

    kind: str
    number: str
    version: int
    state: str
    issued_at: datetime
    signer: str
    replaced_by: str = ""


@dataclass(frozen=True)
class Trust:
    """Our certificates (DER): the anchors, those in between, and the lists of revoked ones."""

    roots: tuple[bytes, ...]
    between: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    timestamp_roots: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Check:
    key: str
    passed: bool
    text: str


@dataclass(frozen=True)
class Carried:
    """A file inside the file; for an earlier version, its own hash can be looked up."""

    name: str
    sha256: str
    relation: str


@dataclass(frozen=True)
class Report:
    accepted: bool
    verdict: str
    sha256: str
    checks: tuple[Check, ...]
    entry: RegistryEntry | None = None
    signer: str = ""
    license: str = ""
    serial: str = ""
    signed_at: datetime | None = None
    level: str = ""  # B-B, B-T or B-LT
    carried: tuple[Carried, ...] = ()


Registry = Callable[[str], RegistryEntry | None]


def verify_pdf(body: bytes, *, trust: Trust, registry: Registry, now: datetime) -> Report:
    """`registry` is asked for the SHA-256 (hex) of the file. Unreadable input raises."""
    from . import pades_check  # noqa: PLC0415 slow import

    check_input(body)
    digest = hashlib.sha256(body).hexdigest()
    entry = registry(digest)
    facts = pades_check.read(body, trust, entry.issued_at if entry else now)
    checks = (_registered(entry), *facts.checks)
    accepted = all(check.passed for check in checks)
    return Report(
        accepted=accepted,
        verdict=_verdict(accepted, entry, checks),
        sha256=digest,
        checks=checks,
        entry=entry,
        signer=facts.signer,
        license=facts.license,
        serial=facts.serial,
        signed_at=facts.signed_at,
        level=facts.level,
        carried=facts.carried,
    )


def check_input(body: bytes) -> None:
    if len(body) > LARGEST:
        raise DocumentError(TOO_LARGE)
    if not body:
        raise DocumentError("The file is empty. Choose the original file.")
    if b"%PDF-" not in body[:1024]:
        raise DocumentError("This is not a PDF. Choose the document as it was given to you.")


def _registered(entry: RegistryEntry | None) -> Check:
    if entry is None:
        return Check("registry", False, "The registry of issued documents does not hold this file.")
    return Check(
        "registry",
        True,
        f"The registry holds this file as {entry.number}, version {entry.version}, issued "
        f"{entry.issued_at:%m/%d/%Y}.",
    )


def _verdict(accepted: bool, entry: RegistryEntry | None, checks: Sequence[Check]) -> str:
    if not accepted:
        reason = next(check.text for check in checks if not check.passed)
        return f"Not accepted. {reason}"
    if entry.state == "superseded":
        later = f" by {entry.replaced_by}" if entry.replaced_by else ""
        return f"Genuine and unchanged, but superseded{later}."
    if entry.state == "withdrawn":
        return "Genuine and unchanged, but withdrawn by the practice."
    return "Genuine, unchanged and current."
