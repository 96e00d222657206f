"""pyHanko behind `sign`. Imported late: it costs half a second and 50 MB."""

import logging
from functools import lru_cache
from io import BytesIO

from asn1crypto import keys, x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.ades.api import CAdESSignedAttrSpec
from pyhanko.sign.fields import MDPPerm, SigAuthType, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_cms import Signer as CmsSigner
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference
from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError
from pyhanko.stamp.noop import NoOpStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from . import hardware
from .errors import DocumentError
from .names import SIGNATURE_FIELD
from .sign import Intent, Signer, Timestamping

# It warns that it may not fetch lists of revoked certificates; it is given them instead.
logging.getLogger("pyhanko.sign.signers").setLevel(logging.ERROR)

# Room for the signature: measured, so that no second signing is needed to learn the size.
BYTES_B, BYTES_LT = 8192, 24576
AUTH_TYPES = {
    "password": SigAuthType.PASSWORD,
    "pin": SigAuthType.PIN,
    "fingerprint": SigAuthType.FINGERPRINT,
}


def certify(pdf: bytes, signer: Signer, intent: Intent, timestamping: Timestamping | None) -> bytes:
    try:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        tool = PdfSigner(
            _metadata(signer, intent, timestamping),
            _cms_signer(signer),
            timestamper=_timestamper(timestamping),
            stamp_style=NoOpStampStyle(),
        )
        signed = tool.sign_pdf(
            writer,
            existing_fields_only=True,
            bytes_reserved=BYTES_LT if timestamping else BYTES_B,
        )
    except TimestampRequestError as error:
        raise DocumentError(
            "The time-stamping authority did not answer; nothing was signed. Try again, or "
            "leave its address out of the settings to sign without a time stamp."
        ) from error
    except (PathError, ValidationError) as error:
        raise DocumentError(
            "The time-stamping authority's answer is not from one of its trusted roots; nothing "
            "was signed. Check the roots, and the lists of revoked certificates, in the settings."
        ) from error
    except (SigningError, PdfError) as error:
        raise DocumentError(f"The document could not be signed: {error}") from error
    return signed.getvalue()


def _metadata(
    signer: Signer, intent: Intent, timestamping: Timestamping | None
) -> PdfSignatureMetadata:
    known = intent.method in AUTH_TYPES and intent.seconds_since_authentication is not None
    settings = {}
    if timestamping and timestamping.trusted:
        settings = {
            "embed_validation_info": True,
            "validation_context": _context(signer, timestamping),
            "dss_settings": DSSContentSettings(
                placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE, include_vri=False
            ),
        }
    return PdfSignatureMetadata(
        field_name=SIGNATURE_FIELD,
        md_algorithm="sha256",
        name=_subject_name(signer),
        reason=intent.reason,
        location=intent.location or None,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.PADES,
        cades_signed_attr_spec=CAdESSignedAttrSpec(),
        prop_auth_time=intent.seconds_since_authentication if known else None,
        prop_auth_type=AUTH_TYPES[intent.method] if known else None,
        **settings,
    )


def _subject_name(signer: Signer) -> str:
    return _leaf(signer).subject.native["common_name"]


def _leaf(signer: Signer) -> x509.Certificate:
    return x509.Certificate.load(signer.certificate)


def _cms_signer(signer: Signer) -> CmsSigner:
    chain = [x509.Certificate.load(body) for body in signer.chain]
    if isinstance(signer.key, hardware.TokenKey):
        return hardware.signer(signer.key, _leaf(signer), chain)
    store = SimpleCertificateStore()
    store.register_multiple(chain)
    key = signer.key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return SimpleSigner(
        signing_cert=_leaf(signer),
        signing_key=keys.PrivateKeyInfo.load(key),
        cert_registry=store,
    )


def _timestamper(timestamping: Timestamping | None):
    if timestamping is None:
        return None
    return timestamping.timestamper or _asked_by_http(timestamping.url)


@lru_cache(maxsize=4)
def _asked_by_http(url: str) -> HTTPTimeStamper:
    """Kept, because pyHanko asks each new one twice: once only to learn the answer's size."""
    return HTTPTimeStamper(url, timeout=10)


def _context(signer: Signer, timestamping: Timestamping) -> ValidationContext:
    roots = [x509.Certificate.load(body) for body in (signer.chain[-1], *timestamping.trusted)]
    return ValidationContext(
        trust_roots=roots,
        other_certs=[x509.Certificate.load(body) for body in signer.chain],
        crls=list(timestamping.crls),
        allow_fetching=False,
    )
