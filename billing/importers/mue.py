"""CMS's medically unlikely edits (MUE): the most units of a code a day.

A notice of several lines, a heading whose first cell is broken over two lines, then code,
value, adjudication indicator with its words, rationale. The day it starts stands in the name.
"""

import re
from collections.abc import Iterable
from datetime import date

from billing.importers.found import Found, Identity, LimitRow
from billing.importers.quarters import quarter_of
from billing.importers.tables import csv_rows, only_one
from clinic.published_files import (
    FileRefused,
    PublishedFile,
    contents,
    head_of,
    not_the,
    refusal,
)

WANTED = "a unit-limit (MUE) file"
MAX_HEADING = 5
_NAME = re.compile(r"Eff_(\d\d)-(\d\d)-(\d{4})", re.IGNORECASE)
_HEADINGS = {
    "Practitioner Services MUE Values": "practitioner",
    "Outpatient Hospital Services MUE Values": "hospital",
}
_CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")


def read_limits(file: PublishedFile, *, codes: Iterable[str]) -> Found[LimitRow]:
    keep = frozenset(codes)
    with contents(file, ".csv") as members:
        name, stream = only_one(file.name, members)
        rows = csv_rows(name, stream)
        setting = _setting(name, rows, file)
        found: Found[LimitRow] = Found(_identity(name, setting))
        for number, cells in rows:
            row = _limit(name, number, cells)
            found.total += 1
            if row.code in keep:
                _check_new(name, number, row, found)
                found.rows.append(row)
    return found


def _setting(name: str, rows: Iterable[tuple[int, list[str]]], file: PublishedFile) -> str:
    for count, (_, cells) in enumerate(rows, 1):
        if len(cells) == 4 and re.sub(r"\s+", "", cells[0]) == "HCPCS/CPTCode":
            setting = _HEADINGS.get(re.sub(r"\s+", " ", cells[1]))
            if setting:
                return setting
        if count == MAX_HEADING:
            break
    raise not_the(WANTED, name, head_of(file, ".csv"))


def _identity(name: str, setting: str) -> Identity:
    match = _NAME.search(name)
    if match is None:
        raise FileRefused(
            f"{name} does not say from when it counts: keep CMS's name, which ends in "
            "Eff_ and the date."
        )
    try:
        effective = date(int(match[3]), int(match[1]), int(match[2]))
    except ValueError as trouble:
        raise FileRefused(f"{name} names a day that does not exist.") from trouble
    return Identity(setting, quarter_of(effective), match[0], effective)


def _limit(name: str, number: int, cells: list[str]) -> LimitRow:
    if len(cells) != 4:
        raise refusal(name, number, f"the row has {len(cells)} columns instead of 4")
    code, value, adjudication, _ = cells
    if not _CODE.fullmatch(code):
        raise refusal(name, number, f"{code[:20] or 'empty'} is not a procedure code")
    if not re.fullmatch(r"\d{1,4}", value):
        raise refusal(name, number, f"the value is {value[:20] or 'empty'}, not a number of units")
    if adjudication[:1] not in {"1", "2", "3"}:
        raise refusal(name, number, "the adjudication indicator does not start with 1, 2 or 3")
    return LimitRow(code, int(value), int(adjudication[0]))


def _check_new(name: str, number: int, row: LimitRow, found: Found[LimitRow]) -> None:
    if any(row.code == other.code for other in found.rows):
        raise refusal(name, number, f"{row.code} was listed before")
