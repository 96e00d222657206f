"""The same table as a workbook: each row as the line that the text file would have."""

import re
import tempfile
import zipfile
from collections.abc import Container, Iterator, Sequence
from datetime import date
from shutil import copyfileobj
from typing import Any, BinaryIO, NamedTuple
from xml.sax.saxutils import unescape

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.datetime import from_excel
from openpyxl.utils.exceptions import InvalidFileException

from clinic.published_files import MAX_CONTENT, FileRefused, readable, refusal

IN_MEMORY = 32 * 1024 * 1024
MAX_BESIDE = 64 * 1024 * 1024  # texts and styles are read whole; a full-size part has some 25 kB
CODE_COLUMNS = 2
COLUMNS = "ABCDEFG"
CHUNK = 1 << 20
# A cell as Excel and openpyxl write it. The library's own reader takes five times as long, which is
# many minutes for a table of this size; what is written otherwise is refused, never guessed.
_CELL = re.compile(
    rb'<c r="([A-Z]+)\d+"(?: s="(\d+)")?(?: t="(\w+)")?'
    rb"(?:/>|>(?:<is>)?<[vt](?: [^>]*)?>([^<]*)</[vt]>(?:</is>)?</c>|></c>|><v ?/></c>)"
)
# What the library raises on a workbook that is none, or whose XML is damaged.
_BROKEN = (
    InvalidFileException, zipfile.BadZipFile, LookupError, ValueError, SyntaxError, TypeError,
    AttributeError,
)  # fmt: skip


class Book(NamedTuple):
    """What the cells of the first sheet are read with."""

    sheet: str
    texts: Sequence[str]
    date_styles: Container[int]


def workbook_lines(name: str, stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Streamed: the workbook itself goes to a temporary file where it is large."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as copy:
        with readable(name):
            copyfileobj(stream, copy)
        copy.seek(0)
        _check_sizes(name, copy)
        try:
            reader = ExcelReader(copy, read_only=True)
            book = _opened(reader)
        except _BROKEN as trouble:
            raise FileRefused(f"{name} is not a workbook that can be read.") from trouble
        with readable(name), reader.archive, reader.archive.open(book.sheet) as source:
            yield from _lines(name, source, book)


def _opened(reader: ExcelReader) -> Book:
    """The library's own steps but for its sheets: it would read one through to learn its size."""
    reader.read_manifest()
    reader.read_strings()
    reader.read_workbook()
    apply_stylesheet(reader.archive, reader.wb)
    _, first = next(iter(reader.parser.find_sheets()), (None, None))
    if first is None or first.target not in reader.valid_files:
        raise KeyError("a sheet")
    return Book(first.target, reader.shared_strings, reader.wb._date_formats)


def _check_sizes(name: str, copy: Any) -> None:
    """Before anything is unpacked: the sheet is streamed, all else goes into memory."""
    try:
        with zipfile.ZipFile(copy) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError) as trouble:
        raise FileRefused(f"{name} is not a workbook that can be read.") from trouble
    for member in members:
        sheet = member.filename.startswith("xl/worksheets/")
        if member.file_size > (MAX_CONTENT if sheet else MAX_BESIDE):
            raise FileRefused(
                f"{name} unpacks to more than any such table has: it was not read. Download it "
                "again, or give the text file of the same zip."
            )


def _lines(name: str, source: BinaryIO, book: Book) -> Iterator[tuple[int, bytes]]:
    """Row by row, cut at their ends from as much of the sheet as was read."""
    number, rest = 0, b""
    while chunk := source.read(CHUNK):
        *rows, rest = (rest + chunk).split(b"</row>")
        if len(rest) > CHUNK:
            raise refusal(name, number + 1, "the row is longer than any of such a table")
        for row in rows:
            number += 1
            yield number, _line(name, number, row, book)


def _line(name: str, number: int, row: bytes, book: Book) -> bytes:
    cells = [""] * len(COLUMNS)
    found = _CELL.findall(row)
    try:
        for column, style, kind, value in found:
            place = COLUMNS.find(column.decode())
            if value and place >= 0:
                cells[place] = _text(value.decode(), kind, style, place, book)
    except (IndexError, ValueError, OverflowError):
        found = []
    if len(found) != row.count(b"<c "):
        raise refusal(name, number, "a cell cannot be read; give the text file of the same zip")
    return "\t".join(cells).encode("latin-1", "replace")


def _text(value: str, kind: bytes, style: bytes, place: int, book: Book) -> str:
    if kind == b"s":
        return book.texts[int(value)].strip().replace("\n", " ")
    if kind and kind != b"n":
        return unescape(value).strip().replace("\n", " ")
    if style and int(style) in book.date_styles:
        day = from_excel(float(value))
        return f"{day:%Y%m%d}" if isinstance(day, date) else value
    # A workbook drops the zeros that a code starts with.
    return str(int(float(value))).zfill(5 if place < CODE_COLUMNS else 0)
