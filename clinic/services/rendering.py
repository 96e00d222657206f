"""Turning a frozen context into bytes."""

from typing import Any

from clinic.documents import canonical
from clinic.documents.contexts import NoteContext, SuperbillContext

RENDERER = "weasyprint-70.0"


def plain(context: NoteContext | SuperbillContext) -> dict[str, Any]:
    """The context as JSON-ready data, to be stored beside the bytes."""
    return canonical.plain(context)


def render_note(context: NoteContext) -> bytes:
    from clinic.documents import render  # noqa: PLC0415 slow import

    return render.render_note(context)


def render_superbill(context: SuperbillContext) -> bytes:
    from clinic.documents import render  # noqa: PLC0415 slow import

    return render.render_superbill(context)
