"""Reports as CSV and XLSX. A cell that a spreadsheet would run as a formula stays text."""

import io
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from billing.services.reports import Report
from clinic.spreadsheets import csv_lines


def as_csv(report: Report) -> bytes:
    return "".join(csv_lines(report.head, report.rows)).encode()


def as_xlsx(report: Report) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(report.title[:31])
    heads = []
    for word in report.head:
        cell = WriteOnlyCell(sheet, value=word)
        cell.font = Font(bold=True)
        heads.append(cell)
    sheet.append(heads)
    for row in report.rows:
        sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet, value: str | int | Decimal) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"  # openpyxl would make a formula of what starts with =
    else:
        cell.number_format = "#,##0.00" if isinstance(value, Decimal) else "#,##0"
    return cell
