"""What billing adds to the act of signing: the frozen charge set, and the note's section."""

from datetime import datetime

from billing.services.desk_refresh import open_item
from billing.services.freezing_charges import freeze_charges
from clinic.models import User
from notes import signing
from notes.models import Note


def freeze(note: Note, by: User, at: datetime) -> signing.Contribution:
    """Derive, refuse what the policy blocks, store the charge set, return the section."""
    contribution = freeze_charges(note, by=by, at=at)
    open_item(note.charge_set, by=by)
    return contribution


def register() -> None:
    signing.register(freeze)
