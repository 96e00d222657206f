"""Custody of the signing keys: founding the authority, certificates, revocation, rotation."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography import x509
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from clinic.documents import authority
from clinic.documents.sign import Signer
from clinic.documents.verify import Trust
from clinic.errors import NotAllowed
from clinic.models import Clinician, Practice, SigningAuthority, SigningCertificate, User
from clinic.services import audit

REASONS = {
    "key_compromise": "the key may be known to others",
    "affiliation_changed": "the clinician left",
    "superseded": "a new certificate takes its place",
}


@dataclass(frozen=True, slots=True)
class Founded:
    """A new authority, and the root's encrypted key to be taken offline."""

    row: SigningAuthority
    root_key: bytes


@transaction.atomic
def found_authority(practice: Practice, *, root_passphrase: str, by: User | None) -> Founded:
    """Make the practice's root and issuing authority.

    An authority in use is retired: its certificates sign no more, and what they signed
    stays verifiable.
    """
    now = timezone.now()
    root = authority.create_root(practice=practice.name, passphrase=root_passphrase, now=now)
    issuing = authority.create_issuing(
        practice=practice.name,
        root=authority.unlock(root, root_passphrase),
        passphrase=settings.SIGNING_PASSPHRASE,
        now=now,
    )
    SigningAuthority.objects.filter(retired_at=None).update(retired_at=now)
    row = SigningAuthority.objects.create(
        root_certificate=root.certificate,
        issuing_certificate=issuing.certificate,
        issuing_key=issuing.key,
        made_at=now,
    )
    audit.record("signing.authority_made", actor=by, subject=row)
    return Founded(row, root.key)


def authority_in_use() -> SigningAuthority:
    row = SigningAuthority.objects.filter(retired_at=None).exclude(issuing_key=b"").first()
    if row is None:
        raise NotAllowed(
            "The practice has no signing authority yet: an admin makes one with "
            "`manage.py make_signing_authority`."
        )
    return row


@transaction.atomic
def issue_certificate(clinician: Clinician | None, *, by: User | None) -> SigningCertificate:
    """A new certificate for the clinician, or the practice's seal; an older one is superseded."""
    issuer = authority_in_use()
    now = timezone.now()
    for older in _certificates(issuer, clinician):
        _revoke(older, because="superseded", at=now)
    practice = issuer.practice
    leaf = authority.issue_leaf(
        practice=practice.name,
        name=f"{clinician.first_name} {clinician.last_name}" if clinician else practice.name,
        credential=clinician.credential if clinician else "",
        license=clinician.licence if clinician else "",
        issuer=_unlock(
            bytes(issuer.issuing_certificate),
            bytes(issuer.issuing_key),
            settings.SIGNING_PASSPHRASE,
        ),
        passphrase=settings.SIGNING_PASSPHRASE,
        now=now,
    )
    row = SigningCertificate.objects.create(
        authority=issuer,
        clinician=clinician,
        serial=leaf.serial,
        certificate=leaf.certificate,
        key=leaf.key,
        issued_at=now,
        expires_at=x509.load_der_x509_certificate(leaf.certificate).not_valid_after_utc,
    )
    audit.record("signing.certificate_issued", actor=by, subject=row, serial=row.serial)
    return row


@transaction.atomic
def revoke_certificate(
    certificate: SigningCertificate, *, because: str, by: User | None
) -> SigningCertificate:
    """From now on nothing is signed with it. What it signed before stays genuine."""
    if because not in REASONS:
        raise NotAllowed(f"Give one of these reasons: {', '.join(REASONS)}.")
    certificate = SigningCertificate.objects.select_for_update().get(pk=certificate.pk)
    if certificate.revoked_at is None:
        _revoke(certificate, because=because, at=timezone.now())
        audit.record(
            "signing.certificate_revoked",
            actor=by,
            subject=certificate,
            serial=certificate.serial,
            because=because,
        )
    return certificate


def _revoke(certificate: SigningCertificate, *, because: str, at: datetime) -> None:
    certificate.revoked_at, certificate.revoked_because = at, because
    certificate.save(update_fields=["revoked_at", "revoked_because"])


def _certificates(issuer: SigningAuthority, clinician: Clinician | None):
    return SigningCertificate.objects.filter(
        authority=issuer, clinician=clinician, revoked_at=None
    ).order_by("-issued_at")


def signer_for(clinician: Clinician | None) -> tuple[Signer, SigningCertificate]:
    """The key that signs for this clinician, or the seal; a missing or ended one is issued."""
    issuer = authority_in_use()
    row = _certificates(issuer, clinician).filter(expires_at__gt=timezone.now()).first()
    if row is None:
        row = issue_certificate(clinician, by=None)
    unlocked = _unlock(bytes(row.certificate), bytes(row.key), settings.SIGNING_PASSPHRASE)
    chain = (bytes(issuer.issuing_certificate), bytes(issuer.root_certificate))
    return Signer(unlocked, chain), row


@lru_cache(maxsize=512)
def _unlock(certificate: bytes, key: bytes, passphrase: str) -> authority.Unlocked:
    # Opening an encrypted key is slow on purpose; once in each process is enough.
    return authority.unlock(authority.Issued(certificate, key), passphrase)


def trust() -> Trust:
    """All roots of the practice in scope, retired ones too: old documents stay verifiable."""
    rows = list(SigningAuthority.objects.all())
    return Trust(
        roots=tuple(bytes(row.root_certificate) for row in rows),
        between=tuple(bytes(row.issuing_certificate) for row in rows),
        # An authority brought in from another installation came without its key.
        crls=tuple(crl_of(row) for row in rows if row.issuing_key),
    )


def crl_of(row: SigningAuthority) -> bytes:
    """The list of revoked certificates, signed now; numbered by how many there are."""
    revoked = [
        authority.Revoked(serial=c.serial, at=_next_second(c.revoked_at), reason=c.revoked_because)
        for c in row.certificates.filter(revoked_at__isnull=False).order_by("revoked_at")
    ]
    issuer = _unlock(
        bytes(row.issuing_certificate), bytes(row.issuing_key), settings.SIGNING_PASSPHRASE
    )
    return authority.make_crl(issuer, revoked, number=len(revoked) + 1, now=timezone.now())


def _next_second(moment: datetime) -> datetime:
    # A revocation list knows whole seconds. Rounded down, a document signed earlier in the
    # same second would seem to come after it.
    return moment.replace(microsecond=0) + timedelta(seconds=1)


@transaction.atomic
def change_passphrase(*, old: str, new: str, by: User | None) -> int:
    """Re-encrypt every key of the practice; returns how many. Then change the environment."""
    changed = 0
    for row in SigningAuthority.objects.select_for_update().exclude(issuing_key=b""):
        issued = authority.Issued(bytes(row.issuing_certificate), bytes(row.issuing_key))
        row.issuing_key = authority.relock(issued, old=old, new=new).key
        row.save(update_fields=["issuing_key"])
        changed += 1
    for leaf in SigningCertificate.objects.select_for_update().exclude(key=b""):
        issued = authority.Issued(bytes(leaf.certificate), bytes(leaf.key))
        leaf.key = authority.relock(issued, old=old, new=new).key
        leaf.save(update_fields=["key"])
        changed += 1
    audit.record("signing.passphrase_changed", actor=by, keys=changed)
    return changed
