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
    return Timestamping(settings.TIMESTAMP_URL, crls=(revoked, *lists()), trusted=roots())


def roots() -> tuple[bytes, ...]:
    """The authority's roots (DER). Without them a file says when, but not yet on whose word."""
    return _read(settings.TIMESTAMP_ROOTS) if settings.TIMESTAMP_ROOTS else ()


def lists() -> tuple[bytes, ...]:
    """The authority's own lists of revoked certificates (DER), as somebody fetched them.

    Read anew each time: a scheduled job puts newer ones there. Handline fetches none, so that
    it asks no address that the settings do not name.
    """
    folder = settings.TIMESTAMP_CRLS
    if not folder:
        return ()
    try:
        files = sorted(path for path in Path(folder).iterdir() if path.is_file())
        return tuple(_list(path.read_bytes()) for path in files)
    except (OSError, ValueError) as error:
        raise NotAllowed(
            "The time-stamping authority's lists of revoked certificates could not be read. "
            "HANDLINE_TIMESTAMP_CRLS names a folder with them, in DER or PEM, and nothing else."
        ) from error


def _list(body: bytes) -> bytes:
    is_pem = body.startswith(b"-----BEGIN")
    load = x509.load_pem_x509_crl if is_pem else x509.load_der_x509_crl
    return load(body).public_bytes(Encoding.DER)


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
