"""Bytes of a peer's file as rows: encoding, delimiter, header; each trouble in one sentence."""

import csv
import io
from dataclasses import dataclass

from clinic.errors import NotAllowed

LARGEST = 20 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Table:
    encoding: str
    header: list[str]
    rows: list[list[str]]


def read_table(content: bytes) -> Table:
    """The file's rows. Raises with what to do where it is no table."""
    if len(content) > LARGEST:
        raise NotAllowed(f"The file is over {LARGEST // 1_048_576} MB: export it in parts.")
    text, encoding = decode(content)
    sample = text[:20_000]
    try:
        delimiter = csv.Sniffer().sniff(sample, delimiters=",;\t|").delimiter
    except csv.Error:
        delimiter = ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as trouble:
        raise NotAllowed(
            f"The file is not a readable CSV ({trouble}): export it again as CSV, UTF-8."
        ) from trouble
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if len(rows) < 2:
        raise NotAllowed("The file has no rows below its header: export it again.")
    if len(rows) - 1 > MOST_ROWS:
        raise NotAllowed(f"The file has over {MOST_ROWS:,} rows: import it in parts.")
    header = [cell.strip() for cell in rows[0][:MOST_COLUMNS]]
    return Table(encoding, header, [[cell.strip() for cell in row] for row in rows[1:]])


def decode(content: bytes) -> tuple[str, str]:
    """UTF-8, UTF-16 with its mark, else Windows; anything with control bytes is no text."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError as trouble:
            raise NotAllowed(_NO_TEXT) from trouble
    if b"\x00" in content[:4096] or content.startswith((b"PK", b"%PDF", b"\xd0\xcf")):
        raise NotAllowed(_NO_TEXT)
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        try:
            return content.decode("cp1252"), "Windows"
        except UnicodeDecodeError as trouble:
            raise NotAllowed(_NO_TEXT) from trouble


_NO_TEXT = (
    "This is not a CSV file in UTF-8, UTF-16 or Windows encoding: open it in a spreadsheet and "
    "save it as “CSV UTF-8”."
)
