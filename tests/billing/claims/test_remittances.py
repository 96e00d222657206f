"""Remittances: the two sums hold in every sample, and a file that breaks them is refused."""

import json
from pathlib import Path

import pytest

from billing.claims.reading import Unreadable
from billing.claims.remittance import read_835

DATA = Path(__file__).with_name("data") / "835"
EXPECTED = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))


def sample(name: str) -> str:
    return (DATA / f"{name}.x12").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", EXPECTED)
def test_sample_is_read_to_the_cent(name):
    payments = read_835(sample(name))

    claims = [claim for payment in payments for claim in payment.claims]
    assert {
        "payment_cents": sum(p.total_cents for p in payments),
        "provider_cents": sum(a.cents for p in payments for a in p.provider_adjustments),
        "claims": [
            [c.number, c.status, c.charge_cents, c.paid_cents,
             sum(a.cents for a in c.all_adjustments)]
            for c in claims
        ],
    } == EXPECTED[name]  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_sums_of_the_sample_hold(name):
    for payment in read_835(sample(name)):
        taken = sum(item.cents for item in payment.provider_adjustments)

        assert payment.total_cents == sum(c.paid_cents for c in payment.claims) - taken
        for claim in payment.claims:
            adjusted = sum(item.cents for item in claim.all_adjustments)
            assert claim.charge_cents == claim.paid_cents + adjusted


def test_groups_of_adjustments_are_kept_apart():
    first, second = read_835(sample("managed-care"))[0].claims

    assert [(g, first.group_cents(g), second.group_cents(g)) for g in ("CO", "PR", "OA", "PI")] == [
        ("CO", 5000, 10500),
        ("PR", 30000, 60000),
        ("OA", 0, 0),
        ("PI", 0, 0),
    ]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("CAS*CO*A2*50.00", "CAS*CO*A2*49.99", "Claim 5554555444 does not add up"),
        ("BPR*I*945.00", "BPR*I*945.01", "The payment is $945.01"),
        ("CLP*8765432112*1*1200.00*495.00", "CLP*8765432112*1*1200.00*495.001", "two decimals"),
        ("SVC*HC:93555*1200.00*550.00", "SVC*HC:93555*x*550.00", "which is no amount"),
        ("SE*26*", "SE*27*", "SE01 says 27 segments, but there are 26"),
        ("IEA*1*000000907~", "", "ends with GE, not with IEA"),
        ("IEA*1*000000907", "IEA*1*000000908", "The control numbers differ"),
        ("ST*835*", "ST*837*", "This file holds 837, not 835"),
        ("ISA*03", "XXX*03", "not an X12 file"),
    ],
)
def test_file_that_does_not_add_up_is_refused_whole(old, new, says):
    broken = sample("managed-care").replace(old, new, 1)

    with pytest.raises(Unreadable, match=says.replace("$", r"\$")):
        read_835(broken)


def test_file_cut_anywhere_is_refused():
    whole = sample("managed-care")

    for length in range(0, len(whole.rstrip()) - 1, 37):
        with pytest.raises(Unreadable):
            read_835(whole[:length])
