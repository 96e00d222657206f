"""A context becomes a document. The same context always gives the same bytes."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, time

from . import parts
from .contexts import NoteContext, SuperbillContext
from .errors import DocumentError
from .glyphs import check_printable
from .job import Attached, Job
from .pages import note, superbill

MARKS = {"draft": "DRAFT", "voided": "VOIDED", "superseded": "SUPERSEDED"}
SIZES = ("letter", "a4")


def render_note(context: NoteContext, *, size: str = "letter", earlier: bytes = b"") -> bytes:
    """In this process. The web server uses `worker.render_note`, which keeps it out of requests."""
    from .press import press  # noqa: PLC0415 slow import

    return press(note_job(context, size=size, earlier=earlier))


def render_superbill(
    context: SuperbillContext, *, size: str = "letter", earlier: bytes = b""
) -> bytes:
    from .press import press  # noqa: PLC0415 slow import

    return press(superbill_job(context, size=size, earlier=earlier))


def note_job(context: NoteContext, *, size: str = "letter", earlier: bytes = b"") -> Job:
    """`earlier` is the issued file of the version before, which travels inside this one."""
    _check(context, size)
    _check_fingerprint(context)
    return Job(
        html=note.html(context, size),
        made_at=_note_made_at(context),
        kind="note",
        size=size,
        mark=MARKS.get(context.status, ""),
        attached=(*_note_data(context), *earlier_file(context.earlier, earlier)),
    )


def superbill_job(context: SuperbillContext, *, size: str = "letter", earlier: bytes = b"") -> Job:
    _check(context, size)
    _check_sums(context)
    record = Attached("superbill.json", context.record().encode(), "This superbill as data")
    return Job(
        html=superbill.html(context, size),
        made_at=context.issued_at,
        kind="superbill",
        size=size,
        mark=MARKS.get(context.status, ""),
        attached=(record, *earlier_file(context.earlier, earlier)),
    )


def _check(context, size: str) -> None:
    if size not in SIZES:
        raise DocumentError(f"{size!r} is not a paper size; choose letter or a4.")
    check_printable(context)


def _check_fingerprint(context: NoteContext) -> None:
    """The printed fingerprint must be that of the attached record, or it proves nothing."""
    if context.signature and context.signature.record_sha256 != context.fingerprint():
        raise DocumentError(
            f"The signature of {context.number} is for another record than the one to be "
            "printed. Open the note again and sign it again."
        )


def _check_sums(context: SuperbillContext) -> None:
    charges = sum(line.charge_cents for line in context.lines)
    discounts = sum(item.amount_cents for item in context.discounts)
    paid = sum(item.amount_cents for item in context.payments)
    if context.total_cents != charges - discounts:
        raise DocumentError(f"The total of superbill {context.number} is not its charges.")
    if context.paid_cents != paid:
        raise DocumentError(f"The paid amount of superbill {context.number} is not its payments.")
    if context.balance_cents != context.total_cents - paid:
        raise DocumentError(f"The balance of superbill {context.number} does not add up.")


def _note_data(context: NoteContext) -> Iterable[Attached]:
    if context.signature is None:
        return
    yield Attached("record.json", context.record().encode(), "The record that was signed")
    for number, section in enumerate(context.sections):
        if section.derivation:
            name = f"derivation-{number + 1}.json" if number else "derivation.json"
            yield Attached(name, section.derivation.encode(), "How the charges were derived")


def earlier_file(facts: parts.Earlier | None, body: bytes) -> Iterable[Attached]:
    if facts is None:
        return
    if hashlib.sha256(body).hexdigest() != facts.file_sha256:
        raise DocumentError(
            f"The stored file of {facts.number} version {facts.version} is not the one that was "
            "issued, so no later version can be built on it. Restore it from a backup."
        )
    name = f"{facts.number}-v{facts.version}.pdf"
    yield Attached(name, body, "The version that this one replaces", "Source")


def _note_made_at(context: NoteContext) -> datetime:
    """The instant of the latest act: file dates come from the record, never from a clock."""
    acts = [item.signed_at for item in context.cosignatures]
    acts += [item.signature.signed_at for item in context.addenda]
    if context.signature:
        acts.append(context.signature.signed_at)
    if context.void:
        acts.append(context.void.voided_at)
    return max(acts, default=datetime.combine(context.served_on, time(), UTC))
