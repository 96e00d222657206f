"""What stands on paper: extracted from the PDF and compared, for each clinician and plan."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from billing.models import GoodFaithEstimate
from billing.services import payments
from billing.services.business_days import is_business_day
from billing.services.estimates import due_on, issue_estimate, watch
from billing.services.statements import issue_receipt
from billing.services.superbills import issue_superbill
from clinic.enums import Discipline, Network
from clinic.errors import NotAllowed
from tests.billing.desk_making import another_visit, key, make_course, make_signed
from tests.clinic.documents.reading import text_of
from tests.factories import make_clinician

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PLANS = {
    "commercial": {"preset": "commercial", "network": Network.OUT},
    "workers-comp": {"preset": "workers-comp", "network": Network.OUT},
    "self-pay": {"network": None},
}


@pytest.fixture
def words(tmp_path):
    """The text of a document, as another program reads it, with single spaces."""
    return lambda document: " ".join(text_of(bytes(document.content), tmp_path).split())


@pytest.mark.one_engine
@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("discipline", [Discipline.PT, Discipline.OT, Discipline.DC, Discipline.MT])
def test_superbill_holds_every_required_field(office, words, discipline, plan):
    course = make_course(discipline=discipline, **PLANS[plan])
    charge_set = make_signed(episode=course, discipline=discipline)
    visit, author = charge_set.note.visit, charge_set.note.author
    payments.take_payment(
        visit.patient, amount_cents=charge_set.total_cents - 500, method="card", by=office,
        received_on=date(2026, 3, 2), submit_key=key(), reference="visa 4242",
    )  # fmt: skip
    payments.discount(charge_set, amount_cents=500, reason="Paid at time of service", by=office)

    papers = {}
    for layout in ("plain", "form"):
        with transaction.atomic():
            bill = issue_superbill(charge_set, by=office, submit_key=key(), layout=layout)
            papers[layout] = words(bill.document)
            transaction.set_rollback(True)

    issued = bill.issued_at.astimezone(visit.practice.zone)
    practice, patient = visit.practice, visit.patient
    wanted = [
        practice.name, practice.street, practice.phone, practice.tax_id, practice.npi,
        f"{author.first_name} {author.last_name}, {author.credential}", author.npi,
        author.licence, f"{patient.first_name} {patient.last_name}",
        f"{patient.born_on:%m/%d/%Y}", patient.street, patient.phone, "03/02/2026",
        "M54.2", "Cervicalgia", visit.location.place_of_service, "SB-000001",
        "Discount: Paid at time of service", "−$5.00", "visa 4242", "Paid in full",
        f"SB-000001 · Issued {issued:%m/%d/%Y}", patient.get_sex_display(), "01/20/2026", "EIN",
        "please reimburse the member", "Dr. Lee Referrer", "1245319599", "Page 1 of",
        *(line.code for line in charge_set.lines.all()),
    ]  # fmt: skip
    if visit.coverage:
        wanted += [visit.coverage.payer.name, visit.coverage.member_id, "GRP77"]
    assert [
        (layout, field)
        for layout, text in papers.items()
        for field in wanted
        if " ".join(field.split()) not in text
    ] == []


@pytest.mark.parametrize("preset", ["medicaid", "tricare", "uhc", "aetna"])
def test_superbill_for_another_kind_of_plan_names_it_and_pays_the_member(office, words, preset):
    charge_set = make_signed(episode=make_course(preset=preset, network=Network.OUT))
    visit = charge_set.note.visit

    text = words(issue_superbill(charge_set, by=office, submit_key=key()).document)

    wanted = [
        visit.coverage.payer.name, visit.coverage.member_id, "GRP77", "800-555-0199",
        "please pay the member", visit.practice.tax_id, visit.practice.npi,
        *(f"{line.code} {' '.join(line.modifiers)}".strip() for line in charge_set.lines.all()),
    ]  # fmt: skip
    assert [field for field in wanted if field not in text] == []


@pytest.mark.parametrize("layout", ["plain", "form"])
def test_superbill_of_an_assistants_work_names_who_supervises(office, words, layout):
    assistant = make_clinician(is_assistant=True, credential="PTA")
    course = make_course(clinician=assistant)
    charge_set = make_signed(episode=course)
    supervisor = assistant.supervisor

    text = words(issue_superbill(charge_set, by=office, submit_key=key(), layout=layout).document)

    wanted = [
        f"{assistant.first_name} {assistant.last_name}, PTA", assistant.licence,
        str(supervisor), supervisor.licence, supervisor.npi,
    ]  # fmt: skip
    assert [field for field in wanted if field not in text] == []


def test_receipt_holds_the_five_elements_of_a_health_account(office, words):
    charge_set = make_signed()
    patient = charge_set.note.visit.patient
    payment = payments.take_payment(
        patient, amount_cents=2000, method="hsa", received_on=date(2026, 3, 2), by=office,
        submit_key=key(),
    )  # fmt: skip

    text = words(issue_receipt(payment, by=office))

    wanted = [f"{patient.first_name} {patient.last_name}", charge_set.note.author.last_name,
              "03/02/2026", "Manual therapy", "$20.00"]  # fmt: skip
    assert [field for field in wanted if field not in text] == []


def test_reversed_payment_gets_no_receipt(office):
    charge_set = make_signed()
    payment = payments.take_payment(
        charge_set.note.visit.patient, amount_cents=2000, method="cash", by=office,
        received_on=timezone.localdate(), submit_key=key(),
    )  # fmt: skip
    payments.reverse_payment(payment, reason="Card was declined", by=office)

    with pytest.raises(NotAllowed, match="taken back"):
        issue_receipt(payment, by=office)

    assert charge_set.note.visit.patient.documents.filter(kind="receipt").count() == 0


@pytest.mark.parametrize(
    ("scheduled", "asked", "service", "due"),
    [
        (date(2026, 3, 2), None, date(2026, 3, 16), date(2026, 3, 5)),
        (date(2026, 3, 2), None, date(2026, 3, 13), date(2026, 3, 3)),
        (date(2026, 3, 2), None, date(2026, 3, 5), date(2026, 3, 3)),
        (date(2026, 3, 2), None, date(2026, 3, 4), None),
        (None, date(2026, 3, 6), date(2026, 3, 20), date(2026, 3, 11)),
        (date(2026, 11, 24), None, date(2026, 12, 14), date(2026, 11, 30)),
        (date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 5), date(2026, 3, 3)),
    ],
)
def test_estimate_is_due_by_business_days(scheduled, asked, service, due):
    assert due_on(scheduled_on=scheduled, asked_on=asked, service_on=service) == due


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 26), False),
        (date(2026, 7, 3), False),
        (date(2026, 7, 6), True),
        (date(2027, 12, 31), False),
        (date(2026, 3, 7), False),
        (date(2026, 5, 25), False),
        (date(2026, 3, 2), True),
    ],
)
def test_business_days_leave_out_weekends_and_federal_holidays(day, works):
    assert is_business_day(day) is works


def estimate_for(charge_set, by, units):
    return issue_estimate(
        charge_set.note.visit.episode, units=units, first_service_on=date(2026, 3, 2),
        scheduled_on=date(2026, 2, 2), asked_on=None, by=by,
    )  # fmt: skip


def test_estimate_is_visits_times_units_times_fees(office, words):
    charge_set = make_signed(episode=make_course(network=None))

    row = estimate_for(charge_set, office, {"97140": 1, "97110": 2})

    assert row.total_cents == 16 * (6200 + 2 * 6800)
    text = words(row.document)
    wanted = ["$3,168.00", "97140", "M54.2", "$400 or more above", "no contract", "dispute"]
    assert [field for field in wanted if field not in text] == []


def test_estimate_without_a_fee_or_plan_is_refused(office):
    charge_set = make_signed(episode=make_course(network=None))

    with pytest.raises(NotAllowed, match="no fee for 97999"):
        estimate_for(charge_set, office, {"97999": 1})
    charge_set.note.visit.episode.plans.update(planned_visits=None)
    with pytest.raises(NotAllowed, match="number of visits"):
        estimate_for(charge_set, office, {"97140": 1})

    assert GoodFaithEstimate.objects.count() == 0


def test_bills_400_dollars_above_the_estimate_raise_the_alarm(office):
    course = make_course(network=None)
    charge_set = make_signed(episode=course)
    course.plans.update(planned_visits=1)
    estimate_for(charge_set, office, {"97140": 1})
    assert (watch(course).is_alarm, watch(course).is_near) == (False, False)

    for days in (1, 2, 3, 4):
        another_visit(charge_set, days=days)

    found = watch(course)
    assert found.over_cents == 5 * charge_set.total_cents - 6200
    assert found.is_alarm


def test_due_day_of_a_new_estimate_is_kept(office):
    charge_set = make_signed(episode=make_course(network=None))

    first = estimate_for(charge_set, office, {"97140": 1})
    second = estimate_for(charge_set, office, {"97140": 2})

    assert (first.due_on, second.replaces) == (date(2026, 2, 5), first)
    assert second.issued_at - first.issued_at < timedelta(minutes=5)
