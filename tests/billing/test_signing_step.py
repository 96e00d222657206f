"""Signing freezes note and charges together, or nothing."""

import pytest

from billing.models import ChargeLine, ChargeSet
from billing.services.deriving import charges_of
from clinic.errors import NotAllowed
from clinic.models import AuditEvent
from notes.models import Note
from tests.billing.making import make_draft
from tests.factories import make_block, make_procedure
from tests.notes.acts import sign
from tests.snapshot import changed, snapshot


@pytest.mark.slow
def test_charges_are_frozen_in_the_act_of_signing(in_practice):
    note = sign(make_draft())

    charge_set = ChargeSet.objects.get()
    assert (charge_set.note, charge_set.created_at) == (note, note.signed_at)
    assert [str(line) for line in ChargeLine.objects.all()] == ["97140 x1"]
    assert AuditEvent.objects.get(action="charges.frozen").detail == {"digest": charge_set.digest}


@pytest.mark.slow
def test_printed_section_is_the_frozen_answer(in_practice):
    note = sign(make_draft())

    [section] = Note.objects.get(pk=note.pk).record["sections"]
    answer = note.charge_set.answer
    assert [(line["code"], line["units"], line["modifiers"]) for line in section["lines"]] == [
        (line["code"], line["units"], line["modifiers"]) for line in answer["lines"]
    ]
    assert [reason["text"] for reason in section["lines"][0]["reasons"]] == [
        reason["text"] for reason in answer["lines"][0]["reasons"]
    ]
    assert section["policy"] == note.charge_set.policy_label


@pytest.mark.slow
def test_adjustment_is_printed_under_the_code_that_its_regions_came_to(in_practice):
    note = make_draft()
    regions = ["cervical_spine", "thoracic_spine", "lumbar_spine"]
    make_procedure(note, "CMT", regions=regions, start="09:40")
    make_procedure(note, "97161", start="09:50")

    record = Note.objects.get(pk=sign(note).pk).record

    assert [row["code"] for row in record["procedures"]] == ["98941", "97161"]
    assert [row["code"] for row in record["blocks"]] == ["97140"]


def refusal(note: Note) -> str:
    """The sentence that stops the signature: it is in the trail, and nothing else is written."""
    before = snapshot()
    with pytest.raises(NotAllowed) as raised:
        sign(note)
    assert changed(before, snapshot()) == {"clinic_auditevent"}
    return str(raised.value)


def test_blocking_finding_stops_the_signature_and_nothing_is_written(in_practice):
    note = make_draft(preset="medicare")
    make_procedure(note, "97001")  # ended with 2016
    [blocking] = charges_of(Note.objects.get(pk=note.pk).visit).blocking

    assert "97001" in blocking
    assert refusal(note) == blocking


def test_several_blocking_findings_are_counted(in_practice):
    note = make_draft(preset="medicare")
    for code in ("97001", "97003"):
        make_procedure(note, code)

    assert refusal(note).endswith(" And 1 more.")


@pytest.mark.slow
def test_warning_does_not_stop_the_signature(in_practice):
    note = make_draft(preset="medicare")
    make_block(note, "09:10", "09:30", technique="therapeutic_exercise", regions=[])
    findings = charges_of(Note.objects.get(pk=note.pk).visit).result.findings

    assert {finding.level for finding in findings} >= {"warn"}
    assert sign(note).charge_set.answer["findings"] != []
