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
    checks = (
        Check("intact", status.intact and status.valid,
              "The signed content is unchanged." if status.intact and status.valid
              else "The content was changed after it was signed."),
        Check("whole", whole,
              "The signature covers the whole file." if whole
              else "Something was added to the file after it was signed."),
        Check("trusted", status.trusted, _trust_words(status.trusted)),
        _revocation(signature, trust, moment),
        Check("certified", _certified(signature),
              "The signature forbids every later change." if _certified(signature)
              else "The signature does not forbid later changes, as ours do."),
        Check("padding", _padding_is_empty(body, signature),
              "Nothing is hidden beside the signature." if _padding_is_empty(body, signature)
              else "Something is hidden beside the signature."),
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


def _padding_is_empty(body: bytes, signature: EmbeddedPdfSignature) -> bool:
    """Hex between the end of the signature and the end of its place must be zeros: the digest
    leaves that place out, so it is the one spot where bytes can change without breaking it."""
    start, length, after, _ = signature.byte_range
    place = body[start + length : after]
    if place[:1] != b"<" or place[-1:] != b">":
        return False
    content = bytes.fromhex(place[1:-1].decode("ascii"))
    used = len(cms.ContentInfo.load(content).dump())
    return not any(content[used:]) and cms.ContentInfo.load(content).dump() == content[:used]


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
