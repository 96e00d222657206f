"""Custody of the signing keys: founding the authority, certificates, revocation, rotation."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from clinic.documents import authority
from clinic.documents.hardware import Token, TokenKey, make_key
from clinic.documents.sign import Signer
from clinic.documents.verify import Trust
from clinic.errors import NotAllowed
from clinic.models import Clinician, Practice, SigningAuthority, SigningCertificate, User
from clinic.models.keys import REVOKED_BECAUSE
from clinic.services import audit, custody, revocation, timestamping

REASONS = REVOKED_BECAUSE


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
    check_signs(clinician)
    issuer = authority_in_use()
    now = timezone.now()
    for older in _certificates(issuer, clinician):
        _revoke(older, because="superseded", at=now)
    leaf = _new_leaf(issuer, clinician, now)
    row = SigningCertificate.objects.create(
        authority=issuer,
        clinician=clinician,
        serial=leaf.serial,
        certificate=leaf.certificate,
        key=leaf.key,
        issued_at=now,
        expires_at=authority.ends_at(leaf.certificate),
    )
    audit.record("signing.certificate_issued", actor=by, subject=row, serial=row.serial)
    return row


def check_signs(clinician: Clinician | None) -> None:
    """Nothing is signed in the name of somebody who has left."""
    if clinician is None:
        return
    account = clinician.user
    if not clinician.active or (account is not None and not account.is_active):
        raise NotAllowed(
            f"{clinician} has left or the account is closed: nothing more is signed in that name."
        )


def _new_leaf(
    issuer: SigningAuthority, clinician: Clinician | None, now: datetime
) -> authority.Issued:
    practice = issuer.practice
    facts = {
        "practice": practice.name,
        "name": f"{clinician.first_name} {clinician.last_name}" if clinician else practice.name,
        "credential": clinician.credential if clinician else "",
        "license": clinician.licence if clinician else "",
        "issuer": custody.opened_issuing(issuer),
        "now": now,
        "crl_url": revocation.address(issuer),
    }
    if token := security_module():
        key_id = secrets.token_bytes(16)
        certificate = authority.certify_leaf(make_key(token, key_id), **facts)
        return authority.Issued(certificate, IN_TOKEN + key_id)
    return authority.issue_leaf(passphrase=settings.SIGNING_PASSPHRASE, **facts)


IN_TOKEN = b"pkcs11:"  # stands in the place of a key that is kept in a security module


def security_module() -> Token | None:
    """The module that the settings name, or none: then keys are kept encrypted in the database."""
    if settings.SIGNER == "file":
        return None
    if settings.SIGNER != "pkcs11" or not (settings.PKCS11_MODULE and settings.PKCS11_TOKEN):
        raise NotAllowed(
            "HANDLINE_SIGNER is file or pkcs11; pkcs11 also needs HANDLINE_PKCS11_MODULE, "
            "HANDLINE_PKCS11_TOKEN and HANDLINE_PKCS11_PIN."
        )
    return Token(settings.PKCS11_MODULE, settings.PKCS11_TOKEN, settings.PKCS11_PIN)


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
    check_signs(clinician)
    issuer, now = authority_in_use(), timezone.now()
    authority.check_usable(bytes(issuer.issuing_certificate), now=now)
    token = security_module()
    row = next(
        (
            row
            for row in _certificates(issuer, clinician).filter(expires_at__gt=now)
            if bytes(row.key).startswith(IN_TOKEN) == (token is not None)
        ),
        None,
    )
    if row is None:
        row = issue_certificate(clinician, by=None)
    chain = (bytes(issuer.issuing_certificate), bytes(issuer.root_certificate))
    return Signer(bytes(row.certificate), _key_of(row, token), chain), row


def _key_of(row: SigningCertificate, token: Token | None):
    body = bytes(row.key)
    if token is not None:
        return TokenKey(token, body.removeprefix(IN_TOKEN))
    return custody.opened(bytes(row.certificate), body).key


def trust() -> Trust:
    """All roots of the practice in scope, retired ones too: old documents stay verifiable."""
    rows = list(SigningAuthority.objects.all())
    return Trust(
        roots=tuple(bytes(row.root_certificate) for row in rows),
        between=tuple(bytes(row.issuing_certificate) for row in rows),
        # An authority brought in from another installation came without its key.
        crls=tuple(revocation.list_of(row) for row in rows if row.issuing_key),
        timestamp_roots=timestamping.roots(),
    )


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
        if bytes(leaf.key).startswith(IN_TOKEN):
            continue
        issued = authority.Issued(bytes(leaf.certificate), bytes(leaf.key))
        leaf.key = authority.relock(issued, old=old, new=new).key
        leaf.save(update_fields=["key"])
        changed += 1
    audit.record("signing.passphrase_changed", actor=by, keys=changed)
    return changed
