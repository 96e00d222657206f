from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from billing.models import ExpectedRate, Fee, SettingChange
from billing.services.deriving import fees_on
from billing.services.expected import expected_payment, set_rate
from billing.services.fees import schedule_on, schedules, set_fees
from billing.services.starter import load_reference
from clinic.errors import NotAllowed
from tests.billing.making import FIRST_DAY, make_fees
from tests.billing.payers.making import make_admin, rows_but
from tests.factories import make_payer

pytestmark = pytest.mark.usefixtures("in_practice")
JULY = date(2026, 7, 1)


def lines(*rows):
    return [SimpleNamespace(code=code, units=units) for code, units in rows]


def rate(payer, **values):
    defaults = {"code": "", "amount_cents": None, "percent": Decimal(100), "reduces": True,
                "source": "Contract", "starts_on": FIRST_DAY, "ends_on": None}  # fmt: skip
    return set_rate(payer, by=make_admin(), values=defaults | values)


def test_new_fee_starts_on_its_day_and_the_old_one_ends_the_day_before():
    make_fees()

    set_fees({"97140": 6500, "97530": 7000}, by=make_admin(), starts_on=JULY, why="New year")

    assert fees_on(date(2026, 6, 30))["97140"] == 6200
    assert (fees_on(JULY)["97140"], fees_on(JULY)["97530"]) == (6500, 7000)
    said = SettingChange.objects.filter(area="fee").order_by("pk")
    assert [(row.setting, row.before, row.after, row.why) for row in said] == [
        ("Fee of 97140", "$62.00", "$65.00 from 07/01/2026", "New year"),
        ("Fee of 97530", "", "$70.00 from 07/01/2026", "New year"),
    ]


def test_fee_that_starts_before_the_one_in_force_is_refused_and_none_is_set():
    make_fees()
    before = rows_but("clinic_user")

    with pytest.raises(NotAllowed) as raised:
        set_fees({"97110": 7000, "97140": 6500}, by=make_admin(), starts_on=FIRST_DAY)

    assert str(raised.value) == (
        "The fee of 97110 starts on 01/01/2026: the next one has to start after it. Nothing was "
        "changed."
    )
    assert rows_but("clinic_user") == before


def test_same_amounts_change_nothing():
    make_fees()

    with pytest.raises(NotAllowed, match="No amount differs from the fee in force"):
        set_fees({"97140": 6200}, by=make_admin(), starts_on=JULY)

    assert Fee.objects.filter(code="97140").count() == 1


def test_payment_of_an_unknown_payer_is_not_guessed():
    assert expected_payment(make_payer(), lines(("97140", 1)), JULY) is None


def test_medicare_pays_the_highest_practice_expense_in_full_and_half_of_the_others():
    load_reference()
    payer = make_payer()
    rate(payer)

    found = expected_payment(payer, lines(("97140", 2), ("97530", 1)), JULY)

    # 97530 has the highest practice expense: $35.07 whole; both units of 97140 at $21.21.
    assert [(line.code, line.cents, line.reduced_units) for line in found.lines] == [
        ("97140", 4242, 2), ("97530", 3507, 0),
    ]  # fmt: skip
    assert (found.cents, found.words, found.reduced) == (7749, "$77.49", True)


def test_one_unit_of_the_highest_code_is_whole_and_its_others_are_reduced():
    load_reference()
    payer = make_payer()
    rate(payer)

    found = expected_payment(payer, lines(("97530", 2)), JULY)

    assert [(line.cents, line.reduced_units) for line in found.lines] == [(3507 + 2505, 1)]


def test_share_without_the_reduction_pays_every_unit_whole():
    load_reference()
    payer = make_payer()
    rate(payer, percent=Decimal(110), reduces=False)

    found = expected_payment(payer, lines(("97140", 2)), JULY)

    assert (found.cents, found.reduced) == (2 * 3050, False)


def test_amount_of_a_code_comes_before_the_share():
    load_reference()
    payer = make_payer()
    rate(payer)
    rate(payer, code="97140", amount_cents=3100, percent=None)

    found = expected_payment(payer, lines(("97140", 2), ("99999", 1)), JULY)

    assert [(line.code, line.cents) for line in found.lines] == [("97140", 6200), ("99999", None)]
    assert found.cents is None


def test_next_rate_ends_the_one_before_it():
    payer = make_payer()
    rate(payer)
    rate(payer, percent=Decimal(105), starts_on=JULY)

    first, second = ExpectedRate.objects.order_by("starts_on")
    assert (first.ends_on, second.ends_on) == (date(2026, 6, 30), None)

    with pytest.raises(NotAllowed, match="There is a rate from 07/01/2026 already"):
        rate(payer, starts_on=JULY)


def test_schedule_of_a_day_holds_every_code_and_each_change_is_a_schedule():
    make_fees()
    set_fees({"97140": 6500}, by=make_admin(), starts_on=JULY, why="New year")

    assert schedule_on(date(2026, 6, 30))["97140"] == 6200
    assert schedule_on(JULY) == schedule_on(FIRST_DAY) | {"97140": 6500}
    assert [(row.starts_on, [fee.code for fee in row.changed]) for row in schedules()] == [
        (JULY, ["97140"]), (FIRST_DAY, sorted(schedule_on(FIRST_DAY))),
    ]  # fmt: skip
