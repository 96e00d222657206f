"""The queue: filters in the address, counts that follow, a fixed number of queries."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.desk_queries import Filters, page_of, read_filters, tallies
from clinic.enums import Network
from clinic.models import Patient
from notes.models import Note
from tests.billing.desk_making import another_visit, make_course, make_signed
from tests.billing.making import counted, make_fees
from tests.factories import DAY, make_block, make_note, make_visit
from tests.notes.acts import sign

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
QUEUE = "/billing/superbills/"


def test_counts_follow_the_filters(in_practice):
    out, within = make_signed(), make_signed(network=Network.IN)

    everything, mine = tallies(Filters()), tallies(Filters(payer=str(out.desk.payer_id)))

    assert (everything["all"].count, everything["ready"].count) == (2, 1)
    assert (mine["all"].count, mine["ready"].cents, mine["attention"].count) == (
        1, out.total_cents, 0,
    )  # fmt: skip
    assert within.desk.state == "attention"


@pytest.mark.parametrize("text", ["sample", "SAMPLE", "97140", "jordan sample"])
def test_search_finds_by_name_number_and_code(in_practice, text):
    make_signed()

    assert tallies(Filters(q=text))["all"].count == 1
    assert tallies(Filters(q=f"{text} nowhere"))["all"].count == 0


def test_search_finds_by_record_number(in_practice):
    charge_set = make_signed()
    make_signed()

    assert tallies(Filters(q=charge_set.note.visit.patient.record_number))["all"].count == 1


def test_days_and_therapist_filter(in_practice):
    first = make_signed()
    later = another_visit(first, days=3)

    f = Filters(since=DAY + timedelta(days=1), clinician=str(first.note.author_id))

    assert [item.charge_set for item in page_of(f, tallies(f), None)] == [later]


def test_address_that_cannot_be_read_counts_as_not_asked():
    assert read_filters({"state": "x", "since": "x", "payer": "1"}) == Filters(payer="1")
    assert read_filters({"state": "ready", "until": "2026-03-02", "distinct": "1"}) == Filters(
        state="ready", until=date(2026, 3, 2), distinct=True
    )


def test_page_takes_the_same_number_of_queries_at_1_and_at_3_rows(office_client, in_practice):
    first = make_signed()
    with CaptureQueriesContext(connection) as one:
        office_client.get(QUEUE)
    another_visit(first)
    make_signed()

    with CaptureQueriesContext(connection) as three:
        answer = office_client.get(QUEUE)

    assert counted(three) == counted(one)
    assert len(answer.context["page"].object_list) == 3


def test_unsigned_visit_is_counted_and_not_billable(office_client, in_practice):
    today = timezone.localdate()
    note = make_note(make_visit(episode=make_course(), date=today, status="charting"))
    make_block(note, "09:00", "09:20")

    page = office_client.get(QUEUE)

    assert page.context["tiles"][2]["value"] == 1
    assert page.context["counts"]["all"].count == 0
    assert office_client.get(f"{QUEUE}{note.visit.public_id}/").status_code == 404


def test_imported_history_is_not_billable(office_client, in_practice):
    note = make_note(make_visit(episode=make_course()))
    Note.objects.filter(pk=note.pk).update(
        status="signed", imported=True, signed_at=note.visit.starts_at, digest="0" * 64,
        signed_by=note.author.user,
    )  # fmt: skip

    assert office_client.get(f"{QUEUE}{note.visit.public_id}/").status_code == 404
    assert office_client.get(QUEUE).context["counts"]["all"].count == 0


def test_filters_stay_in_the_links_of_the_page(office_client, in_practice):
    make_signed()

    page = office_client.get(f"{QUEUE}?q=sample&payer=self")

    links = [tab["url"] for tab in page.context["tabs"]]
    assert links[1] == "?q=sample&payer=self&state=ready"


def test_preview_shows_the_proof_of_a_59_with_both_intervals(office_client, in_practice):
    episode = make_course(preset="commercial-legacy-edits")
    note = make_note(make_visit(episode=episode))
    make_block(note, "09:00", "09:21", diagnosis_codes=["M54.2"])
    make_block(note, "09:21", "09:36", technique="therapeutic_activities",
               diagnosis_codes=["M54.2"])  # fmt: skip
    make_fees(**{"97530": 7100})
    charge_set = sign(Note.objects.get(pk=note.pk)).charge_set

    page = office_client.get(f"{QUEUE}{note.visit.public_id}/preview/")

    assert charge_set.desk.distinct
    proof = page.context["proofs"][0]
    assert proof.modifier == "59"
    assert "09:00–09:21" in proof.text
    assert "09:21–09:36" in proof.text
    assert page.context["unproven"] == []


def test_patient_of_the_other_practice_is_not_in_the_queue(client_for, in_practice, other_practice):
    make_signed()

    page = client_for("office", other_practice).get(QUEUE)

    assert page.context["counts"]["all"].count == 0
    assert Patient.objects.count() == 1
