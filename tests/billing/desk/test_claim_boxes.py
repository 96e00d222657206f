"""What the office manager enters for a claim's boxes, and what the claim then says."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from billing.claims.types import Name, Span
from billing.models import ChargeSet, ClaimDetails, ClaimMarks, ClaimSettings
from billing.services.claims_facts import claim_of
from billing.services.desk_refresh import full
from clinic.enums import Network
from tests.billing.desk_making import full_address, make_signed
from tests.clinic.forms import filled
from tests.factories import make_clinician

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ENTERED = {
    "other_claim_id": "wc-778", "condition_codes": "w3, a1", "off_work_from": "2026-02-01",
    "off_work_until": "2026-02-14", "admitted_on": "2026-01-30", "discharged_on": "2026-02-01",
}  # fmt: skip


def make_ground(practice) -> None:
    full_address(practice)
    make_signed(network=Network.IN)


def details_of(charge_set: ChargeSet) -> str:
    return f"/billing/coverages/{charge_set.note.visit.coverage_id}/claim/"


def marks_of(charge_set: ChargeSet) -> str:
    return f"/billing/visits/{charge_set.note.visit.public_id}/claim/"


def test_boxes_entered_with_the_coverage_are_in_the_claim(office_client, charge_set):
    url = details_of(charge_set)

    answer = office_client.post(url, filled(office_client, url) | ENTERED)

    claim = claim_of(full(charge_set.pk))
    assert answer.status_code == 302
    assert (claim.other_claim_id, claim.conditions) == ("WC-778", ("W3", "A1"))
    assert claim.off_work == Span(date(2026, 2, 1), date(2026, 2, 14))
    assert claim.in_hospital == Span(date(2026, 1, 30), date(2026, 2, 1))


@pytest.mark.parametrize(("entered", "box", "sentence"), [
    ({"off_work_until": "2026-01-31"}, "off_work_until",
     "This is before the first day off work."),
    ({"discharged_on": "2026-01-29"}, "discharged_on", "This is before the day of admission."),
    ({"admitted_on": ""}, "admitted_on", "Enter the day of admission as well."),
    ({"condition_codes": "W33"}, "condition_codes",
     "W33 is no claim code: each has two characters."),
    ({"condition_codes": "A1 A2 A3 A4 A5"}, "condition_codes", "The form has room for 4 codes."),
    ({"other_claim_id": "WC~1"}, "other_claim_id",
     "A claim cannot carry ~: use letters and digits."),
])  # fmt: skip
def test_wrong_entry_is_said_at_its_field_and_nothing_is_stored(
    office_client, charge_set, entered, box, sentence
):
    url = details_of(charge_set)

    answer = office_client.post(url, filled(office_client, url) | ENTERED | entered)

    assert answer.status_code == 422
    assert answer.context["form"].errors == {box: [sentence]}
    assert ClaimDetails.objects.count() == 0


@pytest.mark.parametrize("days", [
    {"discharged_on": date(2026, 2, 1)},
    {"admitted_on": date(2026, 2, 2), "discharged_on": date(2026, 2, 1)},
    {"off_work_from": date(2026, 2, 2), "off_work_until": date(2026, 2, 1)},
])  # fmt: skip
def test_database_refuses_days_in_the_wrong_order(charge_set, days):
    with pytest.raises(IntegrityError), transaction.atomic():
        ClaimDetails.objects.create(coverage=charge_set.note.visit.coverage, **days)

    assert ClaimDetails.objects.count() == 0


def test_marks_of_a_visit_stand_on_each_line_of_its_claim(office_client, charge_set):
    url = marks_of(charge_set)

    answer = office_client.post(url, filled(office_client, url) | {"emergency": "on"})

    lines = claim_of(full(charge_set.pk)).lines
    assert answer.status_code == 302
    assert [(line.emergency, line.epsdt) for line in lines] == [(True, False)] * len(lines)


def test_marks_are_not_for_another_practice(client_for, other_practice, charge_set):
    other = client_for("office", other_practice)

    answer = other.post(marks_of(charge_set), {"emergency": "on"})

    assert (answer.status_code, ClaimMarks.objects.count()) == (404, 0)


@pytest.mark.parametrize(("kinds", "treating", "supervising"), [
    ([], "Supervisor", None), (["MC"], "Supervisor", None), (["CI"], "Assistant", "Supervisor"),
])  # fmt: skip
def test_plan_that_wants_the_supervisor_named_gets_the_assistant_as_treating(
    charge_set, kinds, treating, supervising
):
    supervisor = make_clinician(last_name="Supervisor")
    row = full(charge_set.pk)
    row.note.author = make_clinician(
        is_assistant=True, supervisor=supervisor, last_name="Assistant"
    )
    ClaimSettings.objects.create(supervised=kinds)

    claim = claim_of(row)

    named = claim.supervising.name.last if claim.supervising else None
    assert (claim.rendering.name.last, named) == (treating, supervising)
    assert isinstance(claim.rendering.name, Name)


def test_kinds_of_plan_are_chosen_in_the_settings(client_for, practice, in_practice):
    admin = client_for("admin")
    url = "/billing/claims/settings/"

    answer = admin.post(url, filled(admin, url) | {"supervised": ["MC", "WC"]})

    assert (answer.status_code, ClaimSettings.objects.get().supervised) == (302, ["MC", "WC"])


def test_kind_of_plan_that_does_not_exist_is_refused(client_for, practice, in_practice):
    admin = client_for("admin")
    url = "/billing/claims/settings/"

    answer = admin.post(url, filled(admin, url) | {"supervised": ["QQ"]})

    assert (answer.status_code, ClaimSettings.objects.count()) == (422, 0)
