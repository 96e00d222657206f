"""Signed notes: record, fingerprint, signatures and paper belong to one another."""

import hashlib
from collections.abc import Iterator
from typing import Any

from clinic import verifying
from clinic.documents.canonical import to_json
from clinic.verifying import Finding, Options, Tell, witnesses
from notes.enums import NoteStatus, SignatureMeaning
from notes.models import Note, Signature

CHUNK = 200
# What NoteContext.record() leaves out of the record that was signed.
_LATER = {
    "version": 1, "status": "signed", "signature": None, "cosignatures": [], "addenda": [],
    "earlier": None, "void": None, "verify_url": None,
}  # fmt: skip
_ON_PAPER = {"verify_url": None}  # where the QR code of that file leads


def register_checks() -> None:
    verifying.register("notes", check)
    witnesses.register(
        witnesses.Witness(
            "note.signed", Note, "digest", "digest",
            rows={"status": NoteStatus.SIGNED, "imported": False},
        )
    )  # fmt: skip


def fingerprint_of(stored: dict[str, Any]) -> str:
    """Of the record as it is stored: a field that documents got later does not change it."""
    return hashlib.sha256(to_json(stored | _LATER).encode()).hexdigest()


def check(options: Options, tell: Tell) -> Iterator[Finding]:
    rows = Note.objects.filter(status=NoteStatus.SIGNED, imported=False).order_by("pk")
    wanted = rows.select_related("document").defer("document__content")
    wanted = wanted.prefetch_related("signatures__addendum")
    for read, note in enumerate(wanted.iterator(chunk_size=CHUNK), start=1):
        tell(read)
        for text in (*_record(note), *_signatures(note)):
            yield Finding("notes", text, what=f"note {note.number}", practice=note.practice_id)


def _record(note: Note) -> Iterator[str]:
    if fingerprint_of(note.record) != note.digest:
        yield "Its record is not the one that was signed."
    elif note.record | _ON_PAPER != note.document.context | _ON_PAPER:
        yield "Its record is not the one that its document printed."
    printed = note.document.context.get("signature") or {}
    if printed.get("record_sha256") != note.digest:
        yield "Its document prints another record's fingerprint."
    if note.document.number != note.number:
        yield "Its document has another number."


def _signatures(note: Note) -> Iterator[str]:
    rows = list(note.signatures.all())
    authors = [row for row in rows if row.meaning == SignatureMeaning.AUTHOR]
    if len(authors) != 1:
        yield "It has no author's signature." if not authors else "It has two authors' signatures."
    for row in authors:
        if (row.signer_id, row.at) != (note.signed_by_id, note.signed_at):
            yield f"The author's signature {row.pk} is of another person or moment."
    for row in rows:
        if row.digest != _agreed_to(note, row):
            yield f"Signature {row.pk} belongs to another record."


def _agreed_to(note: Note, row: Signature) -> str:
    """The fingerprint that this signature must carry."""
    addendum = getattr(row, "addendum", None)
    if row.meaning != SignatureMeaning.ADDENDUM or addendum is None:
        return note.digest
    return hashlib.sha256(f"{note.digest}\n{addendum.text}".encode()).hexdigest()
