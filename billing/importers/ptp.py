"""CMS's procedure-to-procedure (PTP) edits: four parts of one quarter, text or workbook.

Seven columns divided by tabs after a heading of six lines: column 1, column 2, in existence
before 1996, effective, deletion, modifier indicator, rationale. The rationale is not kept.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import BinaryIO

from billing.importers.found import Found, Identity, PairRow
from billing.importers.quarters import first_day, quarter_of_version
from billing.importers.workbook import workbook_lines
from clinic.published_files import (
    FileRefused,
    PublishedFile,
    contents,
    lines,
    not_the,
    refusal,
    start_of,
)

PARTS = 4
COLUMNS = 7
VOID = 9
MAX_HEADING = 20
WANTED = "a code-pair (PTP) file"
_NAME = re.compile(r"cci(pra|oph)-v(\d{3})(r\d+)-f(\d)", re.IGNORECASE)
_SETTINGS = {"pra": "practitioner", "oph": "hospital"}
_CODE = rb"[0-9A-Z][0-9]{3}[0-9A-Z]"
_DATE = rb"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
# One match per row: two and a half million rows have to be checked, and few are kept.
_ROW = re.compile(
    rb"(%s)\t(%s)\t\*?\t(%s)\t(%s|\*)\t([019])\t[^\t]*" % (_CODE, _CODE, _DATE, _DATE)
)


Key = tuple[str, str, date, bool]


def read_pairs(files: Sequence[PublishedFile], *, codes: Iterable[str]) -> Found[PairRow]:
    """All four parts of one quarter; keeps the rows whose two codes are among ours."""
    found: Found[PairRow] = Found(_identity(files))
    keep = frozenset(code.encode() for code in codes)
    seen: dict[Key, PairRow] = {}
    for file in files:
        with contents(file, ".txt", ".xlsx") as parts:
            for name, stream in parts:
                _read_part(name, stream, keep, found, seen)
    return found


def _identity(files: Sequence[PublishedFile]) -> Identity:
    """Told by the names, before two million rows are read for nothing."""
    names: list[re.Match[str]] = []
    for file in files:
        with contents(file, ".txt", ".xlsx") as parts:
            names += [_part_name(name, stream) for name, stream in parts]
    kinds = {(name[1].lower(), name[2], name[3].lower()) for name in names}
    if len(kinds) != 1:
        raise FileRefused("Give the four parts of one quarter and one setting together.")
    _check_each_part_once([name[4] for name in names])
    setting, number, revision = kinds.pop()
    label = quarter_of_version(number)
    if label is None:
        raise FileRefused(f"There is no version {number}: its last digit is the quarter, 0 to 3.")
    return Identity(_SETTINGS[setting], label, f"v{number}{revision}", first_day(label))


def _part_name(name: str, stream: BinaryIO) -> re.Match[str]:
    match = _NAME.search(name)
    if match is not None:
        return match
    head = start_of(name, stream)
    if b"Column1/Column2 Edits" in head:
        raise FileRefused(
            f"{name} does not say which part it is: keep CMS's name, such as ccipra-v322r0-f1.TXT."
        )
    raise not_the(WANTED, name, head)


def _check_each_part_once(parts: Sequence[str]) -> None:
    wanted = [str(part) for part in range(1, PARTS + 1)]
    missing = [part for part in wanted if part not in parts]
    if missing:
        raise FileRefused(
            f"Part {' and '.join(missing)} of {PARTS} is missing: give all parts of the quarter "
            "at once, because the limits between them move."
        )
    if sorted(parts) != wanted:
        raise FileRefused(f"Give each of the {PARTS} parts once, and nothing else.")


def _read_part(
    name: str,
    stream: BinaryIO,
    keep: frozenset[bytes],
    found: Found[PairRow],
    seen: dict[Key, PairRow],
) -> None:
    rows = workbook_lines(name, stream) if name.lower().endswith(".xlsx") else lines(name, stream)
    match, count = _ROW.fullmatch, 0
    for number, line in below_heading(name, rows):
        row = match(line)
        if row is None:
            if line.strip():
                raise refusal(name, number, _fault(line))
            continue
        count += 1
        if row[1] in keep and row[2] in keep:
            pair = pair_of(name, number, row)
            if is_new(name, number, pair, seen):
                found.rows.append(pair)
    found.total += count


def below_heading(name: str, rows: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    head = []
    for _, line in islice(rows, MAX_HEADING):
        if line.startswith(b"Column 1\tColumn 2\t"):
            break
        head.append(line)
    else:
        raise not_the(WANTED, name, b"\n".join(head))
    for number, line in rows:
        if not line.startswith(b"\t"):  # the heading's last lines have empty first cells
            yield number, line
            break
    yield from rows


def pair_of(name: str, number: int, row: re.Match[bytes]) -> PairRow:
    effective = _day(name, number, row[3])
    deletion = None if row[4] == b"*" else _day(name, number, row[4])
    if deletion is not None and deletion < effective:
        raise refusal(name, number, "the deletion date lies before the effective date")
    if row[1] == row[2]:
        raise refusal(name, number, "both columns hold the same code")
    return PairRow(row[1].decode(), row[2].decode(), effective, deletion, int(row[5]))


def is_new(name: str, number: int, pair: PairRow, seen: dict[Key, PairRow]) -> bool:
    """A pair may come again with other dates; the same start twice must say the same."""
    key = (pair.column1, pair.column2, pair.effective, pair.indicator == VOID)
    earlier = seen.setdefault(key, pair)
    if earlier != pair:
        text = f"{pair.column1}/{pair.column2} from {pair.effective}"
        raise refusal(name, number, f"{text} was listed before with other values")
    return earlier is pair


def _day(name: str, number: int, digits: bytes) -> date:
    text = digits.decode()
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError as trouble:
        raise refusal(name, number, f"{text} is not a date") from trouble


def _fault(line: bytes) -> str:
    cells = line.decode("latin-1").split("\t")
    if len(cells) != COLUMNS:
        return f"the row has {len(cells)} columns instead of {COLUMNS}"
    return fault_in(cells)


def fault_in(cells: Sequence[str]) -> str:
    checks = (
        (0, _CODE, "{} is not a procedure code"),
        (1, _CODE, "{} is not a procedure code"),
        (2, rb"\*?", "column 3 holds {} instead of a star or nothing"),
        (3, _DATE, "the effective date is {}, not a day as YYYYMMDD"),
        (4, rb"%s|\*" % _DATE, "the deletion date is {}, not a day as YYYYMMDD or a star"),
    )
    for index, pattern, sentence in checks:
        if not re.fullmatch(pattern, cells[index].encode("latin-1")):
            return sentence.format(cells[index][:20] or "empty")
    return f"the modifier indicator is {cells[5][:20] or 'empty'}; it must be 0, 1 or 9"
