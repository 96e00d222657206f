"""Turning a frozen context into bytes, in the warm process beside the server."""

import json
from typing import Any

from clinic.documents import canonical, care_press, worker
from clinic.documents.care_contexts import CareLetter
from clinic.documents.contexts import NoteContext, SuperbillContext

RENDERER = "weasyprint-70.0"


def plain(context: NoteContext | SuperbillContext | CareLetter) -> dict[str, Any]:
    """The context as JSON-ready data, to be stored beside the bytes."""
    return canonical.plain(context)


def note_from_plain(stored: dict[str, Any]) -> NoteContext:
    """The reverse of ``plain`` for a note."""
    return canonical.from_json(NoteContext, json.dumps(stored))


def render_note(context: NoteContext, *, earlier: bytes = b"") -> bytes:
    return worker.render_note(context, earlier=earlier)


def render_superbill(context: SuperbillContext) -> bytes:
    return worker.render_superbill(context)


def render_care_letter(context: CareLetter, *, earlier: bytes = b"") -> bytes:
    return care_press.care_letter(context, earlier=earlier)
