"""Exports that a spreadsheet program opens: text is shown and never run. T-E05."""

import csv
import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from billing.services.reports import Report
from billing.services.reports_files import as_csv, as_xlsx
from clinic.spreadsheets import cell, csv_lines
from notes.exchange import exporting
from tests.architecture.tree import APPS, name_of, python_files

PAYLOADS = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|'/C calc'!A0", '=HYPERLINK("http://evil","x")',
    "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "  \t =1", "＝1+1", "＋1", "－1", "＠SUM(1)",
    "\ufeff=1+1", "\u200b=1+1", "\v=1", "\f=1", "\0=1", '=IMPORTXML("http://evil","//a")',
)  # fmt: skip
LIVE = tuple("=+-@\t\r\n\v\f\0＝＋－＠")


def is_live(text: str) -> bool:
    """What Excel or LibreOffice would take for a formula when it opens the file."""
    bare = text.lstrip(" \t\r\n\ufeff\u200b")
    return text.startswith(LIVE) or bare.startswith(LIVE)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_T_E05_formula_becomes_text(payload):
    assert is_live(payload)
    assert not is_live(str(cell(payload)))
    assert str(cell(payload)).endswith(payload)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_T_E05_csv_of_every_kind_holds_no_formula(payload):
    trail = "".join(csv_lines(["text"], [[payload]]))
    assert not is_live(next(csv.reader(io.StringIO(trail.split("\r\n", 1)[1], newline="")))[0])
    assert not is_live(exporting._cell(payload))


@pytest.mark.parametrize("value", [5, -5, 1.5, Decimal("-12.50"), None, 0])
def test_T_E05_numbers_stay_numbers(value):
    assert cell(value) == value


@pytest.mark.parametrize("text", ["Jordan", "518-555-0100", "(518) 555-0100", "5'4\"", "", "a=b"])
def test_T_E05_ordinary_text_is_left_alone(text):
    assert cell(text) == text


def report(text: str) -> Report:
    given = {"title": "Report", "head": ("Text", "Amount"), "rows": ((text, Decimal("-12.50")),)}
    names = Report.__dataclass_fields__
    rest = {n: "" for n in names if n not in given and n != "numeric"}
    return Report(**given, numeric=(1,), **rest)


@pytest.mark.parametrize("payload", PAYLOADS[:10])
def test_T_E05_reports_hold_text_cells_and_numbers(payload):
    made = report(payload)

    row = list(csv.reader(io.StringIO(as_csv(made).decode("utf-8-sig"), newline="")))[1]
    assert not is_live(row[0])
    assert row[1] == "-12.50"
    sheet = load_workbook(io.BytesIO(as_xlsx(made))).active
    assert [cell.data_type for cell in sheet[2]] == ["s", "n"]


def test_T_E05_every_writer_of_csv_goes_through_the_one_rule():
    writers = {
        name_of(path)
        for path in python_files(*APPS)
        if "csv.writer(" in path.read_text(encoding="utf-8")
    }

    assert writers
    assert {
        name
        for path in python_files(*APPS)
        if (name := name_of(path)) in writers
        and "spreadsheets" not in path.read_text(encoding="utf-8")
        and name != "clinic/spreadsheets.py"
    } == set()
