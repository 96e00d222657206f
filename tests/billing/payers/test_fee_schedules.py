"""The page of fees brings an earlier schedule back as a new one."""

from datetime import date

import pytest
from django.urls import reverse

from billing.models import Fee
from billing.services.fees import schedule_on, set_fees
from clinic.scope import scope
from tests.billing.making import make_fees
from tests.billing.payers.making import make_admin

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)


@pytest.fixture
def admin(admin_client, practice):
    with scope(practice):
        make_fees()
        set_fees({"97140": 6500}, by=make_admin(), starts_on=JULY, why="Raised")
        yield admin_client


def test_earlier_schedule_comes_back_as_a_new_one(admin):
    page = admin.get(reverse("billing:fees"), {"as_of": "2026-01-01"})
    form = page.context["form"]
    assert form["why"].value() == "As from 01/01/2026 again"

    admin.post(
        reverse("billing:change_fees"),
        {
            "starts_on": "2026-08-01",
            "amounts": form["amounts"].value(),
            "why": "Withdrawn",
            "seen": form["seen"].value(),
        },
    )

    assert schedule_on(AUGUST) == schedule_on(date(2026, 6, 30))
    assert [row.amount_cents for row in Fee.objects.filter(code="97140").order_by("starts_on")] == [
        6200, 6500, 6200,
    ]  # fmt: skip


def test_day_that_is_none_prefills_nothing(admin):
    for asked in ("", "yesterday", "2026-13-01", "2026-02-30"):
        page = admin.get(reverse("billing:fees"), {"as_of": asked})

        assert page.status_code == 200
        assert page.context["form"]["amounts"].value() is None
