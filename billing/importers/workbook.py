"""The same table as a workbook: each row as the line that the text file would have."""

import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date
from shutil import copyfileobj
from typing import Any, BinaryIO

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from clinic.published_files import FileRefused, readable

IN_MEMORY = 32 * 1024 * 1024
CODE_COLUMNS = 2


def workbook_lines(name: str, stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Streamed: the workbook itself goes to a temporary file where it is large."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as copy:
        with readable(name):
            copyfileobj(stream, copy)
        copy.seek(0)
        try:
            book = openpyxl.load_workbook(copy, read_only=True, data_only=True)
        except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as trouble:
            raise FileRefused(f"{name} is not a workbook that can be read.") from trouble
        for number, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), 1):
            texts = [_text(value, index) for index, value in enumerate(cells)]
            yield number, "\t".join(texts).encode("latin-1", "replace")
        book.close()


def _text(value: Any, index: int) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.strftime("%Y%m%d")
    if isinstance(value, int | float):
        # A workbook drops the zeros that a code starts with.
        return str(int(value)).zfill(5 if index < CODE_COLUMNS else 0)
    return str(value).strip().replace("\n", " ")
