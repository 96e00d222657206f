"""Signing in one line."""

from typing import Any

import pytest

from notes import signing
from notes.models import Note
from notes.signing import sign_note


def sign(note: Note, **given: Any) -> Note:
    """Sign the draft as its author, as it stands in the database."""
    fresh = Note.objects.get(pk=note.pk)
    defaults = {"by": fresh.author.user, "version": fresh.version, "method": "password"}
    return sign_note(fresh, **defaults | given)


def sign_with_notes_alone(note: Note) -> Note:
    """As where no other app has registered a step: for what a module builds once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signing, "_steps", [])
        return sign(note)
