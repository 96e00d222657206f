"""A care letter's job for the press."""

from .care_contexts import CareLetter
from .errors import DocumentError
from .glyphs import check_printable
from .job import Attached, Job
from .pages import care_letter as page
from .render import earlier_file
from .worker import PRESS


def care_letter(context: CareLetter, *, earlier: bytes = b"") -> bytes:
    return PRESS.set(care_letter_job(context, earlier=earlier))


def care_letter_job(context: CareLetter, *, earlier: bytes = b"") -> Job:
    """`earlier` is the issued file of the version before, which travels inside this one."""
    check_printable(context)
    signed = context.signature
    if signed is None or signed.record_sha256 != context.fingerprint():
        raise DocumentError(
            f"The signature of {context.number} is not one of what is to be printed. "
            "Open it again and sign it again."
        )
    record = Attached("record.json", context.record().encode(), "The record that was signed")
    return Job(
        html=page.html(context),
        made_at=signed.signed_at,
        kind="care_letter",
        attached=(record, *earlier_file(context.earlier, earlier)),
    )
