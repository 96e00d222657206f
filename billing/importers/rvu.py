"""CMS's relative value file: what Medicare pays for a unit, for display only.

Ten lines of heading: the titles, then column names spread over several lines. Columns come
and go between years, so they are found by their joined names, never by their place. The
description column is the AMA's text and is not read.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice, takewhile
from typing import BinaryIO

from billing.importers.found import FeeRow, Found, Identity
from billing.importers.tables import csv_rows, only_one
from clinic.published_files import (
    FileRefused,
    PublishedFile,
    contents,
    head_of,
    not_the,
    refusal,
)

WANTED = "a relative value (RVU) file"
MAX_HEADING = 15
_TITLE = re.compile(
    r"(\d{4}) National Physician Fee Schedule Relative Value File (\w+) Release", re.IGNORECASE
)
_RELEASES = {"january": ("A", 1), "april": ("B", 4), "july": ("C", 7), "october": ("D", 10)}
_COLUMNS = {
    "code": "HCPCS",
    "modifier": "MOD",
    "status": "STATUS CODE",
    "work": "WORK RVU",
    "pe_nonfacility": "NON-FAC PE RVU",
    "malpractice": "MP RVU",
    "multiple_procedure": "MULT PROC",
    "conversion_factor": "CONV FACTOR",
}
_NUMBERS = ("work", "pe_nonfacility", "malpractice", "conversion_factor")
_CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")


def read_fees(file: PublishedFile, *, codes: Iterable[str]) -> Found[FeeRow]:
    keep = frozenset(codes)
    with contents(file, ".csv") as members:
        name, stream = _variant(file.name, members)
        rows = csv_rows(name, stream)
        titles, columns = _heading(name, rows, file)
        found: Found[FeeRow] = Found(_identity(name, titles))
        for number, cells in rows:
            row = _cells(name, number, cells, columns)
            found.total += 1
            # A code's parts (26, TC) have rows of their own; therapy bills the whole.
            if row["code"] in keep and not row["modifier"]:
                found.rows.append(_fee(name, number, row))
    _check_once(found)
    return found


def _variant(name: str, members: list[tuple[str, BinaryIO]]) -> tuple[str, BinaryIO]:
    """The archive holds other tables and two conversion factors: most clinicians' is nonQPP."""
    tables = [member for member in members if "PPRRVU" in member[0].upper()]
    plain = [member for member in tables if "_QPP" not in member[0].upper()]
    return only_one(name, plain or tables or members)


def _heading(
    name: str, rows: Iterator[tuple[int, list[str]]], file: PublishedFile
) -> tuple[str, dict[str, int]]:
    above = []
    for _, cells in islice(rows, MAX_HEADING):
        above.append(cells)
        if cells[:1] == ["HCPCS"]:
            titles = list(takewhile(_is_title, above))
            return "\n".join(" ".join(cells) for cells in titles), _placed(
                name, above[len(titles) :]
            )
    raise not_the(WANTED, name, head_of(file, ".csv"))


def _is_title(cells: list[str]) -> bool:
    """Titles fill one cell or none; the lines of column names below fill several."""
    return len([cell for cell in cells if cell]) < 2


def _placed(name: str, lines: list[list[str]]) -> dict[str, int]:
    joined: dict[str, int] = {}
    for index in range(len(lines[-1])):
        words = (line[index] for line in lines if index < len(line))
        joined.setdefault(" ".join(" ".join(words).split()), index)
    missing = [title for title in _COLUMNS.values() if title not in joined]
    if missing:
        raise FileRefused(f"{name} has no column {missing[0]}: its layout is not known.")
    return {field: joined[title] for field, title in _COLUMNS.items()}


def _identity(name: str, titles: str) -> Identity:
    title = _TITLE.search(titles)
    release = _RELEASES.get(title[2].lower()) if title else None
    if title is None or release is None:
        raise FileRefused(f"{name} does not say in its title which release it is.")
    year = int(title[1])
    version = "QPP" if "_QPP" in name.upper() else "nonQPP"
    label = f"RVU{year % 100:02}{release[0]}"
    return Identity("practitioner", label, version, date(year, release[1], 1))


def _cells(name: str, number: int, cells: list[str], columns: Mapping[str, int]) -> dict[str, str]:
    if len(cells) <= max(columns.values()):
        raise refusal(name, number, f"the row has only {len(cells)} columns")
    row = {field: cells[index] for field, index in columns.items()}
    if not _CODE.fullmatch(row["code"]):
        raise refusal(name, number, f"{row['code'][:20] or 'empty'} is not a procedure code")
    for field in _NUMBERS:
        if not re.fullmatch(r"-?\d{0,5}\.?\d{0,4}", row[field]) or not row[field].strip("-."):
            raise refusal(
                name, number, f"{_COLUMNS[field]} is {row[field][:20] or 'empty'}, not a number"
            )
    return row


def _fee(name: str, number: int, row: Mapping[str, str]) -> FeeRow:
    work, practice, malpractice, factor = (Decimal(row[field]) for field in _NUMBERS)
    cents = ((work + practice + malpractice) * factor * 100).quantize(Decimal(1), ROUND_HALF_UP)
    if cents < 0:
        raise refusal(name, number, "the relative values add up to less than nothing")
    return FeeRow(
        row["code"],
        row["status"][:1],
        work,
        practice,
        malpractice,
        row["multiple_procedure"][:1],
        factor,
        int(cents),
    )


def _check_once(found: Found[FeeRow]) -> None:
    codes = [row.code for row in found.rows]
    twice = {code for code in codes if codes.count(code) > 1}
    if twice:
        raise FileRefused(f"{min(twice)} is listed twice. Nothing was imported.")
