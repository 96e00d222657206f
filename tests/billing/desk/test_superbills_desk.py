"""Superbills at the desk: issued once, voided by a later one, several visits on one page."""

import hashlib

import pytest

from billing.models import DeskItem, LedgerEntry, PrintEvent, Superbill
from billing.services.superbills import (
    issue_period,
    issue_superbill,
    replace_superbill,
    void_superbill,
)
from billing.services.superbills_prints import record_print
from clinic.enums import Network, Role
from clinic.errors import NotAllowed
from clinic.models import AuditEvent, StoredDocument
from tests.billing.desk_making import another_visit, key, make_signed
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def make_ground(practice) -> None:
    make_signed()


def test_void_adds_a_notice_that_points_back_and_leaves_the_bytes_alone(office, charge_set):
    bill = issue_superbill(charge_set, by=office, submit_key=key())
    before = hashlib.sha256(bytes(bill.document.content)).hexdigest()

    notice = void_superbill(bill, reason="Wrong patient was chosen", by=office, submit_key=key())

    assert (notice.kind, notice.replaces, notice.total_cents) == ("void", bill, 0)
    stored = StoredDocument.objects.get(pk=bill.document_id)
    assert hashlib.sha256(bytes(stored.content)).hexdigest() == before == stored.sha256
    assert DeskItem.objects.get().state == "void"


def test_superbill_after_a_void_replaces_the_notice(office, charge_set):
    bill = issue_superbill(charge_set, by=office, submit_key=key())
    notice = void_superbill(bill, reason="Wrong patient was chosen", by=office, submit_key=key())

    again = issue_superbill(charge_set, by=office, submit_key=key())

    assert (again.kind, again.replaces) == ("bill", notice)
    assert again.document.context["replaces"] == notice.number


def test_replacement_is_one_new_superbill_in_the_place_of_the_old(office, first):
    bill = issue_superbill(first, by=office, submit_key=key())

    later = replace_superbill(bill, reason="The payment was missing", by=office, submit_key=key())

    assert (later.kind, later.replaces, Superbill.objects.count()) == ("bill", bill, 2)


@pytest.mark.parametrize("reason", ["", "short"])
def test_void_without_a_reason_is_refused(office, reason, first):
    bill = issue_superbill(first, by=office, submit_key=key())

    with pytest.raises(NotAllowed, match="at least ten characters"):
        void_superbill(bill, reason=reason, by=office, submit_key=key())

    assert Superbill.objects.count() == 1


def test_superbill_is_voided_once(office, first):
    bill = issue_superbill(first, by=office, submit_key=key())
    void_superbill(bill, reason="Wrong patient was chosen", by=office, submit_key=key())

    with pytest.raises(NotAllowed, match="was replaced by SB-000002 already"):
        void_superbill(bill, reason="Wrong patient was chosen", by=office, submit_key=key())

    assert Superbill.objects.count() == 2


def test_period_lists_one_line_for_each_code_and_date(office, first):
    second = another_visit(first)

    bill = issue_period([second, first], by=office, submit_key=key())

    lines = bill.document.context["lines"]
    assert [(line["served_on"], line["code"]) for line in lines] == [
        (day, line.code)
        for day, visit in (("2026-03-02", first), ("2026-03-04", second))
        for line in visit.lines.all()
    ]
    assert bill.total_cents == first.total_cents + second.total_cents
    assert [visit.charge_set for visit in bill.visits.all()] == [first, second]


def test_visit_on_a_period_superbill_gets_no_second_one(office, first):
    second = another_visit(first)
    bill = issue_period([first, second], by=office, submit_key=key())

    with pytest.raises(NotAllowed, match=f"{bill.number} bills one of these visits already"):
        issue_superbill(first, by=office, submit_key=key())

    assert Superbill.objects.count() == 1


def test_period_over_two_patients_is_refused(office, first):
    with pytest.raises(NotAllowed, match="One superbill has one patient"):
        issue_period([first, make_signed()], by=office, submit_key=key())

    assert Superbill.objects.count() == 0


def test_reprint_is_the_same_bytes_and_marked(office, first):
    bill = issue_superbill(first, by=office, submit_key=key())

    first = record_print(bill, by=office)
    second = record_print(bill, by=office)

    assert [first.is_reprint, second.is_reprint] == [False, True]
    actions = AuditEvent.objects.filter(action__startswith="superbill.").order_by("pk")
    assert [event.action for event in actions] == [
        "superbill.issued",
        "superbill.printed",
        "superbill.reprinted",
    ]
    assert {event.detail["sha256"] for event in actions[1:]} == {bill.document.sha256}
    assert PrintEvent.objects.count() == 2


def test_in_network_superbill_is_refused_with_the_reason(office):
    charge_set = make_signed(network=Network.IN)

    with pytest.raises(NotAllowed, match="may not be billed the difference"):
        issue_superbill(charge_set, by=office, submit_key=key())

    assert (Superbill.objects.count(), StoredDocument.objects.filter(kind="superbill").count()) == (
        0,
        0,
    )


def test_office_manager_cannot_override_the_network(office):
    charge_set = make_signed(network=Network.IN)

    with pytest.raises(NotAllowed, match="Only an admin"):
        issue_superbill(charge_set, by=office, submit_key=key(), exception="Carved-out service")

    assert Superbill.objects.count() == 0


def test_admin_overrides_the_network_with_a_printed_reason(in_practice):
    charge_set = make_signed(network=Network.IN)
    admin = make_user(Role.ADMIN)

    bill = issue_superbill(
        charge_set, by=admin, submit_key=key(), exception="Service is carved out of the contract"
    )

    assert bill.document.context["banner"] == (
        "Issued although the plan is in network: Service is carved out of the contract"
    )
    moved = LedgerEntry.objects.get(charge_set=charge_set, kind="moved")
    assert (moved.payer_cents, moved.patient_cents) == (
        -charge_set.total_cents,
        charge_set.total_cents,
    )
