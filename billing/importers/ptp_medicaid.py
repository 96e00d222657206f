"""Medicaid's procedure-to-procedure (PTP) edits: one file a quarter and kind of provider.

As Medicare's, without its third column: column 1, column 2, effective, deletion, modifier
indicator, rationale. What the file is stands in the archive's name only, with the quarter before
or behind the year: medicaid-ncci-2026-q3-ptp-edits-practitioner-services.zip.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from billing.importers.found import Found, Identity, PairRow
from billing.importers.ptp import Key, below_heading, fault_in, is_new, pair_of
from billing.importers.quarters import first_day
from billing.importers.workbook import workbook_lines
from clinic.published_files import FileRefused, PublishedFile, contents, lines, refusal

COLUMNS = 6
_MEDICAID = re.compile(r"medicaid", re.IGNORECASE)
_QUARTER = re.compile(r"(20\d\d)[-_ ]?q([1-4])|q([1-4])[-_ ]?(20\d\d)", re.IGNORECASE)
_SETTINGS = (("practitioner", "practitioner"), ("outpatient", "hospital"), ("hospital", "hospital"))
_CODE = rb"[0-9A-Z][0-9]{3}[0-9A-Z]"
_DATE = rb"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
# A workbook's row ends in the empty cell of the column that is not there.
_ROW = re.compile(rb"(%s)\t(%s)\t(%s)\t(%s|\*)\t([019])\t[^\t]*\t?" % (_CODE, _CODE, _DATE, _DATE))


def is_medicaid(files: Sequence[PublishedFile]) -> bool:
    return any(_MEDICAID.search(file.name) for file in files)


def read_medicaid_pairs(files: Sequence[PublishedFile], *, codes: Iterable[str]) -> Found[PairRow]:
    """The one file of a quarter; keeps the rows whose two codes are among ours."""
    if len(files) != 1:
        raise FileRefused("Give Medicaid's file alone: it comes in one, apart from Medicare's.")
    [file] = files
    found: Found[PairRow] = Found(_identity(file))
    keep = frozenset(code.encode() for code in codes)
    seen: dict[Key, PairRow] = {}
    with contents(file, ".txt", ".xlsx") as members:
        for name, stream in members:
            found.total += _read(name, stream, keep, found, seen)
    return found


def _identity(file: PublishedFile) -> Identity:
    """By the digest where Medicare's has a version: a file put right has other bytes."""
    name = file.name.lower()
    quarter = _QUARTER.search(name)
    setting = next((setting for word, setting in _SETTINGS if word in name), None)
    if "equipment" in name or setting is None or quarter is None:
        raise FileRefused(
            f"{file.name} does not say which quarter and which services it is for: keep CMS's "
            "name, such as medicaid-ncci-2026-q3-ptp-edits-practitioner-services.zip."
        )
    label = f"{quarter[1] or quarter[4]}Q{quarter[2] or quarter[3]}"
    version = f"file {file.sha256()[:8]}"
    return Identity(setting, label, version, first_day(label), program="medicaid")


def _read(
    name: str,
    stream: BinaryIO,
    keep: frozenset[bytes],
    found: Found[PairRow],
    seen: dict[Key, PairRow],
) -> int:
    count = 0
    for number, line in below_heading(name, _rows(name, stream)):
        row = _ROW.fullmatch(line)
        if row is None:
            if line.strip():
                raise refusal(name, number, _fault(line))
            continue
        count += 1
        if row[1] in keep and row[2] in keep:
            read = pair_of(name, number, row)
            if is_new(name, number, read, seen):
                found.rows.append(read)
    return count


def _rows(name: str, stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    return workbook_lines(name, stream) if name.lower().endswith(".xlsx") else lines(name, stream)


def _fault(line: bytes) -> str:
    cells = line.decode("latin-1").split("\t")
    if len(cells) != COLUMNS:
        return f"the row has {len(cells)} columns instead of {COLUMNS}"
    return fault_in([*cells[:2], "", *cells[2:]])
