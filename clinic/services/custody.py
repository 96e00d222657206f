"""Opening stored keys with the passphrase from the environment."""

from functools import lru_cache

from django.conf import settings

from clinic.documents import authority
from clinic.models import SigningAuthority


def opened(certificate: bytes, key: bytes) -> authority.Unlocked:
    return _opened(certificate, key, settings.SIGNING_PASSPHRASE)


def opened_issuing(row: SigningAuthority) -> authority.Unlocked:
    """The key that issues certificates and signs the list of revoked ones."""
    return opened(bytes(row.issuing_certificate), bytes(row.issuing_key))


@lru_cache(maxsize=512)
def _opened(certificate: bytes, key: bytes, passphrase: str) -> authority.Unlocked:
    # Opening an encrypted key is slow on purpose; once in each process is enough.
    return authority.unlock(authority.Issued(certificate, key), passphrase)
