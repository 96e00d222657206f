"""Which characters our fonts can print. One that they cannot would break PDF/A silently."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path

from .errors import DocumentError

FONTS = Path(__file__).parent / "fonts"
FAMILIES = {
    "Source Sans 3": {
        400: "SourceSans3-Regular", 600: "SourceSans3-Semibold", 700: "SourceSans3-Bold",
    },
    "Noto Sans Hebrew": {400: "NotoSansHebrew-Regular", 600: "NotoSansHebrew-SemiBold"},
    "Noto Sans Arabic": {400: "NotoSansArabic-Regular", 700: "NotoSansArabic-Bold"},
}  # fmt: skip
LONGEST_TEXT = 20_000
MOST_ROWS = 400
MOST_TEXT = 100_000
ATTACHED_ONLY = {"derivation"}  # not printed: any character may stand in it


@cache
def printable() -> frozenset[str]:
    known = frozenset[str]().union(*(_covered(faces.values()) for faces in FAMILIES.values()))
    hidden = {char for char in known if unicodedata.category(char) in ("Cc", "Cf", "Co")}
    return known - hidden | {"\n", "\t", "\r"}


def _covered(faces: Iterable[str]) -> set[str]:
    """What every weight of one family can draw."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 slow import

    known = []
    for name in faces:
        with TTFont(FONTS / f"{name}.ttf", lazy=True) as font:
            known.append(set(font.getBestCmap()))
    return {chr(code) for code in set.intersection(*known)}


def first_unprintable(text: str) -> str:
    """The first character that cannot be put on paper, or nothing. Forms may ask early."""
    return next((char for char in text if char not in printable()), "")


def check_printable(context) -> None:
    total = 0
    for where, text in _texts(context, ""):
        total += len(text)
        if len(text) > LONGEST_TEXT:
            raise DocumentError(
                f"The {where} is {len(text):,} characters long; a document holds at most "
                f"{LONGEST_TEXT:,} in one field. Shorten it or move the rest to an addendum."
            )
        if bad := first_unprintable(text):
            name = unicodedata.name(bad, "no name")
            raise DocumentError(
                f"The {where} contains the character {bad!r} (U+{ord(bad):04X}, {name}), "
                "which the document's font cannot print. Replace it and try again."
            )
    if total > MOST_TEXT:
        raise DocumentError(
            f"The document would hold {total:,} characters; at most {MOST_TEXT:,} are printed. "
            "Shorten the longest texts."
        )


def _texts(value, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where or "text", value
    elif isinstance(value, tuple):
        if len(value) > MOST_ROWS:
            raise DocumentError(
                f"The list of {where} has {len(value):,} rows; a document prints at most "
                f"{MOST_ROWS}. Divide the visit or remove rows."
            )
        for number, item in enumerate(value, start=1):
            yield from _texts(item, f"{where} {number}")
    elif is_dataclass(value):
        for field in fields(value):
            if field.name not in ATTACHED_ONLY:
                label = field.name.replace("_", " ")
                yield from _texts(getattr(value, field.name), f"{where} {label}".strip())
