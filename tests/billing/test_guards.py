"""The bill stays as issued, whatever goes round Python."""

import pytest
from django.db import connection

from billing.models import ChargeLine, Superbill
from billing.services.superbills import issue_superbill
from clinic.enums import Role
from tests.attacks import attacks_on, carried_out, columns_of, emptied
from tests.billing.making import make_charge_set, make_draft, make_fees
from tests.factories import make_user, new_key
from tests.snapshot import snapshot

pytestmark = pytest.mark.slow
TABLES = {
    "billing_chargeset": "Charge sets cannot be changed or deleted.",
    "billing_chargeline": "Charge lines cannot be changed or deleted.",
    "billing_superbill": "Superbills cannot be changed or deleted.",
    "clinic_storeddocument": "Issued documents cannot be changed or deleted.",
    "clinic_auditevent": "Audit events cannot be changed or deleted.",
}
SEALED = "This charge set is complete: no line can be added."


def make_ground(practice) -> None:
    make_fees()
    issue_superbill(make_charge_set(make_draft()), by=make_user(Role.OFFICE), submit_key=new_key())


@pytest.fixture
def bill(in_practice) -> Superbill:
    return Superbill.objects.get()


@pytest.mark.parametrize("table", TABLES)
def test_issued_rows_refuse_each_way_of_changing_them(bill, table):
    before = snapshot()

    kept = carried_out(attacks_on(table), sentence=TABLES[table])

    # A line that would be written anew meets the seal of its charge set first.
    assert [text for text in kept if not text.startswith(("INSERT", "REPLACE"))] == []
    assert [text for text in kept if carried_out([text], sentence=SEALED)] == []
    assert snapshot() == before


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
def test_issued_tables_are_not_emptied(bill):
    before = snapshot()

    assert emptied([*TABLES, "billing_payerpolicy", "billing_editedition"]) == []
    assert snapshot() == before


def test_complete_charge_set_takes_no_line(bill):
    columns = [name for name in columns_of("billing_chargeline") if name != '"id"']
    values = ["99" if name == '"position"' else name for name in columns]
    before = snapshot()

    insert = (
        f"INSERT INTO billing_chargeline ({', '.join(columns)}) "
        f"SELECT {', '.join(values)} FROM billing_chargeline"
    )

    assert carried_out([insert], sentence=SEALED) == []
    assert (snapshot(), ChargeLine.objects.count()) == (before, 1)


def test_published_policy_refuses_all_but_its_last_day(bill):
    rewritten = "A published policy version cannot be changed: publish the next one."
    before = snapshot()
    attacks = [
        "UPDATE billing_payerpolicy SET source = 'x'",
        "UPDATE billing_payerpolicy SET starts_on = '2020-01-01'",
        "UPDATE billing_payerpolicy SET preset = 'x'",
        "UPDATE billing_payerpolicy SET version = version + 1",
        "UPDATE billing_payerpolicy SET status = 'draft', published_at = NULL",
        "UPDATE billing_payerpolicy SET fields = '{}'",
    ]

    assert carried_out(attacks, sentence=rewritten) == []
    assert (
        carried_out(
            ["DELETE FROM billing_payerpolicy"],
            sentence="A published policy version cannot be deleted.",
        )
        == []
    )
    assert snapshot() == before


def test_last_day_of_a_policy_is_given_once(bill):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE billing_payerpolicy SET ends_on = '2026-12-31'")

    again = "UPDATE billing_payerpolicy SET ends_on = '2027-12-31'"

    assert (
        carried_out(
            [again], sentence="A published policy version cannot be changed: publish the next one."
        )
        == []
    )
