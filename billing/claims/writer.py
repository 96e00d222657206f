"""The 837P file (005010X222A1): one interchange, one group, one transaction set."""

from collections.abc import Iterator
from datetime import date

from billing.claims.loops import address_segments, claim_loops, name_segment
from billing.claims.segments import Segment, pad, row
from billing.claims.types import Billing, Interchange
from billing.claims.words import digits, normalised

VERSION = "005010X222A1"
TERMINATOR = "~\n"


def write_837p(of: Interchange) -> str:
    """The file's text. The claims must have passed the preflight."""
    file = normalised(of)
    body = list(_transaction(file))
    count = len(body) + 2
    segments = [
        _isa(file),
        row("GS", "HC", file.submitter.id, file.receiver.id, file.made_at.strftime("%Y%m%d"),
            file.made_at.strftime("%H%M"), str(file.control), "X", VERSION),
        row("ST", "837", "0001", VERSION),
        *body,
        row("SE", str(count), "0001"),
        row("GE", "1", str(file.control)),
        row("IEA", "1", f"{file.control:09d}"),
    ]  # fmt: skip
    return "".join("*".join(segment) + TERMINATOR for segment in segments)


def _isa(file: Interchange) -> Segment:
    return row(
        "ISA", "00", " " * 10, "00", " " * 10, "ZZ", pad(file.submitter.id, 15), "ZZ",
        pad(file.receiver.id, 15), file.made_at.strftime("%y%m%d"), file.made_at.strftime("%H%M"),
        "^", "00501", f"{file.control:09d}", "0", file.usage, ":",
    )  # fmt: skip


def _transaction(file: Interchange) -> Iterator[Segment]:
    submitter = file.submitter
    yield row("BHT", "0019", "00", f"B{file.control:09d}", _day(file.made_at.date()),
              file.made_at.strftime("%H%M"), "CH")  # fmt: skip
    yield name_segment("41", submitter.name, "46", submitter.id)
    yield row("PER", "IC", submitter.contact, "TE", digits(submitter.phone))
    yield row("NM1", "40", "2", file.receiver.name, "", "", "", "", "46", file.receiver.id)
    level = 0
    billing: Billing | None = None
    parent = 0
    for claim in sorted(file.claims, key=lambda claim: claim.billing.npi):
        if claim.billing != billing:
            billing, level = claim.billing, level + 1
            parent = level
            yield from _billing(billing, level)
        segments, level = claim_loops(claim, level, parent)
        yield from segments


def _billing(of: Billing, level: int) -> Iterator[Segment]:
    yield row("HL", str(level), "", "20", "1")
    if of.taxonomy:
        yield row("PRV", "BI", "PXC", of.taxonomy)
    yield name_segment("85", of.name, "XX", of.npi)
    yield from address_segments(of.address)
    yield row("REF", of.tax_kind, digits(of.tax_id))


def _day(value: date) -> str:
    return value.strftime("%Y%m%d")
