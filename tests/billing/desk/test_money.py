"""Reading, writing and sharing out amounts: no cent appears, none is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing import money
from clinic.errors import NotAllowed

cents = st.integers(min_value=1, max_value=money.MOST_CENTS)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("45", 4500), ("45.5", 4550), ("$1,045.50", 104550), (" 0.01 ", 1), ("1000000", 100_000_000)],
)
def test_amount_is_read_to_the_cent(typed, expected):
    assert money.parse(typed) == expected


@pytest.mark.parametrize("typed", ["", "abc", "1.234", "-5", "0", "0.00", "1,00", "1e3", "1000001"])
def test_amount_that_is_none_is_refused(typed):
    with pytest.raises(NotAllowed):
        money.parse(typed)


@given(cents)
def test_written_amount_reads_back(amount):
    assert money.parse(money.dollars(amount)) == amount
    assert money.parse(str(money.amount(amount))) == amount


@given(st.integers(min_value=0, max_value=10**9), st.lists(st.integers(0, 10**6), min_size=1))
def test_shares_add_up_to_the_amount(total, weights):
    parts = money.share(total, weights)

    assert sum(parts) == total
    assert len(parts) == len(weights)
    assert all(part >= 0 for part in parts)


@given(st.integers(0, 10**6), st.dictionaries(st.integers(), st.integers(-1000, 10**5)))
def test_oldest_first_uses_or_keeps_every_cent(amount, owed):
    used, rest = money.oldest_first(amount, owed)

    assert sum(used.values()) + rest == amount
    assert all(0 < part <= owed[key] for key, part in used.items())
