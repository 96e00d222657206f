"""The engine reads the visit as it was charted: each fact comes from its row."""

from datetime import UTC, date, datetime

import pytest

from billing.engine.record import (
    Authorization,
    Certification,
    Order,
    OtherInterval,
)
from billing.engine.types import Block, Procedure, Region
from billing.services.facts import day_of, record_of
from notes.enums import Notice, VisitStatus
from notes.models import Note, Visit
from tests.factories import (
    DAY,
    make_authorization,
    make_block,
    make_clinician,
    make_episode,
    make_note,
    make_order,
    make_plan,
    make_procedure,
    make_visit,
)

NECK = Region("cervical_spine", "Cervical spine", ("cervical",))
EST, EDT = -5 * 3600, -4 * 3600


@pytest.fixture
def note(in_practice) -> Note:
    return make_note(make_visit(episode=make_episode(diagnoses=[("M54.2", ""), ("M62.838", "")])))


def fresh(note: Note) -> Visit:
    return Visit.objects.get(pk=note.visit_id)


def moment(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())


def test_day_is_the_visits_head(note):
    day = day_of(fresh(note))

    assert (day.id, day.date) == (str(note.visit.public_id), DAY)
    assert (day.discipline, day.assistant, day.active_treatment) == ("PT", False, True)
    assert day.diagnoses == ("M54.2", "M62.838")
    assert (day.blocks, day.procedures) == ((), ())


def test_maintenance_episode_is_no_active_treatment(in_practice):
    note = make_note(make_visit(episode=make_episode(maintenance=True)))

    assert day_of(fresh(note)).active_treatment is False


@pytest.mark.parametrize(("notice", "abn"), [("", None), *((n, n) for n in Notice.values)])
def test_advance_notice_is_the_episodes(in_practice, notice, abn):
    note = make_note(make_visit(episode=make_episode(notice=notice)))

    assert day_of(fresh(note)).abn == abn


def test_block_is_read_with_all_its_facts(note):
    make_block(
        note,
        "09:05",
        "09:20",
        regions=["cervical_spine"],
        side="left",
        diagnosis_codes=["M62.838"],
        response="Pain 6 to 4.",
    )

    assert day_of(fresh(note)).blocks == (
        Block(
            id="b1", code="97140", start=moment(2026, 3, 2, 14, 5), end=moment(2026, 3, 2, 14, 20),
            technique="joint_mobilization", regions=(NECK,), side="left", by="therapist",
            diagnoses=("M62.838",), response="Pain 6 to 4.", offset=EST,
            practitioner=str(note.author.pk),
        ),
    )  # fmt: skip


def test_blocks_are_numbered_in_order_of_time(note):
    make_block(note, "09:30", "09:40", technique="rest", regions=[])
    make_block(note, "09:00", "09:10", technique="therapeutic_exercise", regions=[])

    assert [(b.id, b.code) for b in day_of(fresh(note)).blocks] == [("b1", "97110"), ("b2", "")]


def test_diagnosis_that_the_episode_does_not_have_is_left_out(note):
    make_block(note, "09:00", "09:10", diagnosis_codes=["M54.2", "M99.01"])

    assert day_of(fresh(note)).blocks[0].diagnoses == ("M54.2",)


@pytest.mark.parametrize(
    ("performer", "performed_by", "by"),
    [
        ("author", "therapist", "therapist"),
        ("author", "assistant", "assistant"),
        ("author", "together", "together"),
        ("assistant", "therapist", "assistant"),
        ("assistant", "assistant", "assistant"),
        ("assistant", "together", "together"),
    ],
)
def test_who_treated_follows_the_person_and_the_word(note, performer, performed_by, by):
    people = {
        "author": note.author,
        "assistant": make_clinician(is_assistant=True, supervisor=note.author),
    }
    make_block(note, "09:00", "09:10", performer=people[performer], performed_by=performed_by)
    make_procedure(note, "97161", performer=people[performer])

    day = day_of(fresh(note))

    assert day.blocks[0].by == by
    assert day.procedures[0].by == ("assistant" if performer == "assistant" else "therapist")


def test_assistants_note_says_so(in_practice):
    note = make_note(make_visit(episode=make_episode(clinician=make_clinician(is_assistant=True))))

    assert day_of(fresh(note)).assistant is True


def test_procedure_is_read_with_all_its_facts(note):
    make_procedure(
        note,
        "CMT",
        regions=["cervical_spine"],
        start="09:20",
        minutes=8,
        diagnosis_codes=["M54.2", "Z00.00"],
    )

    assert day_of(fresh(note)).procedures == (
        Procedure(
            code="CMT", id="p1", regions=(NECK,), start=moment(2026, 3, 2, 14, 20),
            end=moment(2026, 3, 2, 14, 28), seconds=480, by="therapist", diagnoses=("M54.2",),
            offset=EST, practitioner=str(note.author.pk),
        ),
    )  # fmt: skip


def test_practitioner_is_who_bills_so_an_assistants_is_the_supervisor(note):
    second = make_clinician()
    helper = make_clinician(is_assistant=True, supervisor=second)
    make_block(note, "09:00", "09:10", performer=helper)
    make_procedure(note, "97161", performer=second)

    day = day_of(fresh(note))

    assert {day.blocks[0].practitioner, day.procedures[0].practitioner} == {str(second.pk)}


def test_procedure_without_times_has_no_place_on_the_timeline(note):
    make_procedure(note, "97161")

    [row] = day_of(fresh(note)).procedures

    assert (row.start, row.end, row.seconds, row.offset) == (None, None, 0, 0)


@pytest.mark.parametrize(
    ("day", "starts", "ends", "offsets", "minutes"),
    [
        (date(2026, 3, 8), "01:30", "03:30", (EST, EDT), 60),
        (date(2026, 11, 1), "00:30", "02:30", (EDT, EST), 180),
    ],
)
def test_change_of_clocks_shows_in_offsets_and_not_in_lengths(
    in_practice, day, starts, ends, offsets, minutes
):
    note = make_note(make_visit(date=day))
    make_block(note, starts, ends)
    make_block(note, ends, f"0{int(ends[:2]) + 1}:30")

    before, after = day_of(fresh(note)).blocks

    assert (before.offset, after.offset) == offsets
    assert ((before.end - before.start) // 60, before.end) == (minutes, after.start)


def test_chart_without_papers_is_unknown_and_not_refused(note):
    record = record_of(fresh(note))

    assert (record.plan_of_care_on, record.certification, record.order) == (None, None, None)
    assert (record.authorization, record.other_intervals) == (None, ())
    assert record.first_treatment_on == date(2026, 2, 2)
    assert (record.author_credentials, record.license_on_file) == (note.author.credential, True)


def test_plan_and_its_certification_are_read(note):
    make_order(note.visit.episode, units_per_visit=4, signed_on=date(2026, 2, 2))
    make_plan(note.visit.episode, sent_on=date(2026, 2, 3), certified_on=date(2026, 2, 11))

    record = record_of(fresh(note))

    assert (record.plan_of_care_on, record.plan_of_care_to) == (
        date(2026, 2, 2), date(2026, 4, 30),
    )  # fmt: skip
    assert record.certification == Certification(
        date(2026, 2, 2), date(2026, 4, 30), date(2026, 2, 11), date(2026, 2, 3), True
    )
    assert record.order == Order(
        on_file=True, signed=True, units_per_visit=4, valid_from=date(2026, 2, 2)
    )


def test_plan_without_signature_certifies_no_days(note):
    make_plan(note.visit.episode, sent_on=date(2026, 2, 3))

    certification = record_of(fresh(note)).certification

    assert (certification.certified_from, certification.certified_to) == (None, None)
    assert (certification.sent_on, certification.order_on_file) == (date(2026, 2, 3), False)


def test_later_plan_does_not_count_yet(note):
    make_plan(note.visit.episode)
    make_plan(note.visit.episode, starts_on=date(2026, 3, 3), ends_on=date(2026, 5, 30))

    assert record_of(fresh(note)).plan_of_care_on == date(2026, 2, 2)


def test_latest_authorization_counts_and_not_the_first_ever(in_practice):
    episode = make_episode()
    for day in (20, 23, 25, 27):
        make_visit(episode=episode, date=date(2026, 2, day), status=VisitStatus.SIGNED)
    note = make_note(make_visit(episode=episode, number_in_episode=30))
    for number, first, last in (
        ("OLD", date(2026, 1, 1), date(2026, 1, 31)),
        ("NEW", date(2026, 2, 1), date(2026, 4, 30)),
        ("NEXT", date(2026, 5, 1), date(2026, 6, 30)),
    ):
        make_authorization(note.visit.episode, number=number, starts_on=first, ends_on=last)

    assert record_of(fresh(note)).authorization == Authorization(
        number="NEW", valid_from=date(2026, 2, 1), valid_to=date(2026, 4, 30),
        visits_granted=12, visits_used=4,
    )  # fmt: skip


def test_other_patients_of_the_clinician_that_day_are_seen(note):
    near = make_note(make_visit(episode=make_episode(clinician=note.author)))
    make_block(near, "09:10", "09:25")
    make_block(near, "09:25", "09:30", technique="rest", regions=[])
    elsewhere = make_note(make_visit())
    make_block(elsewhere, "09:00", "09:15")

    assert record_of(fresh(note)).other_intervals == (
        OtherInterval(
            moment(2026, 3, 2, 14, 10), moment(2026, 3, 2, 14, 25),
            near.visit.patient.record_number,
        ),
    )  # fmt: skip


def test_last_three_notes_before_the_visit_are_compared(in_practice):
    episode = make_episode()
    for day in (20, 23, 25, 27):
        make_note(
            make_visit(episode=episode, date=date(2026, 2, day)),
            subjective=f"{day}", objective="", assessment="", plan="",
        )  # fmt: skip
    note = make_note(make_visit(episode=episode), subjective="Now", objective="", plan="")

    record = record_of(fresh(note))

    assert record.recent_note_texts == ("27", "25", "23")
    assert record.note_text == f"Now\n{note.assessment}"
