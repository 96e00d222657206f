"""The ICD-10-CM order file: every code of a fiscal year, headers included, in fixed columns.

Columns 1-5 order, 7-13 code without its dot, 15 billable or header, 17-76 short title,
78 to the end the long title, which is kept unaltered.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO, NamedTuple

from clinic.published_files import (
    FileRefused,
    PublishedFile,
    contents,
    lines,
    not_the,
    refusal,
)

WANTED = "an ICD-10-CM order file"
LONGEST_TITLE = 255
# The second place is a letter too since 2025 (QA0).
_CODE = re.compile(r"[A-Z][0-9A-Z]{2,6}")
_YEAR = re.compile(r"order[^0-9]*(20\d\d)", re.IGNORECASE)


class DiagnosisRow(NamedTuple):
    code: str
    title: str
    billable: bool


class Release(NamedTuple):
    """One release: the day it counts from and its codes."""

    effective: date
    rows: list[DiagnosisRow]


def read_order_file(file: PublishedFile, *, effective: date | None = None) -> Release:
    """The day comes from the year in CMS's file name, unless it is given (an April release)."""
    with contents(file, ".txt") as members:
        name, stream = _order_file(file.name, members)
        since = effective or _fiscal_year_start(name)
        rows = list(_rows(name, stream))
    codes = {row.code for row in rows}
    if len(codes) < len(rows):
        raise FileRefused(f"{name} lists a code twice. Nothing was imported.")
    return Release(since, rows)


def dotted(code: str) -> str:
    """M5450 as M54.50."""
    return code if len(code) <= 3 else f"{code[:3]}.{code[3:]}"


def _order_file(name: str, members: list[tuple[str, BinaryIO]]) -> tuple[str, BinaryIO]:
    if len(members) == 1:
        return members[0]
    for member in members:
        if "order" in member[0].lower() and "addenda" not in member[0].lower():
            return member
    raise FileRefused(f"{name} holds no order file: take the code descriptions archive.")


def _fiscal_year_start(name: str) -> date:
    match = _YEAR.search(name)
    if match is None:
        raise FileRefused(
            f"{name} does not say which year it is for: keep the published name, such as "
            "icd10cm-order-2027.txt, or say from when it counts."
        )
    return date(int(match[1]) - 1, 10, 1)


def _rows(name: str, stream: BinaryIO) -> Iterator[DiagnosisRow]:
    number = 0
    for number, raw in lines(name, stream):
        line = _decoded(raw)
        code, flag, title = line[6:13].rstrip(), line[14:15], line[77:].strip()
        shaped = line[:5].isdigit() and line[5:6] == line[13:14] == line[15:16] == " "
        if not (shaped and _CODE.fullmatch(code)):
            if number == 1:
                raise not_the(WANTED, name, raw)
            raise refusal(name, number, "the row does not have a code in columns 7 to 13")
        if flag not in ("0", "1"):
            raise refusal(name, number, f"column 15 holds {flag or 'nothing'} instead of 0 or 1")
        if not 0 < len(title) <= LONGEST_TITLE:
            raise refusal(name, number, "the long title is missing or too long")
        yield DiagnosisRow(dotted(code), title, flag == "1")
    if number == 0:
        raise FileRefused(f"{name} is empty.")


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
