"""Measures, findings, purposes: charted in a draft, frozen with the note, printed and drawn."""

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from clinic.documents import trend
from clinic.documents.parts import Reading, Trend
from clinic.errors import NotAllowed
from clinic.models import PatientAlert
from notes.models import BlockPurpose, Goal, Measurement, OutcomeScore, SegmentFinding
from notes.printing import note_context
from notes.services import measures
from notes.services.measures_flow import flowsheet, series_of
from notes.services.measures_people import minutes_by_person
from tests.factories import make_block, make_clinician, make_episode, make_note, make_visit
from tests.notes.acts import sign

SHOULDER = {"kind": "motion", "site": "shoulder_flexion", "side": "left"}


@pytest.fixture
def user(draft):
    return draft.author.user


def refusal_of(act, *args, **given) -> str:
    with pytest.raises(NotAllowed) as refusal:
        act(*args, **given)
    return str(refusal.value)


def test_measure_is_charted_and_charted_again(draft, user):
    for before, after in ((95, None), (95, 110)):
        measures.save_measurement(
            draft, by=user, **SHOULDER, before=Decimal(before),
            after=Decimal(after) if after else None,
        )  # fmt: skip

    row = Measurement.objects.get()
    assert (row.before_tenths, row.after_tenths) == (950, 1100)
    draft.refresh_from_db()
    assert draft.version == 3


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"side": ""}, "Shoulder flexion: say left or right; measure each side on its own line."),
        ({"before": Decimal(400)}, "Shoulder flexion: 400 ° cannot be right; write -60 to 200."),
        ({"before": None},
         "Shoulder flexion: write the figure before the treatment, after it, or both."),
        ({"site": "nose"}, "Choose what was measured from the list."),
    ],
)  # fmt: skip
def test_measure_that_cannot_be_is_refused(draft, user, given, told):
    entry = SHOULDER | {"before": Decimal(95), "after": None} | given

    assert refusal_of(measures.save_measurement, draft, by=user, **entry) == told
    assert not Measurement.objects.exists()


def test_signed_note_keeps_its_measures(draft, user, notes_only):
    measures.save_measurement(draft, by=user, **SHOULDER, before=Decimal(95), after=None)
    measures.save_score(draft, by=user, instrument="NDI", answers=[1] * 10)
    measures.save_finding(draft, by=user, segment="C5", side="left", pain=True)
    note = sign(draft)

    told = refusal_of(measures.save_score, note, by=user, instrument="NDI", answers=[2] * 10)
    for model, change in (
        (Measurement, {"before_tenths": 1}), (OutcomeScore, {"score_tenths": 1}),
        (SegmentFinding, {"pain": False, "motion": True}),
    ):  # fmt: skip
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
            model.objects.update(**change)

    assert told == "This note is already signed; add an addendum."
    assert (Measurement.objects.get().before_tenths, OutcomeScore.objects.get().score_tenths) == (
        950, 200,
    )  # fmt: skip


def test_purpose_belongs_to_a_block_and_known_goals(draft, user):
    block = draft.blocks.get()
    told = refusal_of(
        measures.save_purpose, draft, by=user, block_id=block.public_id, rationale="", goals=[3]
    )
    gone = refusal_of(
        measures.save_purpose, draft, by=user, block_id=uuid.uuid4(), rationale="", goals=[]
    )

    assert told == "This episode has no goal 3."
    assert gone == "This block is not in the note any more: reload the page."
    assert not BlockPurpose.objects.exists()


def test_finding_names_a_segment_and_what_was_found(draft, user):
    assert refusal_of(measures.save_finding, draft, by=user, segment="C9", side="", pain=True) == (
        "Choose a segment from C0 to COC."
    )
    assert refusal_of(measures.save_finding, draft, by=user, segment="C5", side="") == (
        "C5: say what was found: pain, asymmetry, motion or tissue."
    )
    assert not SegmentFinding.objects.exists()


def test_alert_of_another_patient_is_not_answered(draft, user):
    other = make_visit().patient
    alert = PatientAlert.objects.create(patient=other, kind="falls", since=date(2026, 1, 1))

    told = refusal_of(measures.answer_alert, draft, by=user, alert=alert, reason="Fine")

    assert told == "This alert is of another patient: reload the page."


# --- over the visits ----------------------------------------------------------------------


@pytest.fixture
def followed(in_practice):
    """Three visits of one episode with shoulder flexion and a goal that names it."""
    episode = make_episode(coverage=None)
    Goal.objects.create(
        episode=episode, number=1, text="Shelf", measure="Shoulder flexion, left",
        baseline="95", target="150 degrees", opened_on=date(2026, 2, 2),
        due_on=date(2026, 5, 1),
    )  # fmt: skip
    for day, before, after in ((2, 95, 105), (9, 104, 118), (16, 120, 131)):
        note = make_note(make_visit(episode=episode, date=date(2026, 2, day)))
        measures.save_measurement(
            note, by=note.author.user, **SHOULDER, before=Decimal(before), after=Decimal(after)
        )
    return episode


def test_flowsheet_has_a_row_per_measure_and_a_column_per_day(followed):
    sheet = flowsheet(series_of(followed))

    [(row, cells)] = sheet.rows
    assert [day.day for day in sheet.days] == [2, 9, 16]
    assert (row.name, row.usual, row.goal.number) == ("Shoulder flexion, left", 180, 1)
    assert cells == ["95 → 105", "104 → 118", "120 → 131"]


def test_note_prints_its_measures_with_goal_and_trend_up_to_its_day(followed):
    note = followed.visits.order_by("date")[1].note

    context = note_context(note, sections=(), totals=None)

    [measure], [drawn] = context.measures, context.trends
    assert (measure.name, measure.before, measure.after, measure.goal) == (
        "Shoulder flexion, left (usual 180)", "104°", "118°", "150 degrees",
    )  # fmt: skip
    assert [r.tenths for r in drawn.readings] == [1050, 1180]
    assert drawn.goal_tenths == 1500


def test_trend_is_drawn_the_same_for_screen_and_paper():
    one = Trend(
        "NDI & more", " %", (Reading(date(2026, 2, 2), 320), Reading(date(2026, 3, 2), 205))
    )

    drawing = trend.drawing(one)

    assert drawing == trend.drawing(one)
    assert "NDI &amp; more: 32 % on 02/02/2026 to 20.5 % on 03/02/2026, 2 readings." in drawing
    assert "style=" not in drawing
    assert trend.drawing(Trend("NDI", "", one.readings[:1])) == ""


def test_minutes_are_told_by_person(in_practice):
    assistant = make_clinician(is_assistant=True)
    note = make_note(make_visit(episode=make_episode(clinician=assistant)))
    make_block(note, "09:00", "09:20")
    make_block(note, "09:20", "09:35", performer=assistant.supervisor, performed_by="together")
    blocks = list(note.blocks.select_related("performer"))

    told = [(g.person, g.words) for g in minutes_by_person(note, blocks, [])]

    assert told == [
        (assistant, "20 min"),
        (assistant.supervisor, "15 min together with the assistant"),
    ]
