"""A later version embeds the earlier issued file byte for byte; both stay verifiable."""

import io

import pikepdf
import pytest

from clinic.documents.errors import DocumentError
from clinic.documents.render import note_job, render_note
from clinic.documents.sign import sign_pdf
from clinic.documents.verify import RegistryEntry, verify_pdf
from tests.clinic.documents import samples as s
from tests.clinic.documents.conftest import INTENT, NOW
from tests.clinic.documents.golden_notes import amended_note, one_block


def entry(version: int, state: str, replaced_by: str = "") -> RegistryEntry:
    return RegistryEntry("note", "SN-240000", version, state, NOW, "Renata Oyelaran", replaced_by)


def test_amended_note_carries_the_signed_original_unchanged(house, signed_file):
    signed = signed_file("note-1")
    second = sign_pdf(
        render_note(amended_note(signed), earlier=signed), signer=house.signer, intent=INTENT
    )
    known = {
        s.sha256(signed): entry(1, "superseded", "version 2"),
        s.sha256(second): entry(2, "issued"),
    }

    with pikepdf.open(io.BytesIO(second)) as pdf:
        inside = bytes(pdf.attachments["SN-240000-v1.pdf"].get_file().read_bytes())
        relation = pdf.attachments["SN-240000-v1.pdf"].obj.AFRelationship
    reports = [
        verify_pdf(body, trust=house.trust, registry=known.get, now=NOW)
        for body in (second, inside)
    ]

    assert inside == signed
    assert relation == "/Source"
    assert [report.verdict for report in reports] == [
        "Genuine, unchanged and current.",
        "Genuine and unchanged, but superseded by version 2.",
    ]
    carried = {item.name: item.sha256 for item in reports[0].carried}
    assert carried["SN-240000-v1.pdf"] == s.sha256(signed)


def test_both_versions_carry_the_same_record(signed):
    first, second = note_job(one_block()), note_job(amended_note(signed), earlier=signed)

    records = [
        item.body for job in (first, second) for item in job.attached if item.name == "record.json"
    ]

    assert len(records) == 2
    assert len(set(records)) == 1
    assert s.sha256(records[0]) == one_block().fingerprint()


def test_version_is_not_built_on_a_file_that_changed(signed):
    with pytest.raises(DocumentError, match="is not the one that was issued"):
        note_job(amended_note(signed), earlier=signed + b" ")


def test_signature_field_stands_on_the_latest_act(signed):
    html = note_job(amended_note(signed), earlier=signed).html

    assert html.count('type="checkbox"') == 1
    assert html.index('type="checkbox"') > html.index("Addendum 1")
