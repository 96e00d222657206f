"""Turning a frozen context into bytes, in the warm process beside the server."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from clinic.documents import canonical, care_press, sign, worker
from clinic.documents.care_contexts import CareLetter
from clinic.documents.contexts import NoteContext, SuperbillContext

RENDERER = "weasyprint-70.0"


def start() -> None:
    """Have the process started by the time that somebody who reads a page now will sign."""
    worker.PRESS.start()


@contextmanager
def ready_to_issue() -> Iterator[None]:
    """Stands outside of the transaction that issues a document.

    A process that starts and a library that loads cost a second or more; inside, everybody who
    wants to write would wait for that too.
    """
    worker.PRESS.warm()
    sign.load()
    yield


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
