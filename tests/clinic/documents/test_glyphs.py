"""What cannot be printed is refused in a sentence, before anything is made."""

from dataclasses import replace

import pytest

from clinic.documents.errors import DocumentError
from clinic.documents.glyphs import first_unprintable
from clinic.documents.render import note_job, render_note
from tests.clinic.documents import samples as s


@pytest.mark.parametrize(
    "text",
    [
        "→ ≥ ≤ Δ ✓ °",
        "Tiếng Việt: đau cổ",
        "Ελληνικά",
        "שלום",
        "ألم في الرقبة، ١٢°؟",
        "پارچه گرم",
        "a\tb\nc",
        "",
    ],
)
def test_printable_text_passes(text):
    assert first_unprintable(text) == ""


@pytest.mark.parametrize(
    "text", ["ok 👍", "痛み", "محمّد", "می\u200cشود", "a\x00b", "a\u202eb", "a\u200bb", "\ue000"]
)
def test_unprintable_character_is_found(text):
    assert first_unprintable(text) != ""


def test_missing_glyph_names_field_and_character():
    block = replace(s.blocks(2)[1], response="better 👍")
    context = s.signed(blocks=(s.blocks(1)[0], block))

    with pytest.raises(DocumentError) as refusal:
        render_note(context)

    assert str(refusal.value) == (
        "The blocks 2 response contains the character '👍' (U+1F44D, THUMBS UP SIGN), which the "
        "document's font cannot print. Replace it and try again."
    )


def test_very_long_field_is_refused():
    with pytest.raises(DocumentError, match="The plan is 1,000,000 characters long; a document"):
        note_job(s.signed(plan="x" * 1_000_000))


def test_two_thousand_rows_are_refused():
    with pytest.raises(DocumentError, match="The list of blocks has 2,000 rows"):
        note_job(s.signed(blocks=s.blocks(1) * 2000))


def test_too_much_text_in_all_is_refused():
    measures = tuple(replace(s.DRAFT.measures[0], goal="x" * 15_000) for _ in range(7))

    with pytest.raises(DocumentError, match="at most 100,000 are printed"):
        note_job(s.signed(measures=measures))


def test_derivation_is_attached_not_printed_and_may_hold_anything():
    section = replace(s.CHARGES, derivation='{"emoji": "👍"}')

    job = note_job(s.signed(sections=(section,)))

    attached = {item.name: item.body.decode() for item in job.attached}
    assert attached["derivation.json"] == '{"emoji": "👍"}'
