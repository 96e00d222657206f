"""Reports: what they count, and files that no spreadsheet runs."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from billing.money import amount
from billing.report_charts import chart_of, shown
from billing.services.reports import (
    REPORTS,
    Bar,
    Period,
    Report,
    ageing,
    distinct,
    unbilled,
    units,
)
from billing.services.reports_files import as_csv, as_xlsx
from clinic.enums import Network
from tests.billing.desk_making import make_course, make_signed
from tests.factories import make_block, make_note, make_visit
from tests.notes.acts import sign

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
DANGEROUS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("x")']


@pytest.mark.parametrize("text", DANGEROUS)
def test_dangerous_cell_is_text_in_both_files(text):
    report = Report(
        "x", "A title", "", ("Name", "Cents"), ((text, Decimal("-1.50")),), (), frozenset({1})
    )

    rows = list(csv.reader(io.StringIO(as_csv(report).decode("utf-8-sig"), newline="")))
    sheet = load_workbook(io.BytesIO(as_xlsx(report))).active

    assert rows[1] == [f"'{text}", "-1.50"]
    assert (sheet["A2"].data_type, sheet["B2"].value) == ("s", -1.5)
    assert sheet["A1"].value == "Name"


@pytest.mark.parametrize(("value", "written"), [
    ("Vega", "Vega"), ("97140", "97140"), (Decimal("-1234.50"), "-1234.50"), (1234, "1234"),
    ("", ""), ("-12.50", "'-12.50"),
])  # fmt: skip
def test_file_holds_the_number_itself_and_text_as_it_is(value, written):
    report = Report("x", "A title", "", ("Name", "Value"), (("row", value),))

    rows = list(csv.reader(io.StringIO(as_csv(report).decode("utf-8-sig"), newline="")))

    assert rows[1] == ["row", written]


@pytest.mark.parametrize(("value", "read"), [
    (1234567, "1,234,567"), (Decimal("1234567.80"), "$1,234,567.80"), (Decimal("-0.05"), "-$0.05"),
    ("97140", "97140"),
])  # fmt: skip
def test_page_shows_thousands_apart(value, read):
    assert shown(value) == read


@pytest.mark.parametrize(("most", "unit", "marks"), [
    (0, "", ["0"]),
    (3, "", ["0", "1", "2", "3"]),
    (4321, "min", ["0 min", "2,000 min", "4,000 min"]),
    (1_234_500, "$", ["$0", "$5,000", "$10,000"]),
    (150, "$", ["$0", "$0.50", "$1", "$1.50"]),
])  # fmt: skip
def test_axis_counts_in_round_steps(most, unit, marks):
    report = Report("x", "A title", "", (), (), (Bar("one", most),), unit=unit)

    chart = chart_of(report)

    assert [tick["text"] for tick in chart["ticks"]] == marks
    assert all(191 <= tick["x"] <= 551 for tick in chart["ticks"])
    assert chart["bars"][0]["width"] == (360 if most else 0)


@pytest.mark.slow
@pytest.mark.django_db
def test_units_are_counted_by_code_and_clinician(in_practice):
    charge_set = make_signed()

    report = units(YEAR)

    name = charge_set.note.author.last_name
    assert [(row[0], row[2], row[3], row[4]) for row in report.rows] == [
        ("97110", name, 1, Decimal("68.00")),
        ("97140", name, 1, Decimal("62.00")),
    ]
    assert sum(bar.value for bar in report.bars) == 2


@pytest.mark.slow
@pytest.mark.django_db
def test_unbilled_minutes_say_their_rule_in_words_and_its_id_last(in_practice):
    note = make_note(make_visit(episode=make_course()))
    make_block(note, "09:00", "09:20", diagnosis_codes=["M54.2"])
    make_block(note, "09:20", "09:25", technique="therapeutic_exercise", diagnosis_codes=["M54.2"])
    sign(note)

    report = unbilled(YEAR)

    assert [(row[0], row[1], row[3], row[4], row[5]) for row in report.rows] == [
        ("97110", "Midpoint rule (AMA)", 1, 5, "units.ama-midpoint")
    ]
    assert report.bars == (Bar("97110 Midpoint rule (AMA)", 5),)


@pytest.mark.slow
@pytest.mark.django_db
def test_open_balances_stand_in_the_bucket_of_their_age(in_practice):
    mine, payers = make_signed(), make_signed(network=Network.IN)

    report = ageing(Period(date(2026, 1, 1), date(2026, 4, 15)))

    assert report.rows[1] == (
        "31 to 60", 2, amount(mine.total_cents), amount(payers.total_cents),
        amount(mine.total_cents + payers.total_cents),
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.django_db
def test_period_without_distinct_lines_is_empty(in_practice):
    make_signed()

    assert distinct(YEAR).rows == ()


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("key", REPORTS)
def test_report_is_shown_and_downloaded(office_client, in_practice, key):
    make_signed(network=Network.IN)
    query = "?since=2026-01-01&until=2026-12-31"

    page = office_client.get(f"/billing/reports/{key}/{query}")
    table = office_client.get(f"/billing/reports/{key}/csv/{query}")
    book = office_client.get(f"/billing/reports/{key}/xlsx/{query}")

    assert [page.status_code, table.status_code, book.status_code] == [200, 200, 200]
    assert (
        table.content.decode("utf-8-sig").splitlines()[0].split(",")[0]
        == (page.context["report"].head[0])
    )
    assert load_workbook(io.BytesIO(book.content)).active.max_column >= 3


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["x/", "units/pdf/"])
def test_report_that_there_is_none_of_is_not_found(office_client, address):
    assert office_client.get(f"/billing/reports/{address}").status_code == 404
