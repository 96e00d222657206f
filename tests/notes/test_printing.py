"""What is printed equals what is stored: each field comes from its row."""

from datetime import date, time

import pytest

from clinic.documents import parts
from notes.models import Note
from notes.printing import note_context
from tests.factories import (
    make_authorization,
    make_block,
    make_clinician,
    make_coverage,
    make_episode,
    make_note,
    make_patient,
    make_payer,
    make_plan,
    make_procedure,
    make_visit,
)


@pytest.fixture
def note(in_practice) -> Note:
    patient = make_patient(first_name="Ana", last_name="Vega", record_number="20400", sex="F")
    coverage = make_coverage(
        patient=patient, payer=make_payer(name="Granite Mutual"), member_id="XQH1"
    )
    episode = make_episode(
        coverage=coverage, diagnoses=[("M54.2", "Cervicalgia"), ("M62.838", "Spasm")]
    )
    make_plan(episode, certified_on=date(2026, 2, 11))
    make_authorization(episode, number="AUTH-77")
    note = make_note(make_visit(episode=episode, number_in_episode=4))
    make_block(
        note,
        "09:15",
        "09:30",
        technique="soft_tissue_mobilization",
        regions=["upper_trapezius"],
        side="both",
        dose="moderate",
        pain_before=6,
        pain_after=4,
    )
    make_block(
        note, "09:00", "09:15", grade="III", regions=["cervical_spine", "shoulder"], side="left"
    )
    make_block(note, "09:30", "09:35", technique="rest", regions=[], response="")
    make_procedure(
        note, "CMT", regions=["lumbar_spine"], start="09:40", minutes=8, findings="L4 released"
    )
    return note


@pytest.fixture
def context(note):
    return note_context(Note.objects.get(pk=note.pk), sections=(), totals=None)


def test_head_of_the_note_is_the_visits(note, context):
    visit = note.visit

    assert context.patient == parts.Patient(
        "Ana Vega", visit.patient.born_on, sex="Female", record_no="20400"
    )
    assert (context.served_on, context.time_in, context.time_out) == (
        visit.date, time(9, 0), time(9, 35),
    )  # fmt: skip
    assert (context.payer, context.member_id, context.authorization) == (
        "Granite Mutual", "XQH1", "AUTH-77",
    )  # fmt: skip
    assert (context.plan_from, context.plan_to, context.plan_certified) == (
        date(2026, 2, 2), date(2026, 4, 30), "certified 02/11/2026",
    )  # fmt: skip
    assert (context.visit_number, context.visits_planned) == (4, 16)
    assert context.location == visit.location.name
    assert context.time_zone == "America/New_York"


def test_practice_and_clinician_are_printed_in_full(note, context):
    practice, author = note.practice, note.author

    assert (context.practice.name, context.practice.npi, context.practice.tax_id) == (
        practice.name, practice.npi, practice.tax_id,
    )  # fmt: skip
    assert context.practice.address == "1 Main Street, Albany, NY 12207"
    assert (context.clinician.name, context.clinician.credential, context.clinician.npi) == (
        f"{author.first_name} {author.last_name}", author.credential, author.npi,
    )  # fmt: skip
    assert context.clinician.license == f"NY {author.licence_number}"
    assert context.supervisor is None


def test_diagnoses_have_their_letters(context):
    assert context.diagnoses == (
        parts.Diagnosis("A", "M54.2", "Cervicalgia"), parts.Diagnosis("B", "M62.838", "Spasm"),
    )  # fmt: skip


def test_texts_are_printed_as_written(note, context):
    printed = (context.subjective, context.objective, context.assessment, context.plan)

    assert printed == (note.subjective, note.objective, note.assessment, note.plan)


def test_blocks_are_printed_in_order_of_time_with_all_fields(context):
    first, second, third = context.blocks

    assert (first.number, first.start, first.end, first.minutes) == (1, time(9), time(9, 15), 15)
    assert (first.technique, first.code, first.grade) == ("Joint mobilization", "97140", "III")
    assert [(r.key, r.side) for r in first.regions] == [
        ("cervical_spine", ""), ("shoulder", "left"),
    ]  # fmt: skip
    assert (second.number, second.dose, second.response, second.pain_before, second.pain_after) == (
        2, "moderate", "Pain 6 to 4.", 6, 4,
    )  # fmt: skip
    assert [(r.key, r.side, r.buckets) for r in second.regions] == [
        ("upper_trapezius", "bilateral", ("cervical", "upper_extremity")),
    ]  # fmt: skip
    assert (third.code, third.counted) == ("", False)


def test_procedure_is_printed_with_its_regions_and_findings(context):
    [row] = context.procedures

    assert (row.code, row.start, row.minutes, row.remark) == (
        "CMT", time(9, 40), 8, "L4 released",
    )  # fmt: skip
    assert [region.key for region in row.regions] == ["lumbar_spine"]


def test_self_pay_visit_has_no_member(in_practice):
    note = make_note(make_visit(episode=make_episode(coverage=None)))

    context = note_context(note, sections=(), totals=None)

    assert (context.payer, context.member_id, context.authorization) == ("Self-pay", "", "")
    assert (context.time_in, context.time_out, context.plan_from) == (None, None, None)


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ({"certified_on": date(2026, 2, 11), "sent_on": date(2026, 2, 3)}, "certified 02/11/2026"),
        ({"sent_on": date(2026, 2, 3)}, "sent 02/03/2026"),
        ({}, "not certified"),
    ],
)
def test_certification_is_said_as_far_as_it_came(in_practice, dates, said):
    note = make_note()
    make_plan(note.visit.episode, **dates)

    assert note_context(note, sections=(), totals=None).plan_certified == said


def test_plan_out_of_date_is_not_printed(in_practice):
    note = make_note()
    make_plan(note.visit.episode, ends_on=date(2026, 3, 1))

    assert note_context(note, sections=(), totals=None).plan_to is None


def test_assistants_note_prints_the_supervisor_and_who_treated(in_practice):
    assistant = make_clinician(is_assistant=True)
    note = make_note(make_visit(episode=make_episode(clinician=assistant)))
    make_block(note, "09:00", "09:15")
    make_block(note, "09:15", "09:30", performer=assistant.supervisor, performed_by="together")

    context = note_context(note, sections=(), totals=None)

    supervisor = assistant.supervisor
    assert context.supervisor.name == f"{supervisor.first_name} {supervisor.last_name}"
    assert [person.role for person in context.contributors] == ["author", "gave treatment"]
    assert context.blocks[1].by.endswith("with assistant")


def test_treatment_over_the_change_of_clocks_is_printed_in_local_time(in_practice):
    note = make_note(make_visit(date=date(2026, 3, 8)))
    make_block(note, "01:30", "03:30")

    [block] = note_context(note, sections=(), totals=None).blocks

    assert (block.start, block.end, block.minutes) == (time(1, 30), time(3, 30), 60)
