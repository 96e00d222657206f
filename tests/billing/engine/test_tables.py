"""Published tables in memory: the right edition, the right row, on the right day."""

from datetime import date

import pytest

from billing.engine.tables import (
    LimitRow,
    Pair,
    PairRow,
    Replaced,
    Tables,
    Threshold,
    edition_of,
    quarter_start,
    shipped_codes,
    starter_tables,
    tables_from_rows,
)
from billing.engine.vocabulary import shipped_regions, shipped_techniques

PRA = "ncci-practitioner"


def tables(*rows: PairRow, limits: tuple[LimitRow, ...] = ()) -> Tables:
    return tables_from_rows(pairs={PRA: rows}, limits=limits, thresholds=())


def row(
    edition: str,
    first: str = "97140",
    second: str = "97530",
    since: date | None = None,
    until: date | None = None,
    indicator: int = 1,
) -> PairRow:
    return PairRow(edition, first, second, since, until, indicator)


@pytest.mark.parametrize(
    ("day", "edition"),
    [
        (date(2026, 1, 1), "2026Q1"), (date(2026, 3, 31), "2026Q1"), (date(2026, 4, 1), "2026Q2"),
        (date(2026, 7, 1), "2026Q3"), (date(2026, 10, 1), "2026Q4"), (date(2026, 12, 31), "2026Q4"),
    ],
)  # fmt: skip
def test_a_day_is_in_its_quarter(day: date, edition: str) -> None:
    assert edition_of(day) == edition
    assert edition_of(quarter_start(edition)) == edition
    assert quarter_start(edition) <= day


@pytest.mark.parametrize(
    ("day", "edition"),
    [
        (date(2025, 5, 1), "2025Q2"),
        (date(2025, 8, 1), "2025Q2"),
        (date(2026, 1, 1), "2026Q1"),
        (date(2027, 1, 1), "2026Q1"),
        (date(2019, 1, 1), "2025Q2"),
    ],
)
def test_the_edition_is_that_of_the_quarter_or_the_newest_before_or_the_oldest(
    day: date, edition: str
) -> None:
    both = tables(row("2026Q1"), row("2025Q2"))

    assert both.edition_for(PRA, day) == edition
    assert both.edition_for(PRA, day) == edition


def test_without_an_edition_there_is_no_pair_and_no_limit() -> None:
    empty = tables()

    assert empty.edition_for(PRA, date(2026, 1, 1)) is None
    assert empty.pair(PRA, "97140", "97530", date(2026, 1, 1)) is None
    assert empty.pair("ncci-hospital", "97140", "97530", date(2026, 1, 1)) is None
    assert empty.limit("97140", date(2026, 1, 1)) is None


def test_each_edition_answers_for_its_own_time() -> None:
    both = tables(row("2025Q2", indicator=0), row("2026Q1", indicator=1))

    old = both.pair(PRA, "97530", "97140", date(2025, 6, 1))
    new = both.pair(PRA, "97530", "97140", date(2026, 2, 1))

    assert old == Pair("97140", "97530", 0, "2025Q2")
    assert new == Pair("97140", "97530", 1, "2026Q1")
    assert both.pair(PRA, "97530", "97140", date(2026, 2, 1)) is new


@pytest.mark.parametrize(
    ("since", "until", "indicator", "found"),
    [
        (None, None, 1, True),
        (date(2026, 3, 2), date(2026, 3, 2), 1, True),
        (date(2026, 3, 3), None, 1, False),
        (None, date(2026, 3, 1), 1, False),
        (date(2026, 1, 1), date(2026, 12, 31), 0, True),
        (None, None, 9, False),
    ],
)
def test_a_row_is_in_force_from_its_first_to_its_last_day(
    since: date | None, until: date | None, indicator: int, found: bool
) -> None:
    one = tables(row("2026Q1", since=since, until=until, indicator=indicator))

    assert (one.pair(PRA, "97140", "97530", date(2026, 3, 2)) is not None) == found


def test_a_pair_that_occurs_again_later_is_found_in_both_times() -> None:
    twice = tables(
        row("2026Q1", until=date(2019, 12, 31)),
        row("2026Q1", since=date(2020, 10, 1), indicator=0),
    )

    found = [twice.pair(PRA, "97140", "97530", day)
             for day in (date(2019, 1, 1), date(2020, 5, 1), date(2021, 1, 1))]  # fmt: skip
    assert [pair and pair.indicator for pair in found] == [1, None, 0]


def test_the_stricter_of_two_rows_counts_and_both_are_counted() -> None:
    two = tables(row("2026Q1", "97530", "97140", indicator=1), row("2026Q1", indicator=0))

    assert two.pair(PRA, "97530", "97140", date(2026, 3, 2)) == Pair(
        "97140", "97530", 0, "2026Q1", rows=2
    )


def test_limits_are_those_of_the_editions_quarter() -> None:
    limited = tables(limits=(LimitRow("2026Q1", "97110", 6, 3), LimitRow("2026Q2", "97110", 8, 3)))

    assert limited.limit("97110", date(2026, 3, 31)) == LimitRow("2026Q1", "97110", 6, 3)
    assert limited.limit("97110", date(2026, 4, 1)) == LimitRow("2026Q2", "97110", 8, 3)
    assert limited.limit("97112", date(2026, 4, 1)) is None


@pytest.mark.parametrize(
    ("first", "second", "day", "expected"),
    [
        ("97530", "97140", date(2019, 12, 31), ("97140", "97530", 1)),
        ("97530", "97140", date(2020, 1, 1), None),
        ("97140", "97124", date(2026, 3, 2), ("97140", "97124", 0)),
        ("97140", "98941", date(2026, 3, 2), ("98941", "97140", 1)),
        ("97140", "98926", date(2026, 3, 2), ("98926", "97140", 0)),
        ("97140", "97012", date(2026, 3, 2), ("97012", "97140", 1)),
        ("97140", "97150", date(2026, 3, 2), ("97150", "97140", 1)),
        ("97140", "97750", date(2026, 3, 2), ("97140", "97750", 1)),
        ("97140", "97018", date(2026, 3, 2), ("97140", "97018", 1)),
        ("97530", "97535", date(2021, 12, 31), ("97530", "97535", 1)),
        ("97530", "97535", date(2022, 1, 1), None),
        ("97140", "97161", date(2026, 3, 2), None),
        ("97140", "97110", date(2026, 3, 2), None),
        ("G0283", "97032", date(2026, 3, 2), ("G0283", "97032", 1)),
        ("98940", "99213", date(2026, 3, 2), ("98940", "99213", 1)),
    ],
)
def test_the_starter_edition_holds_the_settled_pairs(
    first: str, second: str, day: date, expected: tuple[str, str, int] | None
) -> None:
    pair = starter_tables().pair(PRA, first, second, day)

    assert (pair and (pair.column1, pair.column2, pair.indicator)) == expected


def test_the_starter_knows_thresholds_and_limits() -> None:
    starter = starter_tables()

    assert starter.thresholds[2026] == Threshold(2026, 248000, 248000, 300000)
    assert starter.limit("97140", date(2026, 3, 2)) == LimitRow("2024Q3", "97140", 6, 3)
    assert starter.limit("97161", date(2026, 3, 2)) == LimitRow("2024Q3", "97161", 1, 2)
    assert starter.limit("97010", date(2026, 3, 2)) == LimitRow("2024Q3", "97010", 0, 3)


def test_the_timed_codes_are_the_published_list() -> None:
    ended = starter_tables().replaced
    timed = [fact.code for fact in shipped_codes() if fact.basis == "timed"]

    assert [code for code in timed if code in ended] == ["97532", "97762"]
    assert [code for code in timed if code not in ended] == [
        "97032", "97033", "97034", "97035", "97036", "97110", "97112", "97113", "97116",
        "97124", "97129", "97130", "97140", "97530", "97533", "97535", "97537", "97542",
        "97750", "97755", "97760", "97761", "97763", "G0237", "G0238", "S8948",
    ]  # fmt: skip


def test_every_code_has_a_label_of_our_own_and_known_values() -> None:
    for fact in shipped_codes():
        assert fact.label
        assert fact.basis in {"timed", "untimed", "other"}
        assert fact.therapy in {"always", "sometimes", "no"}
        assert fact.family in {
            "", "cmt", "omt", "em", "evaluation", "group", "modality", "strapping",
        }  # fmt: skip
    known = {fact.code: fact for fact in shipped_codes()}
    assert known["97010"].bundled is True
    assert known["97140"].hands_on is True
    assert known["97110"].hands_on is known["97110"].bundled is False
    assert known["97161"].valid_from == date(2017, 1, 1)
    assert known["97110"].valid_from is None


def test_replacements_are_codes_that_exist() -> None:
    starter = starter_tables()

    for old in starter.replaced.values():
        assert (old.code in starter.codes) == (old.ended is not None and old.ended.year > 2000)
        assert set(old.replacements) <= starter.codes.keys() - starter.replaced.keys()
    assert starter.replaced["97001"].ended == date(2016, 12, 31)
    assert starter.replaced_diagnoses["M54.5"].replacements == ("M54.50", "M54.51", "M54.59")


def test_own_codes_and_replacements_may_be_given() -> None:
    fact = shipped_codes()[0]
    old = Replaced("00001", None, ("97140",), "was never a code")

    own = tables_from_rows(pairs={}, limits=(), thresholds=(), codes=[fact], replaced=[old],
                           replaced_diagnoses=[old])  # fmt: skip

    assert list(own.codes) == [fact.code]
    assert own.replaced == own.replaced_diagnoses == {"00001": old}


def test_techniques_name_known_codes_and_regions_known_buckets() -> None:
    codes = {fact.code for fact in shipped_codes()} | {"", "CMT"}
    buckets = {"head", "cervical", "thoracic", "lumbar", "sacral", "pelvic", "rib_cage", "abdomen",
               "upper_extremity", "lower_extremity"}  # fmt: skip

    assert {technique.code for technique in shipped_techniques()} <= codes
    assert {bucket for region in shipped_regions() for bucket in region.buckets} == buckets
    assert all(region.buckets and region.label for region in shipped_regions())
    assert len({region.key for region in shipped_regions()}) == len(shipped_regions())
    assert {t.key for t in shipped_techniques() if not t.code} == {
        "assessment", "rest", "documentation",
    }  # fmt: skip
