"""A draft that could be signed, and the act of signing with the notes app alone."""

from datetime import date

import pytest

from clinic.scope import scope
from notes import signing
from notes.models import DiagnosisCode, Note
from tests.factories import make_block, make_episode, make_note, make_visit
from tests.notes.acts import sign


def complete_draft() -> Note:
    """A self-pay visit's draft, complete: one block and its text."""
    note = make_note(make_visit(episode=make_episode(coverage=None)))
    make_block(note, "09:00", "09:15")
    return Note.objects.get(pk=note.pk)


@pytest.fixture
def draft(in_practice) -> Note:
    return complete_draft()


@pytest.fixture
def draft_elsewhere(other_practice) -> Note:
    with scope(other_practice):
        return complete_draft()


@pytest.fixture
def notes_only(monkeypatch) -> None:
    """Signing as it is where no other app has registered a step."""
    monkeypatch.setattr(signing, "_steps", [])


@pytest.fixture
def signed(draft, notes_only) -> Note:
    """The draft, signed by its author."""
    return sign(draft)


@pytest.fixture
def codes(db) -> None:
    """A few diagnosis codes: two that can be billed, a header, one that ended."""
    DiagnosisCode.objects.bulk_create(
        DiagnosisCode(code=code, title=title, billable=billable, valid_from=first, valid_to=last)
        for code, title, billable, first, last in (
            ("M54.2", "Cervicalgia", True, date(2015, 10, 1), None),
            ("M54.5", "Low back pain", False, date(2021, 10, 1), None),
            ("M54.50", "Low back pain, unspecified", True, date(2021, 10, 1), None),
            ("M54.51", "Vertebrogenic low back pain", True, date(2021, 10, 1), None),
            ("M62.89", "Other disorders of muscle", True, date(2015, 10, 1), date(2025, 9, 30)),
        )
    )
