"""Reports as CSV and XLSX. A cell that a spreadsheet would run as a formula stays text."""

import csv
import io

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from billing.services.reports import Report
from clinic import spreadsheets


def safe(value: str | int) -> str | int:
    """A leading apostrophe keeps text from being run; plain numbers stay numbers."""
    if isinstance(value, str):
        try:
            float(value)
        except ValueError:
            return str(spreadsheets.cell(value))
    return value


def as_csv(report: Report) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(report.head)
    writer.writerows([safe(cell) for cell in row] for row in report.rows)
    return out.getvalue().encode("utf-8-sig")


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
        sheet.append([_cell(sheet, value, place in report.numeric) for place, value in
                      enumerate(row)])  # fmt: skip
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet, value: str | int, is_number: bool) -> WriteOnlyCell:
    if is_number:
        return WriteOnlyCell(sheet, value=float(value) if isinstance(value, str) else value)
    cell = WriteOnlyCell(sheet, value=str(value))
    cell.data_type = "s"  # openpyxl would make a formula of what starts with =
    return cell
