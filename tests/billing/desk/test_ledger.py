"""The ledger: payments, credit, refunds, discounts, write-offs, reversals."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.models import LedgerEntry, Payment
from billing.services import payments
from billing.services import payments_ledger as ledger
from billing.services.payments_day import day_sheet
from clinic.enums import Network
from clinic.errors import NotAllowed
from tests.billing.desk_making import another_visit, key, make_signed

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def make_ground(practice) -> None:
    make_signed()


def pay(charge_set, cents, by, **fields):
    defaults = {"method": "card", "received_on": timezone.localdate(), "submit_key": key()}
    return payments.take_payment(
        charge_set.note.visit.patient, amount_cents=cents, by=by, **defaults | fields
    )


def test_signing_posts_the_charge_on_the_side_of_the_patient_out_of_network(
    in_practice, charge_set
):
    entry = LedgerEntry.objects.get()

    assert (entry.kind, entry.patient_cents, entry.payer_cents) == (
        "charge", charge_set.total_cents, 0,
    )  # fmt: skip


def test_signing_posts_the_charge_on_the_side_of_the_payer_in_network(in_practice):
    charge_set = make_signed(network=Network.IN)

    entry = LedgerEntry.objects.get(charge_set=charge_set)

    assert (entry.patient_cents, entry.payer_cents) == (0, charge_set.total_cents)


def test_fee_is_that_of_the_date_of_service(in_practice, charge_set):
    assert [(n.code, n.units, n.charge_cents) for n in charge_set.lines.all()] == [
        (n.code, n.units, n.units * n.fee_cents) for n in charge_set.lines.all()
    ]
    assert sum(n.charge_cents for n in charge_set.lines.all()) == charge_set.total_cents


def test_payment_pays_the_oldest_visit_first_and_keeps_the_rest_as_credit(office, first):
    second = another_visit(first)
    owed = first.total_cents + second.total_cents

    pay(first, first.total_cents + 100, office)

    assert ledger.balance_of(first).patient_cents == 0
    assert ledger.balance_of(second).patient_cents == second.total_cents - 100
    pay(first, owed, office)
    assert ledger.credit_of(first.note.visit.patient) == first.total_cents + 100


def test_same_form_sent_twice_is_one_payment(office, charge_set):
    same = uuid.uuid4()

    first = pay(charge_set, 1000, office, submit_key=same)
    again = pay(charge_set, 1000, office, submit_key=same)

    assert (first, Payment.objects.count()) == (again, 1)


@pytest.mark.parametrize("cents", [0, -1, 100_000_001])
def test_payment_of_an_impossible_amount_is_refused(office, cents, charge_set):
    with pytest.raises(NotAllowed, match="The amount is from"):
        pay(charge_set, cents, office)

    assert Payment.objects.count() == 0


def test_payment_of_tomorrow_is_refused(office, charge_set):
    with pytest.raises(NotAllowed, match="still to come"):
        pay(charge_set, 100, office, received_on=timezone.localdate() + timezone.timedelta(days=1))

    assert Payment.objects.count() == 0


def test_payment_for_another_patients_visit_is_refused_and_nothing_is_written(office, first):
    mine, other = first, make_signed()

    with pytest.raises(NotAllowed, match="another patient"):
        pay(mine, 1000, office, use={other.pk: 1000})

    assert Payment.objects.count() == 0


def test_discount_is_an_entry_of_its_own_and_the_charge_stays(office, charge_set):
    payments.discount(charge_set, amount_cents=1500, reason="Paid at time of service", by=office)

    kinds = list(LedgerEntry.objects.order_by("pk").values_list("kind", "patient_cents"))
    assert kinds == [("charge", charge_set.total_cents), ("discount", -1500)]


@pytest.mark.parametrize("act", [payments.discount, payments.write_off])
def test_lowering_needs_a_reason_and_no_more_than_is_owed(office, act, charge_set):
    with pytest.raises(NotAllowed, match="Say why"):
        act(charge_set, amount_cents=100, reason="", by=office)
    with pytest.raises(NotAllowed, match="owes only"):
        act(charge_set, amount_cents=charge_set.total_cents + 1, reason="Too much", by=office)

    assert LedgerEntry.objects.count() == 1


def test_refund_gives_back_credit_only(office, charge_set):
    pay(charge_set, 5000, office, use={})
    patient = charge_set.note.visit.patient

    with pytest.raises(NotAllowed, match="Only credit is given back"):
        payments.refund(patient, amount_cents=5001, method="cash", reason="Moved away", by=office,
                        submit_key=key())  # fmt: skip
    payments.refund(patient, amount_cents=5000, method="cash", reason="Moved away", by=office,
                    submit_key=key())  # fmt: skip

    assert ledger.credit_of(patient) == 0
    assert ledger.account_of(patient).patient_cents == charge_set.total_cents


def test_reversed_payment_leaves_the_account_as_before(office, charge_set):
    payment = pay(charge_set, 3000, office)

    payments.reverse_payment(payment, reason="Card was declined later", by=office)

    assert ledger.balance_of(charge_set).patient_cents == charge_set.total_cents
    with pytest.raises(NotAllowed, match="reversed already"):
        payments.reverse_payment(payment, reason="Card was declined later", by=office)
    assert LedgerEntry.objects.filter(kind="reversal").count() == 1


def test_credit_that_a_visit_used_keeps_its_payment_from_being_reversed(office, charge_set):
    payment = pay(charge_set, 2000, office, use={})
    payments.apply_credit(charge_set, amount_cents=2000, by=office)

    with pytest.raises(NotAllowed, match="visits have used since"):
        payments.reverse_payment(payment, reason="Entered by mistake", by=office)

    assert LedgerEntry.objects.filter(kind="reversal").count() == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"group": "CO", "patient_cents": -1, "payer_cents": -1},
        {"group": "OA", "patient_cents": 1},
        {"group": "PI", "patient_cents": 1},
        {"group": "PR", "patient_cents": 1, "payer_cents": 0},
        {"patient_cents": 0, "payer_cents": 0},
        {"kind": "writeoff", "patient_cents": -1, "reason": ""},
    ],
)
def test_database_refuses_what_would_bill_a_reduction_to_the_patient(charge_set, fields):
    defaults = {
        "patient": charge_set.note.visit.patient, "charge_set": charge_set, "act": uuid.uuid4(),
        "kind": "adjust", "happened_on": timezone.localdate(), "posted_at": timezone.now(),
    }  # fmt: skip

    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerEntry.objects.create(**defaults | fields)

    assert LedgerEntry.objects.count() == 1


def test_day_sheet_adds_up_to_the_change_of_all_accounts(office, practice, charge_set):
    pay(charge_set, 3000, office, method="cash")
    payments.discount(charge_set, amount_cents=500, reason="Loyal patient", by=office)

    sheet = day_sheet(practice, timezone.localdate())

    assert dict(sheet.taken) == {"Cash": 3000}
    assert [(s.label, s.count, s.patient_cents, s.payer_cents) for s in sheet.sums] == [
        ("Charge", 1, charge_set.total_cents, 0),
        ("Patient payment", 1, -3000, 0),
        ("Discount", 1, -500, 0),
    ]
    assert sheet.change_cents == charge_set.total_cents - 3500
    assert len(sheet.entries) == 3
