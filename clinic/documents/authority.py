"""The practice's own certificate authority, as pure functions: root, issuing CA, clinicians.

Private keys leave here only as encrypted PKCS#8. Where they are kept, and where the
passphrase comes from, is not decided here: a stolen database must not be able to sign.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from .errors import DocumentError

# Document signing (RFC 9336); and e-mail protection, without which NSS, and so poppler's
# pdfsig, takes no signing certificate for good.
PURPOSES = (
    ObjectIdentifier("1.3.6.1.5.5.7.3.36"),
    ExtendedKeyUsageOID.EMAIL_PROTECTION,
)
ROOT_YEARS, ISSUING_YEARS, LEAF_YEARS = 20, 10, 2
SHORTEST_PASSPHRASE = 20
CRL_DAYS = 30
GRACE = timedelta(minutes=5)  # clocks of other machines


@dataclass(frozen=True)
class Issued:
    """A certificate (DER) with its key as encrypted PKCS#8 (PEM)."""

    certificate: bytes
    key: bytes

    @property
    def serial(self) -> str:
        return serial_of(self.certificate)


@dataclass(frozen=True)
class Unlocked:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Revoked:
    serial: str
    at: datetime
    reason: str = "unspecified"  # key_compromise, affiliation_changed, superseded, ...


def create_root(*, practice: str, passphrase: str, now: datetime) -> Issued:
    """The anchor. Its passphrase is needed again only to make another issuing authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(practice, f"{practice} document root")
    built = _builder(name, name, key.public_key(), now, _years_after(now, ROOT_YEARS))
    return _issued(_as_authority(built, key, path_length=1), key, key, passphrase)


def create_issuing(
    *, practice: str, root: Unlocked, passphrase: str, now: datetime, crl_url: str = ""
) -> Issued:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(practice, f"{practice} document signing authority")
    until = _years_after(now, ISSUING_YEARS)
    built = _builder(name, root.certificate.subject, key.public_key(), now, until)
    built = _with_crl(_by(built, root), crl_url)
    return _issued(_as_authority(built, key, path_length=0), key, root.key, passphrase)


def issue_leaf(
    *,
    practice: str,
    name: str,
    issuer: Unlocked,
    passphrase: str,
    now: datetime,
    credential: str = "",
    license: str = "",
    crl_url: str = "",
) -> Issued:
    """A clinician's certificate; without credential and license it is the practice's seal."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = certify_leaf(
        key.public_key(),
        practice=practice,
        name=name,
        issuer=issuer,
        now=now,
        credential=credential,
        license=license,
        crl_url=crl_url,
    )
    return Issued(certificate, _locked(key, passphrase))


def certify_leaf(
    public_key: ec.EllipticCurvePublicKey,
    *,
    practice: str,
    name: str,
    issuer: Unlocked,
    now: datetime,
    credential: str = "",
    license: str = "",
    crl_url: str = "",
) -> bytes:
    """The certificate alone (DER), for a key that is kept elsewhere. Never outlives its issuer."""
    common = f"{name}, {credential}" if credential else name
    subject = _name(practice, common, license)
    until = min(_years_after(now, LEAF_YEARS), issuer.certificate.not_valid_after_utc)
    built = _builder(subject, issuer.certificate.subject, public_key, now, until)
    built = (
        _with_crl(_by(built, issuer), crl_url)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage(PURPOSES), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )
    return built.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def make_crl(
    issuer: Unlocked,
    revoked: Iterable[Revoked],
    *,
    number: int,
    now: datetime,
    days: int = CRL_DAYS,
) -> bytes:
    """The list of revoked certificates, to be published as a static file (DER)."""
    built = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now)
        .next_update(now + timedelta(days=days))
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(_authority_key(issuer), critical=False)
    )
    for entry in revoked:
        built = built.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(int(entry.serial, 16))
            .revocation_date(entry.at)
            .add_extension(x509.CRLReason(x509.ReasonFlags[entry.reason]), critical=False)
            .build()
        )
    return built.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def unlock(issued: Issued, passphrase: str) -> Unlocked:
    try:
        key = serialization.load_pem_private_key(issued.key, passphrase.encode())
    except (ValueError, TypeError) as error:
        raise DocumentError(
            "The signing key could not be opened: the passphrase is wrong or the key file is "
            "damaged. Check the passphrase setting, or restore the key from its backup."
        ) from error
    certificate = x509.load_der_x509_certificate(issued.certificate)
    if key.public_key() != certificate.public_key():
        raise DocumentError("This signing key does not belong to this certificate.")
    return Unlocked(certificate, key)


def relock(issued: Issued, *, old: str, new: str) -> Issued:
    """The same key under a new passphrase."""
    return Issued(issued.certificate, _locked(unlock(issued, old).key, new))


def check_usable(certificate: bytes, *, now: datetime, revoked: Iterable[str] = ()) -> None:
    facts = x509.load_der_x509_certificate(certificate)
    name = common_name(certificate)
    if serial_of(certificate) in set(revoked):
        raise DocumentError(
            f"The signing certificate of {name} has been revoked. Issue a new one before signing."
        )
    if now > facts.not_valid_after_utc:
        raise DocumentError(
            f"The signing certificate of {name} expired on "
            f"{facts.not_valid_after_utc:%m/%d/%Y}. Issue a new one before signing."
        )
    if now < facts.not_valid_before_utc:
        raise DocumentError(
            f"The signing certificate of {name} is valid only from "
            f"{facts.not_valid_before_utc:%m/%d/%Y}. Check the clock of the server."
        )


def revoked_before(
    certificate: bytes, crls: Iterable[bytes], issuers: Iterable[bytes], moment: datetime
) -> bool:
    """Does a genuine list say that this certificate was already revoked at `moment`?"""
    facts = x509.load_der_x509_certificate(certificate)
    keys = {}
    for body in issuers:
        issuer = x509.load_der_x509_certificate(body)
        keys[issuer.subject] = issuer.public_key()
    for crl in map(x509.load_der_x509_crl, crls):
        if crl.issuer != facts.issuer or crl.issuer not in keys:
            continue
        entry = crl.get_revoked_certificate_by_serial_number(facts.serial_number)
        if not crl.is_signature_valid(keys[crl.issuer]):
            raise DocumentError("A list of revoked certificates is not genuine. Publish it again.")
        if entry is not None and entry.revocation_date_utc <= moment:
            return True
    return False


def serial_of(certificate: bytes) -> str:
    return f"{x509.load_der_x509_certificate(certificate).serial_number:x}"


def common_name(certificate: bytes) -> str:
    subject = x509.load_der_x509_certificate(certificate).subject
    return subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value


def ends_at(certificate: bytes) -> datetime:
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc


def fingerprint(certificate: bytes) -> str:
    """SHA-256, as it is compared by telephone."""
    return x509.load_der_x509_certificate(certificate).fingerprint(hashes.SHA256()).hex()


def pem(certificate: bytes) -> bytes:
    """For downloads: viewers import a root as PEM or DER."""
    return x509.load_der_x509_certificate(certificate).public_bytes(serialization.Encoding.PEM)


def _name(practice: str, common: str, license: str = "") -> x509.Name:
    """X.509 allows 64 bytes in these fields; longer names are cut, never refused."""
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, _cut(practice)),
        x509.NameAttribute(NameOID.COMMON_NAME, _cut(common)),
    ]
    if license:
        parts.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, _cut(_printable(license))))
    return x509.Name(parts)


def _cut(text: str) -> str:
    return text.encode()[:64].decode(errors="ignore")


def _printable(text: str) -> str:
    """serialNumber is a PrintableString: letters, digits and a few signs."""
    return "".join(c if c.isascii() and (c.isalnum() or c in " '()+,-./:=?") else "-" for c in text)


def _years_after(now: datetime, years: int) -> datetime:
    return now + timedelta(days=365 * years)


def _builder(
    subject, issuer, public_key, now: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(secrets.randbits(127) | 1 << 126)
        .not_valid_before(now - GRACE)
        .not_valid_after(until)
    )


def _by(built: x509.CertificateBuilder, issuer: Unlocked) -> x509.CertificateBuilder:
    return built.add_extension(_authority_key(issuer), critical=False)


def _authority_key(issuer: Unlocked) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())


def _with_crl(built: x509.CertificateBuilder, url: str) -> x509.CertificateBuilder:
    if not url:
        return built
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)
    return built.add_extension(x509.CRLDistributionPoints([point]), critical=False)


def _as_authority(built: x509.CertificateBuilder, key, *, path_length: int):
    return (
        built.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    """Leaves sign documents and cannot deny it; authorities sign certificates and lists."""
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=signs,
        key_cert_sign=not signs,
        crl_sign=not signs,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _issued(built: x509.CertificateBuilder, key, signing_key, passphrase: str) -> Issued:
    certificate = built.sign(signing_key, hashes.SHA256())
    body = certificate.public_bytes(serialization.Encoding.DER)
    return Issued(body, _locked(key, passphrase))


def _locked(key: ec.EllipticCurvePrivateKey, passphrase: str) -> bytes:
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise DocumentError(
            f"The passphrase of a signing key must have at least {SHORTEST_PASSPHRASE} "
            "characters. Make one with: openssl rand -base64 32"
        )
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase.encode()),
    )
