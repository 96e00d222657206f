"""The KX threshold: what accrued, what is left, and the page that shows it."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from billing.models import ChargeLine, ChargeSet
from billing.services import accrual
from billing.services.own_review import review, sample
from billing.services.worklist import worklist
from clinic.enums import Role
from notes.models import CosignRequest
from tests.billing.making import make_draft
from tests.conftest import client_of
from tests.factories import DAY, make_user
from tests.notes.acts import sign


def value(work, expense, malpractice, therapy="5"):
    from decimal import Decimal  # noqa: PLC0415 figures of this helper only

    return SimpleNamespace(
        work=Decimal(work), pe_nonfacility=Decimal(expense), malpractice=Decimal(malpractice),
        conversion_factor=Decimal(100), multiple_procedure=therapy,
    )  # fmt: skip


VALUES = {"97140": value("0.4", "0.4", "0.0"), "97110": value("0.4", "0.5", "0.1")}


@pytest.mark.parametrize(
    ("lines", "cents"),
    [
        ([("97140", 1)], 8000),
        ([("97140", 2)], 14000),  # the second unit at half its practice expense
        ([("97140", 1), ("97110", 1)], 16000),  # the dearer expense is paid in full
        ([("97999", 1)], None),
    ],
)
def test_bill_counts_at_what_the_schedule_allows(lines, cents):
    assert accrual.allowed_cents(lines, VALUES) == cents


def test_forecast_tells_visits_and_day_from_the_average():
    row = accrual.Accrued(cents=200_000, unknown=0, visits=20, recent=8)

    ahead = accrual.forecast(row, 248_000, today=date(2026, 6, 1))

    assert (ahead.visits_left, ahead.about, ahead.share) == (5, date(2026, 6, 18), 80)


def test_forecast_beyond_the_year_names_no_day():
    row = accrual.Accrued(cents=100_000, unknown=0, visits=10, recent=1)

    assert accrual.forecast(row, 248_000, today=date(2026, 12, 1)).about is None


@pytest.fixture
def medicare(in_practice) -> ChargeSet:
    return sign(make_draft(preset="medicare")).charge_set


def test_only_bills_of_payers_with_a_threshold_count(medicare):
    sign(make_draft(preset="commercial"))
    patient = medicare.note.visit.patient_id

    found = accrual.accrued([patient], until=DAY)

    assert set(found) == {(patient, "pt_slp")}
    assert accrual.payers_with_threshold() == {medicare.note.visit.coverage.payer_id}


def test_visit_does_not_count_itself_and_another_year_starts_anew(medicare):
    visit = medicare.note.visit

    assert accrual.accrued([visit.patient_id], until=DAY, but=visit.pk) == {}
    assert accrual.accrued([visit.patient_id], until=date(2027, 1, 2)) == {}


def test_patient_near_the_threshold_is_on_the_list(medicare, monkeypatch):
    monkeypatch.setattr(accrual, "allowed_cents", lambda lines, values: 210_000)
    user = medicare.note.author.user

    [item] = [i for i in worklist(user, today=DAY) if i.kind == "threshold"]

    assert (item.level, item.text) == (
        "soon",
        "$2,100.00 of $2,480.00 accrued, about 1 more visits, near 03/30: then lines carry KX",
    )


# --- the practice's review of its own notes -----------------------------------------------


def test_review_scores_each_note_under_each_payer(medicare):
    medicare.note.visit.episode.plans.all().delete()

    report = review(first=DAY, last=DAY, size=10)

    [score] = report.scores
    assert (score.notes, score.denied + score.at_risk) == (1, 1)
    assert "No plan of care covers this visit." in {row[2] for row in report.rules}


def test_same_draw_samples_the_same_notes(in_practice):
    for n in range(5):
        sign(make_draft(preset="commercial", date=DAY + timedelta(days=n)))
    asked = {"first": DAY, "last": DAY + timedelta(days=9), "size": 3, "seed": 7}

    assert sample(**asked) == sample(**asked)
    assert len(sample(**asked)) == 3
    assert ChargeLine.objects.exists()


def test_page_shows_scores_and_reasons(medicare):
    medicare.note.visit.episode.plans.all().delete()
    client = client_of(make_user(Role.ADMIN))

    page = client.get(
        reverse("billing:own_review"), {"first": DAY, "last": DAY, "size": 5, "seed": 0}
    ).content.decode()

    assert medicare.note.number in page
    assert "No plan of care covers this visit." in page
    assert '<span class="sub" title="Rule plan.missing">Plan of care on file</span>' in page
    assert not CosignRequest.objects.exists()
