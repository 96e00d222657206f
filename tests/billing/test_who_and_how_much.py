"""What only the application knows of a visit, and which modifiers follow from it."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from billing.engine.types import Line
from billing.services.deriving import charges_of
from billing.services.editions import accept_edition, import_fees
from billing.services.policies_difference import rules_of
from billing.services.policies_overrides import make_override
from billing.services.rederive import rederive
from billing.services.starter import load_reference
from notes.models import Note, Procedure, Visit
from tests.billing.making import make_draft, make_payer_with
from tests.billing.payers.making import make_admin
from tests.billing.reference.published import plain, rvu_row, rvu_text
from tests.clinic.forms import filled
from tests.factories import (
    DAY,
    make_block,
    make_clinician,
    make_coverage,
    make_episode,
    make_note,
    make_procedure,
    make_visit,
)
from tests.notes.acts import sign

pytestmark = [pytest.mark.usefixtures("in_practice"), pytest.mark.slow]


def lines(note: Note) -> dict[str, tuple[str, ...]]:
    return {line.code: line.modifiers for line in drawn(note)}


def drawn(note: Note) -> tuple[Line, ...]:
    return charges_of(Visit.objects.get(pk=note.visit_id)).result.lines


def excepted(note: Note, **fields: object) -> None:
    payer = note.visit.coverage.payer
    make_override(
        note.visit.episode, by=make_admin(), payer=payer, fields=fields,
        base=rules_of(payer.policies.get(version=1)), reason="The plan takes the X modifiers",
        starts_on=date(2026, 1, 2), ends_on=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("distinct", "second", "expected"),
    [
        ("X", True, {"97012": (), "97140": ("XP",)}),
        ("X", False, {"97012": ()}),
        ("59", True, {"97012": ()}),
    ],
)
def test_another_therapist_at_the_same_time_is_distinct_where_the_payer_takes_x(
    distinct, second, expected
):
    note = make_draft()
    excepted(note, distinct_modifier=distinct)
    performer = make_clinician() if second else note.author

    make_procedure(note, "97012", start="09:00", minutes=20, performer=performer)

    assert lines(note) == expected


def test_untimed_service_that_was_cut_short_is_billed_so():
    note = make_draft()

    row = make_procedure(note, "97012", start="09:30", minutes=4, reduced=True)
    short = lines(note)["97012"]
    Procedure.objects.filter(pk=row.pk).update(reduced=False)

    assert (short, lines(note)["97012"]) == (("52",), ())


def test_an_assistant_is_nobody_else_than_the_supervisor():
    note = make_draft()
    excepted(note, distinct_modifier="X")
    helper = make_clinician(is_assistant=True, supervisor=note.author)

    make_procedure(note, "97012", start="09:00", minutes=20, performer=helper)

    assert lines(note) == {"97012": ()}


@pytest.fixture
def signed() -> Note:
    """A bill under Medicare: one unit of 97140, by a schedule that makes it $2,371.46."""
    load_reference()
    rows = (rvu_row("97140", "50", "20", "1"), rvu_row("97110", "1", "1", "0"))
    title = "2026 National Physician Fee Schedule Relative Value File January Release"
    file = plain("PPRRVU2026_Jan_nonQPP.csv", rvu_text(*rows, title=title))
    accept_edition(import_fees(file, license_attested=True))
    return sign(make_draft(preset="medicare"))


def next_visit(signed: Note) -> Note:
    visit = make_visit(
        episode=signed.visit.episode, coverage=signed.visit.coverage, date=DAY + timedelta(days=2)
    )
    note = make_note(visit)
    make_block(note, "09:00", "09:20")
    make_block(note, "09:20", "09:36", technique="therapeutic_exercise", regions=())
    return note


ALLOWED = {"97110": [6680, 5010], "97140": [237_146, 203_745]}


def test_line_that_takes_the_year_above_the_threshold_carries_kx(signed):
    """$2,371.46 of $2,480: the exercise stays below at half its expense, the hands do not."""
    note = sign(next_visit(signed))

    assert note.charge_set.facts["day"]["accrued_pt_slp_cents"] == 237_146
    assert note.charge_set.facts["day"]["allowed_cents"] == ALLOWED
    assert [line["modifiers"] for line in note.charge_set.answer["lines"]] == [["GP"], ["GP", "KX"]]
    assert rederive(note.charge_set).verdict == "same"


def test_payer_without_a_threshold_is_asked_for_no_amounts():
    load_reference()
    note = make_draft()

    assert charges_of(note.visit).day.allowed_cents is None


@pytest.mark.parametrize(
    ("maintenance", "notice", "modifiers"),
    [
        (False, "", {"98940": ("AT",), "97110": ("GP", "GY")}),
        (False, "voluntary", {"98940": ("AT",), "97110": ("GP", "GX", "GY")}),
        (True, "mandatory", {"98940": ("GA",), "97110": ("GP", "GY")}),
        (True, "none", {"98940": ("GZ",), "97110": ("GP", "GY")}),
        (True, "", {"98940": (), "97110": ("GP", "GY")}),
    ],
)
def test_chiropractors_visit_under_medicare_follows_care_and_notice(maintenance, notice, modifiers):
    payer = make_payer_with("medicare")
    episode = make_episode(
        coverage=make_coverage(payer=payer), clinician=make_clinician(discipline="DC"),
        maintenance=maintenance, notice=notice,
    )  # fmt: skip
    note = make_note(make_visit(episode=episode))
    make_block(note, "09:00", "09:15", technique="therapeutic_exercise", regions=())
    make_procedure(note, "CMT", regions=["lumbar_spine"], start="09:20", minutes=5)

    assert lines(note) == modifiers


def test_notice_is_told_on_the_episodes_form_and_shown_with_its_facts(office_client):
    episode = make_episode()
    page = reverse("notes:episode_edit", args=[episode.pk])

    office_client.post(page, filled(office_client, page) | {"notice": "mandatory"})

    episode.refresh_from_db()
    shown = office_client.get(reverse("notes:episode", args=[episode.pk])).content.decode()
    assert episode.notice == "mandatory"
    assert "<dt>Advance notice</dt><dd>Signed, likely denial</dd>" in shown
