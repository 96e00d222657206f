"""Where a request comes from, and what was typed into it to say who."""

import unicodedata

from allauth.core.internal.httpkit import get_client_ip


def client_ip(request) -> str | None:
    """The other end of the connection, or what our own proxy says it is: never what the
    browser claims (ALLAUTH_TRUSTED_PROXY_COUNT)."""
    try:
        return get_client_ip(request) or None
    except (AttributeError, ValueError):
        return None


def folded(address: str) -> str:
    """One word for all spellings that a database may take for the same address.

    Wrong passwords are counted by it: PostgreSQL compares in capitals, where a dotless i and
    a long s become plain letters, so each such variant would be a fresh count.
    """
    plain = unicodedata.normalize("NFKD", address.strip())
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return bare.upper().lower()[:254]
