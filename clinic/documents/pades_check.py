"""pyHanko behind `verify`: what the signature itself says. Imported late, it is slow."""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from asn1crypto import cms, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from .authority import revoked_before
from .errors import DocumentError
from .verify import Carried, Check, Trust

# pyHanko reports what it refuses in its log, too; the report says it already.
logging.getLogger("pyhanko").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Facts:
    checks: tuple[Check, ...]
    signer: str = ""
    license: str = ""
    serial: str = ""
    signed_at: datetime | None = None
    level: str = ""
    carried: tuple[Carried, ...] = ()


def read(body: bytes, trust: Trust, moment: datetime) -> Facts:
    """`moment` is when the file is known to have existed: that is when its signer must have been
    trusted, so a certificate that expired or was revoked later does no harm."""
    try:
        return _read(body, trust, moment)
    except DocumentError:
        raise
    except Exception as error:  # hostile bytes raise whatever the parser trips over
        raise DocumentError("The file is damaged and cannot be read as a PDF.") from error


def _read(body: bytes, trust: Trust, moment: datetime) -> Facts:
    reader = PdfFileReader(BytesIO(body))
    if reader.encrypted:
        raise DocumentError("The file asks for a password. Choose the original; it has none.")
    signatures = reader.embedded_signatures
    if len(signatures) != 1:
        count = len(signatures) or "no"
        text = f"The file has {count} signatures; a document of ours has exactly one."
        return Facts((Check("signature", False, text),), carried=tuple(_carried(reader)))
    return _judge(body, reader, signatures[0], trust, moment)


def _judge(
    body: bytes,
    reader: PdfFileReader,
    signature: EmbeddedPdfSignature,
    trust: Trust,
    moment: datetime,
) -> Facts:
    status = validate_pdf_signature(
        signature,
        signer_validation_context=_context(trust.roots, trust, moment),
        ts_validation_context=_context((*trust.timestamp_roots, *trust.roots), trust, moment),
        key_usage_settings=KeyUsageConstraints(key_usage={"non_repudiation"}),
        skip_diff=True,  # nothing may follow the signature, so there is no difference to judge
    )
    subject = signature.signer_cert.subject.native
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    intact = status.intact and status.valid
    # Slow, and it says nothing more of content that was changed.
    alone = intact and _holds_nothing_else(body, signature, trust)
    checks = (
        Check("intact", intact,
              "The signed content is unchanged." if intact
              else "The content was changed after it was signed."),
        Check("whole", whole,
              "The signature covers the whole file." if whole
              else "Something was added to the file after it was signed."),
        Check("trusted", status.trusted, _trust_words(status.trusted)),
        _revocation(signature, trust, moment),
        Check("certified", _certified(signature),
              "The signature forbids every later change." if _certified(signature)
              else "The signature does not forbid later changes, as ours do."),
        Check("alone", alone,
              "Nothing is hidden beside the signature." if alone
              else "Something beside the signature was changed or hidden."),
    )  # fmt: skip
    return Facts(
        checks=checks,
        signer=subject.get("common_name", ""),
        license=subject.get("serial_number", ""),
        serial=f"{signature.signer_cert.serial_number:x}",
        signed_at=signature.self_reported_timestamp,
        level=_level(reader, status),
        carried=tuple(_carried(reader)),
    )


def _context(roots: tuple[bytes, ...], trust: Trust, moment: datetime) -> ValidationContext:
    return ValidationContext(
        trust_roots=[x509.Certificate.load(body) for body in roots],
        other_certs=[x509.Certificate.load(body) for body in trust.between],
        moment=moment,
        allow_fetching=False,
    )


def _trust_words(trusted: bool) -> str:
    if trusted:
        return "The signer's certificate was issued by the practice and was valid."
    return (
        "The signer's certificate was not issued by the practice, or was not valid when the "
        "document was made."
    )


def _revocation(signature: EmbeddedPdfSignature, trust: Trust, moment: datetime) -> Check:
    """Asked of our own lists directly: pyHanko asks only for certificates that name a list."""
    path = [signature.signer_cert.dump(), *trust.between]
    if any(
        revoked_before(body, trust.crls, (*trust.between, *trust.roots), moment) for body in path
    ):
        text = "The signer's certificate had been revoked before the document was made."
        return Check("revoked", False, text)
    return Check("revoked", True, "The signer's certificate had not been revoked.")


def _certified(signature: EmbeddedPdfSignature) -> bool:
    return signature.docmdp_level == MDPPerm.NO_CHANGES


def _holds_nothing_else(body: bytes, signature: EmbeddedPdfSignature, trust: Trust) -> bool:
    """The digest leaves out the place of the signature itself, so what stands there is compared
    with what should: capital hex, then zeros, and no certificates but the signer's and ours."""
    start, length, after, _ = signature.byte_range
    place = body[start + length : after]
    try:
        content = bytes.fromhex(place[1:-1].decode("ascii"))
        message = cms.ContentInfo.load(content)
    except ValueError:
        return False
    encoded = message.dump(force=True)
    if place != b"<" + (encoded + bytes(len(content) - len(encoded))).hex().upper().encode() + b">":
        return False
    signed = message["content"]
    inside = {item.chosen.dump() for item in signed["certificates"]}
    return _written_as_ours(signed, signature.signer_cert) and inside <= {
        signature.signer_cert.dump(),
        *trust.between,
        *trust.roots,
    }


def _written_as_ours(signed: cms.SignedData, certificate: x509.Certificate) -> bool:
    """The few fields around the signature that no signature covers."""
    (info,) = signed["signer_infos"]
    sha256 = cms.DigestAlgorithm({"algorithm": "sha256"}).dump()
    return (
        (signed["version"].native, info["version"].native) == ("v1", "v1")
        and [item.dump() for item in signed["digest_algorithms"]] == [sha256]
        and info["digest_algorithm"].dump() == sha256
        and info["signature_algorithm"]["algorithm"].native == "sha256_ecdsa"
        and info["sid"].chosen["issuer"].dump() == certificate.issuer.dump()
        and info["sid"].chosen["serial_number"].native == certificate.serial_number
    )


def _level(reader: PdfFileReader, status) -> str:
    if status.timestamp_validity is None:
        return "B-B"
    return "B-LT" if "/DSS" in reader.root else "B-T"


def _carried(reader: PdfFileReader) -> Iterator[Carried]:
    for spec in reader.root.get("/AF", ()):
        facts = spec.get_object()
        body = facts["/EF"]["/F"].data
        yield Carried(
            str(facts["/UF"]),
            hashlib.sha256(body).hexdigest(),
            str(facts.get("/AFRelationship", ""))[1:],
        )
