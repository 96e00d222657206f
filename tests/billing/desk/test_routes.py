"""Which paper a visit leads to, by network, plan and discipline."""

from datetime import date

import pytest

from billing.models import DeskItem, LedgerEntry, MedicareException, Superbill
from billing.services.desk import answer_return, record_exception, return_to_therapist
from billing.services.desk_routes import direction_of
from billing.services.superbills import issue_superbill
from clinic.enums import Discipline, Network
from clinic.errors import NotAllowed
from clinic.models import AuditEvent
from tests.billing.desk_making import full_address, key, make_course, make_signed
from tests.factories import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.mark.parametrize(
    ("given", "route"),
    [
        ({"network": Network.OUT}, "superbill"),
        ({"network": Network.IN}, "claim"),
        ({"network": None}, "superbill"),
        ({"network": Network.SELF_PAY}, "superbill"),
        ({"network": Network.OUT, "preset": "medicare"}, "claim"),
        ({"network": Network.IN, "preset": "medicare"}, "claim"),
        ({"network": Network.OUT, "discipline": Discipline.MT}, "superbill"),
        ({"network": Network.IN, "discipline": Discipline.OT}, "claim"),
    ],
    ids=str,
)
def test_route_follows_network_and_plan(in_practice, given, route):
    charge_set = make_signed(episode=make_course(**given), discipline=given.get("discipline", "PT"))

    assert (direction_of(charge_set).route, charge_set.desk.route) == (route, route)


def test_medicare_covered_lines_get_no_superbill(office):
    charge_set = make_signed(preset="medicare", network=Network.OUT)

    with pytest.raises(NotAllowed, match="the law has the practice file the claim"):
        issue_superbill(charge_set, by=office, submit_key=key())

    assert Superbill.objects.count() == 0


def test_no_one_overrides_medicare_by_a_reason(admin):
    charge_set = make_signed(preset="medicare", network=Network.IN)

    with pytest.raises(NotAllowed, match="the law has the practice file the claim"):
        issue_superbill(charge_set, by=admin, submit_key=key(), exception="Patient wants it")

    assert Superbill.objects.count() == 0


@pytest.mark.parametrize("kind", ["refused", "abn"])
def test_recorded_exception_lets_the_superbill_through_and_is_printed(office, kind):
    charge_set = make_signed(preset="medicare", network=Network.IN)

    record_exception(charge_set, kind=kind, signed_on=date(2026, 3, 1), kept_at="Paper file B7",
                     by=office)  # fmt: skip
    bill = issue_superbill(charge_set, by=office, submit_key=key())

    assert bill.document.context["banner"].startswith("Medicare was not billed. Patient")
    sides = LedgerEntry.objects.filter(charge_set=charge_set).values_list("kind", "patient_cents")
    assert list(sides) == [("charge", 0), ("moved", charge_set.total_cents)]


def test_exception_signed_after_the_visit_is_refused(office):
    charge_set = make_signed(preset="medicare")

    with pytest.raises(NotAllowed, match="signed after this visit"):
        record_exception(charge_set, kind="abn", signed_on=date(2026, 3, 3), kept_at="File B7",
                         by=office)  # fmt: skip

    assert MedicareException.objects.count() == 0


def test_unpriced_line_needs_attention(in_practice):
    charge_set = make_signed(fees=False)

    codes = ", ".join(line.code for line in charge_set.lines.all())
    assert charge_set.desk.state == "attention"
    assert charge_set.desk.reason == f"No fee for {codes} on that date."


def test_claim_with_a_problem_needs_attention_and_names_the_box(in_practice):
    charge_set = make_signed(network=Network.IN)

    assert charge_set.desk.state == "attention"
    assert charge_set.desk.reason == (
        "Box 33: the ZIP code of the practice needs all nine digits on a claim (12207). "
        "Enter ZIP+4."
    )


def test_claim_without_problem_is_ready(in_practice):
    full_address(in_practice)

    charge_set = make_signed(network=Network.IN)

    assert (charge_set.desk.state, charge_set.desk.reason) == ("ready", "")


def test_payer_without_id_is_named(in_practice):
    full_address(in_practice)
    course = make_course(network=Network.IN)
    payer = course.coverage.payer
    payer.payer_id = ""
    payer.save(update_fields=["payer_id"])

    charge_set = make_signed(episode=course)

    assert charge_set.desk.reason == (
        f"Top of the form: {payer.name.upper()} has no electronic payer id. "
        "Enter it under Payers: the clearinghouse lists it."
    )


def test_returned_visit_waits_for_its_therapist(office):
    charge_set = make_signed()

    row = return_to_therapist(charge_set, reason="Which knee was treated?", by=office)

    item = DeskItem.objects.get()
    assert (item.state, item.reason) == (
        "attention", "Returned to the therapist: Which knee was treated?",
    )  # fmt: skip
    with pytest.raises(NotAllowed, match="wait for the answer"):
        issue_superbill(charge_set, by=office, submit_key=key())
    answer_return(row, answer="The right one; see the addendum.",
                  by=charge_set.note.author.user)  # fmt: skip
    assert DeskItem.objects.get().state == "ready"


def test_only_the_treating_clinician_answers(office):
    row = return_to_therapist(make_signed(), reason="Which knee was treated?", by=office)

    with pytest.raises(NotAllowed, match="can answer this"):
        answer_return(row, answer="The right one.", by=office)

    row.refresh_from_db()
    assert (row.answer, row.answered_at) == ("", None)


def test_issued_superbill_keeps_its_visit_from_being_returned(office):
    charge_set = make_signed()
    bill = issue_superbill(charge_set, by=office, submit_key=key())

    with pytest.raises(NotAllowed, match=f"{bill.number} was issued already"):
        return_to_therapist(charge_set, reason="Which knee was treated?", by=office)

    assert charge_set.returns.count() == 0
    assert AuditEvent.objects.filter(action="desk.returned").count() == 0


def test_visit_stays_on_its_day(in_practice):
    assert make_signed().desk.served_on == DAY
