"""The pages of settings ask the database as often for three rows as for one."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.services.editions import accept_edition, import_fees, import_limits
from billing.services.fees import set_fees, standing
from billing.services.starter import load_codes, load_reference
from clinic.scope import scope
from tests.billing.making import make_payer_with, make_policy
from tests.billing.payers.making import make_admin
from tests.billing.reference.published import (
    MUE_NAME,
    RVU_NAME,
    mue_text,
    plain,
    rvu_row,
    rvu_text,
)

JULY = date(2026, 7, 1)


@pytest.fixture
def admin(admin_client, practice):
    with scope(practice):
        yield admin_client


def questions(client, path: str) -> int:
    """The fewest of three looks: tables are read once a process, who is here is noted by time."""
    counts = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        counts.append(len(asked))
    return min(counts)


def same_for_three(client, path: str, add: Callable[[int], object]) -> None:
    add(0)
    one = questions(client, path)
    add(1)
    add(2)

    assert questions(client, path) == one


def test_list_of_payers(admin):
    same_for_three(
        admin, reverse("billing:payers"), lambda number: make_payer_with(name=f"Payer {number}")
    )


def test_page_of_a_payer_with_its_versions(admin):
    payer = make_payer_with()
    path = reverse("billing:payer", args=[payer.pk])

    same_for_three(admin, path, lambda number: make_policy(payer, "uhc", date(2026, 8 + number, 1)))


def test_fees_beside_medicares(admin):
    load_codes()
    codes = ("97110", "97112", "97140")
    accept_edition(
        import_fees(
            plain(RVU_NAME, rvu_text(*[rvu_row(code, "0.43", "0.39", "0.01") for code in codes])),
            license_attested=True,
        )
    )
    by = make_admin()

    def add(number: int) -> None:
        set_fees({codes[number]: 6000}, by=by, starts_on=JULY, why="Yearly",
                 seen=standing().fingerprint)  # fmt: skip

    same_for_three(admin, reverse("billing:fees"), add)


def test_editions_of_the_published_tables(admin):
    load_reference()
    by = make_admin()

    def add(number: int) -> None:
        name = MUE_NAME.replace("07-01-2026", f"{(1, 4, 7)[number]:02}-01-2026")
        text = mue_text(f"97140,{number + 4},3 Date of Service Edit: Clinical,x")
        accept_edition(import_limits(plain(name, text), license_attested=True, by=by), by=by)

    same_for_three(admin, reverse("billing:tables"), add)


def test_history_of_all_settings(admin):
    by = make_admin()
    same_for_three(
        admin,
        reverse("billing:settings_history"),
        lambda number: set_fees({"97140": 6000 + number}, by=by, why="Yearly",
                                starts_on=date(2026, 8 + number, 1),
                                seen=standing().fingerprint),
    )  # fmt: skip
