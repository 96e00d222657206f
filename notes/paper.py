"""The note's document, as clinic.services.issuing is given it."""

from dataclasses import replace

from clinic.documents.contexts import NoteContext
from clinic.enums import DocumentKind
from clinic.models import StoredDocument
from clinic.services import issuing, rendering
from notes.models import Note


def note_paper(
    note: Note, context: NoteContext, *, replaces: StoredDocument | None = None
) -> issuing.Paper:
    """The note's document, or its next version, which carries the one before."""

    def render(verify_url: str | None) -> tuple[bytes, dict]:
        printed = replace(context, verify_url=verify_url)
        earlier = bytes(replaces.content) if replaces else b""
        return rendering.render_note(printed, earlier=earlier), rendering.plain(printed)

    return issuing.Paper(
        kind=DocumentKind.NOTE,
        number=note.number,
        version=context.version,
        patient=note.visit.patient,
        render=render,
        replaces=replaces,
    )
