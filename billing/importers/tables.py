"""Comma-separated tables: rows with the number of the line each ends on."""

import csv
from collections.abc import Iterator
from typing import BinaryIO

from clinic.published_files import FileRefused, lines, refusal


def csv_rows(name: str, stream: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """The notices above the headings hold signs in more than one encoding; the rows do not."""
    texts = (line.decode("latin-1") + "\n" for _, line in lines(name, stream))
    reader = csv.reader(texts, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as trouble:
        raise refusal(name, reader.line_num, "this is not a comma-separated row") from trouble


def only_one(name: str, members: list[tuple[str, BinaryIO]]) -> tuple[str, BinaryIO]:
    if len(members) != 1:
        raise FileRefused(f"{name} holds {len(members)} such files: unpack it and give one.")
    return members[0]
