"""Contexts: canonical, reversible, and a record that later acts do not change."""

from dataclasses import replace

import pytest

from clinic.documents.canonical import plain
from clinic.documents.contexts import NoteContext, SuperbillContext, from_json, to_json
from clinic.documents.errors import DocumentError
from tests.clinic.documents import golden_notes
from tests.clinic.documents import samples as s


@pytest.mark.parametrize(
    "made",
    [s.DRAFT, s.signed(), golden_notes.region_note(), golden_notes.bare_note(), s.superbill(3)],
)
def test_context_survives_json(made):
    again = from_json(type(made), to_json(made))

    assert again == made
    assert to_json(again) == to_json(made)


def test_canonical_json_is_sorted_and_keeps_letters():
    text = to_json(s.PATIENT)

    assert text == (
        '{"address":"9 Larch Lane, Portland, ME 04103","born_on":"1976-06-22",'
        '"name":"Sofía Nguyễn-Okafor","phone":"(207) 555-0187","record_no":"P40210","sex":"F"}'
    )


def test_canonical_json_knows_no_floats():
    with pytest.raises(TypeError, match="float has no canonical form"):
        plain(1.5)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (NoteContext, "not json"),
        (NoteContext, "{}"),
        (NoteContext, "[1]"),
        (SuperbillContext, '{"practice": 1}'),
        (NoteContext, '{"surprise": 1}'),
    ],
)
def test_context_refuses_other_json(kind, text):
    with pytest.raises(DocumentError, match=f"This is not a stored {kind.__name__}"):
        from_json(kind, text)


def test_record_stays_the_same_through_every_later_act():
    first = golden_notes.one_block()

    later = [
        golden_notes.amended_note(b""),
        replace(golden_notes.voided_note()),
        replace(first, verify_url=None, signature=None, status="draft"),
    ]

    assert {item.fingerprint() for item in later} == {first.fingerprint()}


def test_record_changes_with_any_fact():
    first = s.signed()

    changed = replace(first, plan=first.plan + ".")

    assert changed.fingerprint() != first.fingerprint()
