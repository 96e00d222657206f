"""The time-stamping authority that the settings name."""

from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from clinic.documents.sign import Timestamping
from clinic.errors import NotAllowed
from clinic.models import SigningAuthority
from clinic.services import revocation


def asked(signing: SigningAuthority) -> Timestamping | None:
    """What signing asks for, with our own list of revoked certificates. Nothing offline."""
    if not settings.TIMESTAMP_URL:
        return None
    revoked = revocation.list_of(signing)
    return Timestamping(settings.TIMESTAMP_URL, crls=(revoked,), trusted=roots())


def roots() -> tuple[bytes, ...]:
    """The authority's roots (DER). Without them a file says when, but not yet on whose word."""
    return _read(settings.TIMESTAMP_ROOTS) if settings.TIMESTAMP_ROOTS else ()


@lru_cache(maxsize=4)
def _read(path: str) -> tuple[bytes, ...]:
    try:
        found = x509.load_pem_x509_certificates(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise NotAllowed(
            "The roots of the time-stamping authority could not be read. HANDLINE_TIMESTAMP_ROOTS "
            "names a PEM file with its certificates."
        ) from error
    return tuple(certificate.public_bytes(Encoding.DER) for certificate in found)
