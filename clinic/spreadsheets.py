"""Cells that a spreadsheet program shows and never runs."""

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal

_LIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "\v", "\f", "\0", "＝", "＋", "－", "＠")
_BLANK = " \t\r\n\ufeff\u200b"


def cell(value: object) -> object:
    """Text that would be a formula gets an apostrophe before it; numbers stay numbers."""
    if value is None or isinstance(value, int | float | Decimal):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(_LIVE) or text.lstrip(_BLANK).startswith(_LIVE) else text


class _Line:
    """What csv writes into: hands each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A CSV file line by line, beginning with the mark by which Excel knows UTF-8."""
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(list(head))
    for row in rows:
        yield writer.writerow([cell(value) for value in row])
