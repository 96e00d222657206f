"""Batches: one PDF in the order of the list; what fails is named; nothing is marked too early."""

import io
import zipfile
from datetime import timedelta

import pikepdf
import pytest
from django.utils import timezone

from billing.models import ChargeSet, DeskItem, DeskJob, JobFile, PrintEvent, Superbill
from billing.services import batches
from billing.services.superbills import issue_superbill, void_superbill
from clinic.documents.worker import Press
from clinic.enums import Network
from clinic.errors import NotAllowed
from tests.billing.desk_making import another_visit, key, make_signed

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def make_ground(practice) -> None:
    first = make_signed()
    another_visit(first)
    another_visit(first, days=4)
    make_signed(network=Network.IN)


def nth(number: int) -> ChargeSet:
    return ChargeSet.objects.order_by("pk")[number]


@pytest.fixture
def first(in_practice) -> ChargeSet:
    return nth(0)


@pytest.fixture
def second(in_practice) -> ChargeSet:
    return nth(1)


@pytest.fixture
def third(in_practice) -> ChargeSet:
    return nth(2)


@pytest.fixture
def within(in_practice) -> ChargeSet:
    """Of a payer with a contract: it gets a claim, never a superbill."""
    return nth(3)


def run(job: DeskJob, **given) -> DeskJob:
    taken = batches.take_next()
    assert taken.pk == job.pk
    return batches.work_off(taken, **given)


def test_batch_makes_one_pdf_in_the_order_of_the_list(office, first, second, third):
    order = [third, first, second]
    job = batches.ask_for_print(order, by=office, submit_key=key())

    done = run(job)

    assert (done.state, done.done, done.failures) == ("done", 3, [])
    with pikepdf.open(io.BytesIO(bytes(job.files.get().content))) as pdf:
        titles = [item.title for item in pdf.open_outline().root]
        pages = [item.destination[0].objgen for item in pdf.open_outline().root]
        places = [[p.objgen for p in pdf.pages].index(page) for page in pages]
    numbers = [Superbill.objects.get(visits__charge_set=c).number for c in order]
    assert titles == [f"{number}-v1.pdf" for number in numbers]
    assert places == sorted(places)
    states = DeskItem.objects.filter(charge_set__in=order).values_list("state", flat=True)
    assert list(states) == ["printed"] * 3


def test_zip_holds_the_signed_files_byte_for_byte(office, first):
    job = batches.ask_for_print([first], by=office, submit_key=key())
    run(job)
    bill = Superbill.objects.get()

    with zipfile.ZipFile(io.BytesIO(batches.zip_of(job))) as archive:
        names, body = archive.namelist(), archive.read(f"{bill.number}-v1.pdf")

    assert names == [f"{bill.number}-v1.pdf", "SHA256SUMS"]
    assert body == bytes(bill.document.content)


def test_rows_that_fail_are_named_and_the_rest_is_printed(office, first, second, within):
    good, voided = first, second
    bill = issue_superbill(voided, by=office, submit_key=key())
    void_superbill(bill, reason="Wrong patient chosen", by=office, submit_key=key())
    job = batches.ask_for_print([within, voided, good], by=office, submit_key=key())

    done = run(job)

    assert (done.state, done.words) == ("done", "1 superbills in one file.")
    assert [(pk, words.split(":")[0]) for pk, words in done.failures] == [
        (within.pk, f"{within.note.visit.coverage.payer} is in network"),
        (voided.pk, f"{bill.number} was voided"),
    ]
    assert [event.superbill.charge_set for event in PrintEvent.objects.all()] == [good]


def test_batch_in_which_everything_fails_makes_no_file(office, within):
    job = batches.ask_for_print([within], by=office, submit_key=key())

    assert run(job).state == "failed"
    assert (JobFile.objects.count(), PrintEvent.objects.count()) == (0, 0)


def test_canceled_half_way_marks_nothing_as_printed(office, first, second):
    job = batches.ask_for_print([first, second], by=office, submit_key=key())
    asked = iter([False, True])

    def cancel_after_the_first() -> bool:
        if next(asked):
            batches.cancel(DeskJob.objects.get(), by=office)
        return False

    done = run(job, stop=cancel_after_the_first)

    assert (done.state, JobFile.objects.count(), PrintEvent.objects.count()) == ("canceled", 0, 0)
    assert Superbill.objects.count() <= 2
    states = DeskItem.objects.filter(charge_set__in=[first, second]).values_list("state", flat=True)
    assert list(states) == ["ready"] * 2


def test_waiting_batch_is_canceled_at_once_and_never_taken(office, first):
    job = batches.ask_for_print([first], by=office, submit_key=key())

    batches.cancel(job, by=office)

    assert batches.take_next() is None
    with pytest.raises(NotAllowed, match="over already: canceled"):
        batches.cancel(job, by=office)


def test_worker_told_to_stop_gives_the_batch_back_and_the_next_goes_on(office, first, second):
    job = batches.ask_for_print([first, second], by=office, submit_key=key())
    stops = iter([False, True])

    halted = run(job, stop=lambda: next(stops))

    assert (halted.state, halted.done) == ("queued", 1)
    assert run(job).state == "done"
    assert (Superbill.objects.count(), PrintEvent.objects.count()) == (2, 2)


def test_batch_of_a_dead_worker_is_taken_over_after_its_silence(office, first):
    job = batches.ask_for_print([first], by=office, submit_key=key())
    batches.take_next()

    assert batches.take_next() is None
    later = timezone.now() + batches.SILENT + timedelta(seconds=1)
    taken = batches.take_next(now=later)

    assert (taken.pk, taken.attempts) == (job.pk, 2)
    assert batches.work_off(taken).state == "done"


def test_batch_that_kills_its_worker_again_and_again_is_given_up(office, first):
    job = batches.ask_for_print([first], by=office, submit_key=key())
    DeskJob.objects.filter(pk=job.pk).update(attempts=batches.MOST_ATTEMPTS)

    done = run(job)

    assert (done.state, PrintEvent.objects.count()) == ("failed", 0)


def test_same_form_asks_once(office, first):
    same = key()

    job = batches.ask_for_print([first], by=office, submit_key=same)
    again = batches.ask_for_print([first], by=office, submit_key=same)

    assert (job, DeskJob.objects.count()) == (again, 1)


@pytest.mark.parametrize("count", [0, 1001])
def test_batch_of_none_or_too_many_is_refused(office, count, first):
    charge_set = first if count else None

    with pytest.raises(NotAllowed):
        batches.ask_for_print([charge_set] * count, by=office, submit_key=key())

    assert DeskJob.objects.count() == 0


def test_ticked_visits_reach_the_batch_in_the_order_of_the_page(office_client, first, second):
    ids = [second.note.visit.public_id, first.note.visit.public_id]

    answer = office_client.post("/billing/batches/print/", {"visit": ids, "submit_key": key()})

    job = DeskJob.objects.get()
    assert job.items == [second.pk, first.pk]
    assert answer.url == f"/billing/batches/{job.public_id}/"


def test_visits_of_another_practice_do_not_reach_the_batch(
    client_for, in_practice, other_practice, first
):
    client_for("office", other_practice).post(
        "/billing/batches/print/", {"visit": [first.note.visit.public_id]}
    )

    assert DeskJob.objects.count() == 0


def test_page_set_ahead_is_the_one_that_is_stored(office, first, second, third):
    rows = [first, second, third]
    job = batches.ask_for_print(rows, by=office, submit_key=key())

    run(job)

    for bill in Superbill.objects.order_by("pk"):
        context = bill.document.context
        with pikepdf.open(io.BytesIO(bytes(bill.document.content))) as pdf:
            data = bytes(pdf.attachments["superbill.json"].get_file().read_bytes())
        assert (context["number"], bill.number.encode() in data) == (bill.number, True)
        assert (context["verify_url"] or "").endswith(f"/v/{bill.document.public_id}/") or (
            context["verify_url"] is None
        )
    assert list(Superbill.objects.order_by("pk").values_list("number", flat=True)) == [
        "SB-000001", "SB-000002", "SB-000003",
    ]  # fmt: skip


def test_page_set_ahead_under_a_number_that_another_took_is_set_anew(office, first, second, third):
    other = third
    job = batches.ask_for_print([first, second], by=office, submit_key=key())
    asked = iter([False, True])

    def somebody_else_issues() -> bool:
        if next(asked):
            issue_superbill(other, by=office, submit_key=key())
        return False

    done = run(job, stop=somebody_else_issues)

    assert done.state == "done"
    numbers = {b.charge_set_id: b.document.context["number"] for b in Superbill.objects.all()}
    assert [numbers[c.pk] for c in (first, other, second)] == [
        "SB-000001", "SB-000002", "SB-000003",
    ]  # fmt: skip


def test_row_that_fails_costs_no_number_and_those_after_it_are_right(
    office, first, second, third, within
):
    voided = third
    bill = issue_superbill(voided, by=office, submit_key=key())
    void_superbill(bill, reason="Wrong patient chosen", by=office, submit_key=key())
    order = [within, first, voided, second]
    job = batches.ask_for_print(order, by=office, submit_key=key())

    done = run(job)

    assert [pk for pk, _ in done.failures] == [within.pk, voided.pk]
    fresh = Superbill.objects.filter(charge_set__in=[first, second]).order_by("pk")
    assert [(b.charge_set, b.number, b.document.context["number"]) for b in fresh] == [
        (first, "SB-000003", "SB-000003"), (second, "SB-000004", "SB-000004"),
    ]  # fmt: skip


def test_page_that_was_given_up_is_set_once_more(office, first, monkeypatch):
    whole, tries = Press.set, []

    def late_once(press: Press, job) -> bytes:
        tries.append(press)
        return whole(Press(seconds=0) if len(tries) == 1 else press, job)

    monkeypatch.setattr(Press, "set", late_once)
    job = batches.ask_for_print([first], by=office, submit_key=key())

    done = run(job)

    assert (done.state, done.failures, len(tries)) == ("done", [], 2)


def test_bill_voided_while_the_file_is_made_is_not_in_it(office, first, second, monkeypatch):
    job = batches.ask_for_print([first, second], by=office, submit_key=key())
    merge, times = batches.merge_for_print, []

    def voided_meanwhile(originals):
        content = merge(originals)
        if not times:
            bill = Superbill.objects.get(charge_set=second)
            void_superbill(bill, reason="Wrong patient chosen", by=office, submit_key=key())
        times.append(len(content))
        return content

    monkeypatch.setattr(batches, "merge_for_print", voided_meanwhile)

    done = run(job)

    assert (done.state, len(times)) == ("done", 2)
    assert [event.superbill.charge_set for event in PrintEvent.objects.all()] == [first]
    assert [(pk, words.split(":")[0]) for pk, words in done.failures] == [
        (second.pk, "Its superbill was voided while the batch was printed"),
    ]  # fmt: skip


def test_worker_that_was_thought_dead_writes_no_second_file(office, first):
    job = batches.ask_for_print([first], by=office, submit_key=key())
    slow = batches.take_next()
    later = timezone.now() + batches.SILENT + timedelta(seconds=1)
    faster = batches.work_off(batches.take_next(now=later))

    again = batches.work_off(slow)

    assert (faster.state, again.state) == ("done", "done")
    assert (JobFile.objects.count(), PrintEvent.objects.count()) == (1, 1)
    assert Superbill.objects.count() == 1
    assert DeskJob.objects.get(pk=job.pk).done == 1
