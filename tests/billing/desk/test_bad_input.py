"""What the desk refuses: one clear sentence, nothing half done, nothing twice."""

from datetime import UTC, datetime

import pytest

from billing.models import (
    Claim,
    ClaimFile,
    ClaimSettings,
    DeskJob,
    Fee,
    LedgerEntry,
    RemittedClaim,
    Superbill,
)
from billing.services import claims
from billing.services import payments_ledger as ledger
from billing.services.claims_answers import read_incoming
from billing.services.desk_refresh import full, refresh
from billing.services.superbills import issue_superbill
from billing.services.superbills_context import superbill_context
from clinic.enums import DocumentKind, Network
from clinic.errors import NotAllowed
from clinic.models import Clinician, StoredDocument
from tests.billing.claims.remit import Said, remittance
from tests.billing.desk_making import full_address, key, make_signed

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def make_ground(practice) -> None:
    full_address(practice)
    ClaimSettings.objects.create(
        submitter_id="SUB0001", receiver_name="Clearing", receiver_id="99999",
        contact_name="Ruth", contact_phone="518-555-0100",
    )  # fmt: skip
    make_signed(network=Network.IN)


@pytest.fixture
def claim(charge_set, office) -> Claim:
    return claims.make_claim_file([charge_set], by=office).file.claims.get()


def said(claim: Claim, **fields) -> Said:
    """Paid but for a reduction of $20."""
    charge = claim.total_cents
    return Said(claim.number, charge, charge - 2000, (("CO", "45", 2000),), **fields)


def taken_back(claim: Claim) -> Said:
    charge = claim.total_cents
    return Said(claim.number, -charge, 2000 - charge, (("CO", "45", -2000),), "22")


def superbills() -> int:
    return StoredDocument.objects.filter(kind=DocumentKind.SUPERBILL).count()


def test_superbill_without_a_fee_is_refused(office):
    Fee.objects.all().delete()
    unpriced = make_signed(fees=False)

    with pytest.raises(NotAllowed, match="There was no fee for 97110, 97140"):
        issue_superbill(unpriced, by=office, submit_key=key())

    assert (Superbill.objects.count(), superbills()) == (0, 0)


def test_wrong_digit_in_an_npi_is_named_at_its_box_and_no_file_is_made(charge_set, office):
    Clinician.objects.filter(pk=charge_set.note.author_id).update(npi="1679576723")

    item = refresh(charge_set)

    assert item.state == "attention"
    assert item.reason.startswith(
        "Box 24J: the NPI of the treating clinician has a wrong digit (1679576723)."
    )
    with pytest.raises(NotAllowed, match="has a wrong digit"):
        claims.make_claim_file([charge_set], by=office)
    assert (ClaimFile.objects.count(), Claim.objects.count()) == (0, 0)


def test_thirteen_diagnoses_fit_on_no_superbill(charge_set):
    row = full(charge_set.pk)
    one = row.note.record["diagnoses"][0]
    row.note.record["diagnoses"] = [one | {"code": f"M54.{n:02d}"} for n in range(13)]

    with pytest.raises(NotAllowed, match="13 diagnoses, and a superbill letters at most 12"):
        superbill_context([row], number="SB-000001", at=NOW)


def test_claim_twice_in_one_835_is_posted_once(claim, charge_set, office):
    read_incoming(remittance(said(claim), said(claim)), name="a.835", by=office)

    assert ledger.balance_of(charge_set) == ledger.Balance(0, 0)
    assert LedgerEntry.objects.exclude(remitted=None).count() == 2
    assert [row.words[:22] for row in RemittedClaim.objects.order_by("pk")] == [
        "", "C0000001 was paid alre",
    ]  # fmt: skip


def test_second_payment_for_a_paid_claim_waits_for_a_person(claim, charge_set, office):
    read_incoming(remittance(said(claim)), name="a.835", by=office)

    read_incoming(remittance(said(claim), trace="TRACE2", control=8), name="b.835", by=office)

    assert ledger.balance_of(charge_set) == ledger.Balance(0, 0)
    assert RemittedClaim.objects.get(remittance__trace="TRACE2").words == (
        "C0000001 was paid already, and the payer took nothing back: the payment waits for a "
        "person."
    )


def test_correction_before_its_reversal_in_the_file_is_posted_after_it(claim, charge_set, office):
    read_incoming(remittance(said(claim)), name="a.835", by=office)
    charge = claim.total_cents
    anew = Said(claim.number, charge, charge - 3000, (("CO", "45", 3000),))

    read_incoming(
        remittance(anew, taken_back(claim), trace="TRACE2", control=8), name="b.835", by=office
    )

    paid = LedgerEntry.objects.filter(charge_set=charge_set, kind="payer")
    assert sum(paid.values_list("payer_cents", flat=True)) == -(charge - 3000)
    assert ledger.balance_of(charge_set) == ledger.Balance(0, 0)


def test_reversal_of_what_was_not_posted_changes_nothing(claim, charge_set, office):
    read_incoming(remittance(taken_back(claim)), name="a.835", by=office)

    assert ledger.balance_of(charge_set) == ledger.Balance(0, claim.total_cents)
    assert RemittedClaim.objects.get().words.startswith("The payer takes back a payment")


@pytest.mark.parametrize("visits", ["", "not-a-visit"])
def test_batch_of_what_is_no_visit_is_refused(office_client, in_practice, visits):
    answer = office_client.post("/billing/batches/print/", {"visit": visits}, follow=True)

    assert "Select at least one visit to print." in answer.content.decode()
    assert DeskJob.objects.count() == 0
