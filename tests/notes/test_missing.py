import pytest

from notes.models import DiagnosisCode, Note
from notes.queries import blocks_of, procedures_of
from notes.services.missing import Missing, missing_for
from tests.factories import make_block, make_episode, make_note, make_procedure, make_visit


def missing(note: Note) -> list[Missing]:
    fresh = Note.objects.get(pk=note.pk)
    return missing_for(fresh, list(blocks_of(fresh)), list(procedures_of(fresh)))


def test_complete_note_lacks_nothing(draft):
    assert missing(draft) == []


def test_empty_note_lacks_all_in_the_order_of_the_page(in_practice):
    note = make_note(subjective="", objective="", assessment=" \n", plan="")

    assert missing(note) == [
        Missing("Chart at least one treatment block or procedure.", "add-block"),
        Missing("Write what the patient reports.", "id_subjective"),
        Missing(
            "Write the assessment: the response, and why skilled care is needed.", "id_assessment"
        ),
        Missing("Write the plan for the next visit.", "id_plan"),
    ]


def test_procedure_alone_is_a_visit(in_practice):
    note = make_note()
    make_procedure(note, "97161")

    assert missing(note) == []


def test_block_without_region_or_response_is_named_by_its_number(draft):
    second = make_block(draft, "09:15", "09:30", regions=(), response="  ")

    assert missing(draft) == [
        Missing("Block 2 (Joint mobilization): choose the region.", f"block-{second.public_id}"),
        Missing("Block 2 (Joint mobilization): write the response.", f"block-{second.public_id}"),
    ]


@pytest.mark.parametrize("technique", ["therapeutic_exercise", "rest"])
def test_technique_that_needs_no_region_needs_no_response(draft, technique):
    make_block(draft, "09:15", "09:30", technique=technique, regions=(), response="")

    assert missing(draft) == []


def test_diagnosis_that_cannot_be_billed_is_named_with_what_to_choose(in_practice, codes):
    episode = make_episode(
        diagnoses=[("M54.2", ""), ("M54.5", ""), ("M62.89", ""), ("S13.4XXA", "")]
    )
    note = make_note(make_visit(episode=episode))
    make_block(note, "09:00", "09:15")

    assert missing(note) == [
        Missing("M54.5 is a header: choose M54.50 or M54.51.", "diagnoses"),
        Missing("M62.89 ended on Sep 30, 2025, before the visit on Mar 2, 2026.", "diagnoses"),
    ]


def test_diagnoses_are_unknown_where_no_codes_are_loaded(draft):
    assert (DiagnosisCode.objects.count(), missing(draft)) == (0, [])
