import pytest

from notes.models import Note
from tests.factories import at, make_block
from tests.notes.charting.sending import own_note


@pytest.fixture
def signed_note(therapist_client, in_practice) -> Note:
    """A note of history: signed elsewhere, so that no document is made."""
    note = own_note(therapist_client)
    make_block(note, "09:00", "09:15")
    Note.objects.filter(pk=note.pk).update(
        status="signed", signed_at=at("10:00"), signed_by=therapist_client.user, imported=True,
        digest="0" * 64,
    )  # fmt: skip
    return Note.objects.get(pk=note.pk)
