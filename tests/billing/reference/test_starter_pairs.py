"""The starter edition says of therapy's pairs what was read in CMS's table of 2024Q3."""

from datetime import date
from itertools import combinations

import pytest

from billing.engine.tables import shipped_codes, starter_tables

SOURCE = "ncci-practitioner"
SUMMER = date(2024, 8, 1)
BEFORE = date(2019, 12, 31)
TIMED = [fact.code for fact in shipped_codes() if fact.basis == "timed"] + ["97545"]
# column 1: column 2 and indicator of every pair in force between codes that are timed
AMONG_TIMED = """
97112 97036:1
97113 97036:0 97110:1
97140 97124:0 97750:1
97530 97537:1 97542:1 97750:1
97545 97140:0
97755 97035:1 97110:1 97112:1 97140:1 97530:1 97533:1 97535:1 97537:1 97542:1 97545:1 97760:1
97755 97761:1 97763:1 97750:0
97760 97110:1 97112:1 97116:1 97124:1 97140:1 97763:0
97761 97110:1 97112:1 97116:1 97124:1 97140:1 97760:1 97763:0
97763 97110:1 97112:1 97116:1 97124:1 97140:1
"""


def in_force(codes: list[str], on: date) -> dict[tuple[str, str], int]:
    tables = starter_tables()
    found = (tables.pair(SOURCE, one, other, on) for one, other in combinations(codes, 2))
    return {(pair.column1, pair.column2): pair.indicator for pair in found if pair}


def listed(text: str) -> dict[tuple[str, str], int]:
    return {
        (line.split()[0], entry[:5]): int(entry[6:])
        for line in text.split("\n")
        for entry in line.split()[1:]
    }


def test_pairs_among_timed_codes_are_exactly_those_published():
    assert in_force(TIMED, SUMMER) == listed(AMONG_TIMED)


def test_everyday_session_needs_no_modifier():
    everyday = ["97110", "97112", "97116", "97140", "97530", "97535"]

    assert in_force(everyday, SUMMER) == {}


@pytest.mark.parametrize(
    ("one", "other", "before"),
    [
        ("97140", "97530", 1),
        ("97530", "97113", 1),
        ("97530", "97116", 1),
        ("97530", "97535", 1),
        ("97140", "97164", 1),
        ("97110", "97112", None),
        ("97530", "97110", None),
        ("97161", "97140", None),
    ],
)
def test_table_pinned_to_2019_brings_back_what_ended_then(one, other, before):
    pair = starter_tables().pair(SOURCE, one, other, BEFORE)

    assert (pair.indicator if pair else None) == before
    assert starter_tables().pair(SOURCE, one, other, SUMMER) is None


def test_no_day_has_two_rows_in_force_for_one_pair():
    tables = starter_tables()
    rows = tables.pairs[SOURCE]["2024Q3"]
    days = {row.deletion or row.effective for found in rows.values() for row in found}

    doubled = [
        columns
        for day in (SUMMER, BEFORE, *filter(None, days))
        for columns, found in rows.items()
        if sum(row.in_force(day) for row in found) > 1
    ]

    assert doubled == []
