"""The day sheet of a large day: sums of all, a page of the entries, the whole as a file."""

import csv
import io
import uuid
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.models import LedgerEntry
from billing.services import payments
from tests.billing.desk_making import key, make_signed

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def make_ground(practice) -> None:
    make_signed()


def many_entries(charge_set, count: int, **fields) -> None:
    """Discounts of a dollar, as a busy day posts them."""
    LedgerEntry.objects.bulk_create(
        LedgerEntry(**{
            "practice_id": charge_set.practice_id, "patient": charge_set.note.visit.patient,
            "charge_set": charge_set, "act": uuid.uuid4(), "kind": "discount",
            "patient_cents": -100, "reason": f"=SUM(A{number})",
            "happened_on": timezone.localdate(), "posted_at": timezone.now(), **fields,
        })
        for number in range(count)
    )  # fmt: skip


def test_large_day_is_shown_page_by_page_with_the_sums_of_all(office_client, charge_set):
    many_entries(charge_set, 250)

    first = office_client.get(reverse("billing:day_sheet"))
    last = office_client.get(reverse("billing:day_sheet"), {"page": "3"})
    only = office_client.get(reverse("billing:day_sheet"), {"kind": "charge"})

    assert [len(page.context["entries"]) for page in (first, last, only)] == [100, 51, 1]
    charge, discount = [one for one, *_ in last.context["sums"]]
    assert (charge.count, discount.count, discount.patient_cents) == (1, 250, -25_000)
    assert "1–100 of 251" in first.content.decode()


def test_large_day_asks_the_database_as_often_as_a_quiet_one(office_client, charge_set):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            office_client.get(reverse("billing:day_sheet"))
        return len(asked)

    quiet = queries()
    many_entries(charge_set, 1_000)

    assert queries() == quiet


def test_file_holds_every_entry_and_runs_no_formula(office_client, charge_set):
    many_entries(charge_set, 120)

    answer = office_client.get(reverse("billing:day_sheet_file"))

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 121
    assert (rows[1]["Why"], rows[1]["Patient owes"]) == ("'=SUM(A0)", "-1.00")
    total = charge_set.total_cents - 12_000
    assert sum(round(float(row["Patient owes"]) * 100) for row in rows) == total


@pytest.mark.parametrize("typed", ["", "yesterday", "0001-01-01", "9999-12-31", "2026-02-30"])
def test_day_that_is_none_shows_today(office_client, charge_set, typed):
    answer = office_client.get(reverse("billing:day_sheet"), {"on": typed})

    assert (answer.status_code, answer.context["day"]) == (200, timezone.localdate())


def test_day_is_the_practices_own_from_midnight_to_midnight(office_client, office, charge_set):
    zone = charge_set.note.visit.practice.zone
    today = timezone.localdate(timezone=zone)
    midnight = datetime.combine(today, datetime.min.time(), tzinfo=zone)
    second = timedelta(seconds=1)
    many_entries(charge_set, 1, posted_at=midnight - second, reason="the day before")
    many_entries(charge_set, 1, posted_at=midnight, reason="at midnight")

    def whys(day) -> list[str]:
        page = office_client.get(reverse("billing:day_sheet"), {"on": day.isoformat()})
        return [row["entry"].reason for row in page.context["entries"] if row["entry"].reason]

    assert whys(today) == ["at midnight"]
    assert whys(today - timedelta(days=1)) == ["the day before"]


def test_refund_and_reversal_lower_what_was_taken_in(office_client, office, charge_set):
    patient = charge_set.note.visit.patient
    day = timezone.localdate()
    paid = payments.take_payment(
        patient, amount_cents=charge_set.total_cents + 1000, method="cash", received_on=day,
        by=office, submit_key=key(),
    )  # fmt: skip
    payments.refund(patient, amount_cents=1000, method="check", reason="Moved away", by=office,
                    submit_key=key())  # fmt: skip
    taken = charge_set.total_cents + 1000

    page = office_client.get(reverse("billing:day_sheet"))

    assert page.context["taken"] == [
        ("Cash", f"${taken / 100:.2f}"), ("Check", "-$10.00"),
    ]  # fmt: skip
    assert page.context["taken_total"] == f"${charge_set.total_cents / 100:.2f}"
    assert paid.amount_cents == taken
