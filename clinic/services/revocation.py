"""The list of revoked certificates, and where the world finds it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from clinic.documents import authority
from clinic.models import SigningAuthority
from clinic.services import custody


def address(row: SigningAuthority) -> str:
    """What certificates name as the place of the list; nothing where there is none."""
    name = list_name(row)
    if settings.CRL_URL:
        return f"{settings.CRL_URL}/{name}.crl"
    if settings.PUBLIC_URL:
        return settings.PUBLIC_URL + reverse("revocation_list", args=[name])
    return ""


def list_name(row: SigningAuthority) -> str:
    """Known before the row has a number, and the same on another installation."""
    return authority.fingerprint(bytes(row.issuing_certificate))[:32]


def list_named(name: str) -> SigningAuthority | None:
    """The authority whose list this is, retired or not, in the practices in scope."""
    rows = SigningAuthority.objects.exclude(issuing_key=b"")
    return next((row for row in rows if list_name(row) == name), None)


def list_of(row: SigningAuthority) -> bytes:
    """The list (DER), signed now; a later list has a higher number."""
    now = timezone.now()
    revoked = [
        authority.Revoked(serial=c.serial, at=_next_second(c.revoked_at), reason=c.revoked_because)
        for c in row.certificates.filter(revoked_at__isnull=False).order_by("revoked_at")
    ]
    return authority.make_crl(
        custody.opened_issuing(row), revoked, number=int(now.timestamp()), now=now
    )


def _next_second(moment: datetime) -> datetime:
    # A revocation list knows whole seconds. Rounded down, a document signed earlier in the
    # same second would seem to come after it.
    return moment.replace(microsecond=0) + timedelta(seconds=1)
