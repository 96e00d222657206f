"""The digital signature: PAdES, certifying, nothing may change, the whole file covered."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec

from .authority import Issued, unlock
from .errors import DocumentError
from .hardware import TokenKey


@dataclass(frozen=True)
class Signer:
    """Whose key signs, and the certificates from its issuer up to the root (DER, in order)."""

    certificate: bytes
    key: ec.EllipticCurvePrivateKey | TokenKey
    chain: tuple[bytes, ...]


@dataclass(frozen=True)
class Intent:
    """The act as the signature dictionary tells it: why, where, and how the person was known."""

    reason: str
    location: str = ""
    seconds_since_authentication: int | None = None
    method: str = "password"  # password, pin, fingerprint; others are left out of the dictionary


@dataclass(frozen=True)
class Timestamping:
    """With a time-stamping authority the file is B-T, or B-LT: it carries its own evidence.

    B-LT needs `trusted`, the roots (DER) of the authority, because its answer is checked before
    it is kept. `crls` (DER) show that the clinician's certificate was not revoked; they count
    for certificates that name a list. Only a digest ever leaves.
    """

    url: str
    crls: tuple[bytes, ...] = ()
    trusted: tuple[bytes, ...] = ()
    timestamper: object = field(default=None, repr=False)  # stands in for `url` where given


def load_signer(leaf: Issued, passphrase: str, chain: Sequence[bytes]) -> Signer:
    return Signer(leaf.certificate, unlock(leaf, passphrase).key, tuple(chain))


def load() -> None:
    """Load what signs ahead of the first signature."""
    from . import pades  # noqa: F401, PLC0415 slow import


def sign_pdf(
    pdf: bytes, *, signer: Signer, intent: Intent, timestamping: Timestamping | None = None
) -> bytes:
    """Certify a file made by `render`. It must hold the empty signature field, and no signature."""
    from . import pades  # noqa: PLC0415 slow import

    if not pdf.startswith(b"%PDF-"):
        raise DocumentError("Only a PDF can be signed.")
    return pades.certify(pdf, signer, intent, timestamping)
