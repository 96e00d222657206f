"""The desk's money and claims under several hands at the very same moment."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from billing.models import (
    Claim,
    ClaimFile,
    ClaimSettings,
    DeskItem,
    LedgerEntry,
    Payment,
    RemittedClaim,
    Superbill,
)
from billing.services import claims, payments
from billing.services import payments_ledger as ledger
from billing.services.claims_answers import read_incoming
from billing.services.superbills import issue_superbill, void_superbill
from clinic.enums import Network, Role
from clinic.errors import NotAllowed
from clinic.models import Practice, User
from clinic.scope import scope
from tests.billing.claims.remit import Said, remittance
from tests.billing.desk_making import another_visit, full_address, key, make_signed
from tests.clinic.concurrency.together import at_once
from tests.factories import make_user

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SOME_DAY = date(2026, 3, 2)


@pytest.fixture
def office(practice) -> User:
    with scope(practice):
        full_address(practice)
        ClaimSettings.objects.create(
            submitter_id="SUB0001", receiver_name="Clearing", receiver_id="99999",
            contact_name="Ruth", contact_phone="518-555-0100",
        )  # fmt: skip
        return make_user(Role.OFFICE)


@pytest.fixture
def visits(practice, office) -> Callable[..., list]:
    """Signed visits of one patient, the claims' ground under them."""

    def make(count: int, network: str = Network.IN) -> list:
        with scope(practice):
            first = make_signed(network=network)
            rest = [another_visit(first, days=2 * number) for number in range(1, count)]
            full_address(practice)
            return [first, *rest]

    return make


def together(practice: Practice, *acts: Callable[[], Any]) -> list[Any]:
    """What each act answered, or the exception it met."""

    def act(number: int) -> Any:
        with scope(practice):
            return acts[number]()

    return at_once(len(acts), act)


def refusals(answers: list[Any]) -> list[str]:
    """The sentences of those that were refused; any other exception fails the test."""
    met = [answer for answer in answers if isinstance(answer, Exception)]
    assert [repr(one) for one in met if not isinstance(one, NotAllowed)] == []
    return [str(one) for one in met]


def queue_agrees_with_the_ledger() -> bool:
    return all(
        (item.patient_cents, item.payer_cents) == (owed.patient_cents, owed.payer_cents)
        for item in DeskItem.objects.select_related("charge_set")
        for owed in [ledger.balance_of(item.charge_set)]
    )


def paying(patient, by: User, cents: int, submit_key=None) -> Callable[[], Payment]:
    return lambda: payments.take_payment(
        patient, amount_cents=cents, method="card", received_on=SOME_DAY, by=by,
        submit_key=submit_key or key(),
    )  # fmt: skip


def test_payment_pressed_six_times_is_taken_once(practice, office, visits):
    (row,) = visits(1, Network.OUT)
    patient, one_key = row.note.visit.patient, key()

    answers = together(practice, *[paying(patient, office, 2000, one_key)] * 6)

    with scope(practice):
        assert refusals(answers) == []
        assert len({answer.pk for answer in answers}) == 1
        assert ledger.balance_of(row).patient_cents == row.total_cents - 2000
        assert queue_agrees_with_the_ledger()


def test_credit_is_given_back_once_by_two_people(practice, office, visits):
    (row,) = visits(1, Network.OUT)
    patient = row.note.visit.patient
    with scope(practice):
        paying(patient, office, row.total_cents + 5000)()

    def give() -> Payment:
        return payments.refund(
            patient, amount_cents=5000, method="cash", reason="Moved away", by=office,
            submit_key=key(),
        )  # fmt: skip

    answers = together(practice, give, give, give)

    with scope(practice):
        assert len(refusals(answers)) == 2
        assert ledger.credit_of(patient) == 0


@pytest.mark.parametrize("round_", range(3))
def test_void_against_payments_leaves_both(practice, office, visits, round_):
    (row,) = visits(1, Network.OUT)
    patient = row.note.visit.patient
    with scope(practice):
        bill = issue_superbill(row, by=office, submit_key=key())

    answers = together(
        practice,
        lambda: void_superbill(bill, reason="Wrong patient address", by=office, submit_key=key()),
        paying(patient, office, 1000),
        paying(patient, office, 2000),
        lambda: payments.discount(row, amount_cents=500, reason="Hardship", by=office),
    )

    with scope(practice):
        assert refusals(answers) == []
        assert Superbill.objects.get(replaces=bill).is_void
        assert ledger.balance_of(row).patient_cents == row.total_cents - 3500
        assert queue_agrees_with_the_ledger()


def test_bill_is_voided_once_by_two_people(practice, office, visits):
    (row,) = visits(1, Network.OUT)
    with scope(practice):
        bill = issue_superbill(row, by=office, submit_key=key())

    def void() -> Superbill:
        return void_superbill(bill, reason="Wrong patient address", by=office, submit_key=key())

    answers = together(practice, void, void)

    with scope(practice):
        assert refusals(answers) == [f"{bill.number} was replaced by SB-000002 already."]
        assert Superbill.objects.count() == 2


@pytest.mark.parametrize("round_", range(3))
def test_two_files_over_the_same_visits_claim_each_once(practice, office, visits, round_):
    rows = visits(4)

    answers = together(
        practice,
        lambda: claims.make_claim_file(rows, by=office),
        lambda: claims.make_claim_file(rows[::-1], by=office),
        lambda: claims.make_claim_file(rows[1:], by=office),
    )

    with scope(practice):
        refusals(answers)
        assert sorted(Claim.objects.values_list("charge_set", flat=True)) == [r.pk for r in rows]
        assert len(set(ClaimFile.objects.values_list("control", flat=True))) == (
            ClaimFile.objects.count()
        )
        assert set(DeskItem.objects.values_list("state", flat=True)) == {"sent"}


def claimed(practice: Practice, rows: list, by: User) -> list[Claim]:
    with scope(practice):
        claims.make_claim_file(rows, by=by)
        return list(Claim.objects.order_by("pk"))


def decided(claim: Claim) -> Said:
    return Said(claim.number, claim.total_cents, claim.total_cents - 3500,
                (("CO", "45", 2000), ("PR", "3", 1500)))  # fmt: skip


def test_remittance_read_six_times_is_posted_once(practice, office, visits):
    (claim,) = claimed(practice, visits(1), office)
    text = remittance(decided(claim))

    answers = together(practice, *[lambda: read_incoming(text, name="a.835", by=office)] * 6)

    with scope(practice):
        assert len(refusals(answers)) == 5
        assert RemittedClaim.objects.count() == 1
        assert ledger.balance_of(claim.charge_set) == ledger.Balance(1500, 0)


@pytest.mark.parametrize("round_", range(3))
def test_remittances_in_opposite_order_post_each_claim_once(practice, office, visits, round_):
    made = claimed(practice, visits(4), office)
    texts = [
        remittance(*(decided(claim) for claim in order), trace=f"TRACE{number}")
        for number, order in enumerate((made, made[::-1], made[1:] + made[:1]))
    ]

    answers = together(practice, *[
        lambda text=text: read_incoming(text, name="a.835", by=office) for text in texts
    ])  # fmt: skip

    with scope(practice):
        assert refusals(answers) == []
        owed = [ledger.balance_of(claim.charge_set) for claim in made]
        assert owed == [ledger.Balance(1500, 0)] * 4
        assert queue_agrees_with_the_ledger()


@pytest.mark.parametrize("round_", range(3))
def test_write_off_against_a_remittance_never_lowers_below_nothing(
    practice, office, visits, round_
):
    (row,) = visits(1)
    (claim,) = claimed(practice, [row], office)

    answers = together(
        practice,
        lambda: read_incoming(remittance(decided(claim)), name="a.835", by=office),
        lambda: payments.write_off(row, amount_cents=row.total_cents, reason="Too late to file",
                                   by=office, of_payer=True),
        paying(row.note.visit.patient, office, 700),
    )  # fmt: skip

    with scope(practice):
        refused = refusals(answers)
        owed = ledger.balance_of(row)
        wrote_off = LedgerEntry.objects.filter(kind="writeoff").exists()
        assert (len(refused), wrote_off) in {(1, False), (0, True)}
        assert owed.payer_cents == (-row.total_cents if wrote_off else 0)
        assert queue_agrees_with_the_ledger()


def test_claim_is_corrected_once_by_two_people(practice, office, visits):
    (claim,) = claimed(practice, visits(1), office)
    with scope(practice):
        Claim.objects.filter(pk=claim.pk).update(payer_control="PAYER0001")

    def correct() -> ClaimFile:
        return claims.correct_claim(claim, frequency="7", by=office)

    answers = together(practice, correct, correct, correct)

    with scope(practice):
        assert refusals(answers) == [
            f"{claim.number} was corrected already: correct the newer claim."
        ] * 2  # fmt: skip
        assert Claim.objects.filter(replaces=claim).count() == 1
