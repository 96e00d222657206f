"""Text as it may stand in a claim: upper case, plain letters, no separators."""

import unicodedata
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from billing.claims.tables import BASIC

T = TypeVar("T")
# Letters that do not come apart into a plain one and an accent.
_LETTERS = str.maketrans(
    {"ß": "SS", "Æ": "AE", "æ": "AE", "Ø": "O", "ø": "O", "Œ": "OE", "œ": "OE", "Ł": "L",
     "ł": "L", "Đ": "D", "đ": "D", "Þ": "TH", "þ": "TH", "’": "'", "‘": "'", "–": "-", "—": "-",
     "\u00a0": " "}
)  # fmt: skip


def folded(text: str) -> str:
    """Upper case, accents taken off, white space single. Other odd characters stay, to be seen."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    kept = "".join(mark for mark in plain if not unicodedata.combining(mark))
    return " ".join(kept.upper().split())


def odd_characters(text: str) -> str:
    """Those that a claim may not hold, each once."""
    return "".join(dict.fromkeys(mark for mark in folded(text) if mark not in BASIC))


def normalised(value: T) -> T:
    """The same facts with every text folded and diagnosis codes without their dot."""
    changed: dict[str, Any] = {}
    for item in fields(value):
        before = getattr(value, item.name)
        after = _normal(before, item.name)
        if after != before:
            changed[item.name] = after
    return replace(value, **changed) if changed else value


def _normal(value: Any, name: str) -> Any:
    if name == "diagnoses":
        return tuple(folded(code).replace(".", "") for code in value)
    if isinstance(value, str):
        return folded(value)
    if is_dataclass(value):
        return normalised(value)
    if isinstance(value, tuple):
        return tuple(_normal(item, "") for item in value)
    return value


def digits(text: str) -> str:
    return "".join(mark for mark in text if mark.isdigit() and mark.isascii())


def amount(cents: int) -> str:
    """Dollars as X12 wants them: no trailing zeros, no leading ones."""
    sign = "-" if cents < 0 else ""
    whole, part = divmod(abs(cents), 100)
    return f"{sign}{whole}.{part:02d}".rstrip("0").rstrip(".") if part else f"{sign}{whole}"
