"""No cent is lost over random payments, refunds, discounts, reversals and voids."""

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from billing.models import ChargeSet, LedgerEntry, Payment, Superbill
from billing.services import payments
from billing.services import payments_ledger as ledger
from billing.services.superbills import issue_superbill, void_superbill
from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.scope import scope
from tests.billing.desk_making import key, make_signed
from tests.factories import make_practice, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["pay", "keep", "discount", "writeoff", "credit", "refund", "reverse", "bill", "void"]
        ),
        st.integers(1, 20_000),
    ),
    max_size=12,
)


class TestNoCentIsLost(HypothesisTestCase):
    """A class, because hypothesis rolls each example back only there."""

    @classmethod
    def setUpTestData(cls):
        cls.practice = make_practice()
        with scope(cls.practice):
            cls.by, cls.charge_set = make_user(Role.OFFICE), make_signed()

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(ACTS)
    def test_books_balance_after_any_acts(self, acts):
        with scope(self.practice):
            charge_set = ChargeSet.objects.get(pk=self.charge_set.pk)
            for kind, amount in acts:
                _try(kind, amount, charge_set, self.by)
            _check_papers()

            patient = charge_set.note.visit.patient
            received = sum(Payment.objects.values_list("amount_cents", flat=True))
            undone = sum(
                LedgerEntry.objects.filter(kind="reversal").values_list("patient_cents", flat=True)
            )
            lowered = -sum(
                LedgerEntry.objects.filter(kind__in=["discount", "writeoff"]).values_list(
                    "patient_cents", flat=True
                )
            )
            account = ledger.account_of(patient)
            assert account.patient_cents == charge_set.total_cents - lowered - received + undone
            assert ledger.credit_of(patient) >= 0
            assert account.patient_cents == (
                ledger.balance_of(charge_set).patient_cents - ledger.credit_of(patient)
            )
            assert ChargeSet.objects.get().desk.patient_cents == (
                ledger.balance_of(charge_set).patient_cents
            )


def _check_papers() -> None:
    """Every superbill adds up; each but the last was replaced, by one that points back."""
    bills = list(Superbill.objects.order_by("pk"))
    for bill in bills:
        facts = bill.document.context
        charges = sum(line["charge_cents"] for line in facts["lines"])
        discounts = sum(item["amount_cents"] for item in facts.get("discounts", ()))
        paid = sum(item["amount_cents"] for item in facts.get("payments", ()))
        assert charges - discounts == facts["total_cents"]
        assert facts["balance_cents"] == facts["total_cents"] - paid
    assert [bill.replaces for bill in bills] == [None, *bills[:-1]][: len(bills)]
    assert [bill.is_void for bill in bills] == [n % 2 == 1 for n in range(len(bills))]


def _try(kind: str, amount: int, charge_set, by) -> None:
    patient = charge_set.note.visit.patient
    try:
        if kind in ("pay", "keep"):
            payments.take_payment(
                patient, amount_cents=amount, method="card", received_on=timezone.localdate(),
                by=by, submit_key=key(), use={} if kind == "keep" else None,
            )  # fmt: skip
        elif kind == "refund":
            payments.refund(patient, amount_cents=amount, method="cash", reason="Asked for it",
                            by=by, submit_key=key())  # fmt: skip
        elif kind == "credit":
            payments.apply_credit(charge_set, amount_cents=amount, by=by)
        elif kind == "bill":
            issue_superbill(charge_set, by=by, submit_key=key())
        elif kind == "void":
            bill = Superbill.objects.filter(replaced_by=None).first()
            if bill is not None:
                void_superbill(bill, reason="Issued by mistake", by=by, submit_key=key())
        elif kind == "reverse":
            payment = Payment.objects.order_by("-pk").first()
            if payment is not None:
                payments.reverse_payment(payment, reason="By mistake", by=by)
        else:
            act = payments.discount if kind == "discount" else payments.write_off
            act(charge_set, amount_cents=amount, reason="Some reason", by=by)
    except NotAllowed:
        return
