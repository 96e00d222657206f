"""Comma-separated tables: rows with the number of the line each ends on."""

import csv
from collections.abc import Iterator
from io import TextIOWrapper
from typing import BinaryIO

from clinic.published_files import FileRefused, refusal


def csv_rows(name: str, stream: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """The notices above the headings hold signs in more than one encoding; the rows do not."""
    text = TextIOWrapper(stream, encoding="latin-1", newline="")
    reader = csv.reader(text, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as trouble:
        raise refusal(name, reader.line_num, "this is not a comma-separated row") from trouble
    finally:
        text.detach()


def only_one(name: str, members: list[tuple[str, BinaryIO]]) -> tuple[str, BinaryIO]:
    if len(members) != 1:
        raise FileRefused(f"{name} holds {len(members)} such files: unpack it and give one.")
    return members[0]
