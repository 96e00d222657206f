"""Folding words for the search: no case, no accents, letters and digits only."""

import re
import unicodedata

LONGEST = 40
SHORTEST_PHONE = 7
# Letters that do not fall apart into a letter and an accent.
_SPELLED = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d"})


def fold(text: str) -> str:
    """Small letters without accents; ``Müller-Ørsted`` becomes ``muller-orsted``."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_SPELLED))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def words_of(*texts: str) -> set[str]:
    """Each word of the texts, and hyphenated or spaced names run together as well."""
    found: set[str] = set()
    for text in texts:
        parts = re.findall(r"[^\W_]+", fold(text).replace("'", "").replace("\u2019", ""))
        found.update(parts)
        if len(parts) > 1:
            found.add("".join(parts))
    return {word[:LONGEST] for word in found}


def digits_of(*phones: str) -> set[str]:
    """The digits of each phone number, without a leading US country code."""
    found = set()
    for phone in phones:
        digits = "".join(letter for letter in phone if letter in "0123456789")
        digits = digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
        if len(digits) >= SHORTEST_PHONE:
            found.add(digits[:LONGEST])
    return found


def after(prefix: str) -> str:
    """The first word behind all words that begin with ``prefix``, in the order of letters.

    A range over the index rather than LIKE, which neither engine serves from it. Digits
    stand before letters in every collation we run on, so the successor of ``9`` is ``a``.
    """
    last = prefix[-1]
    if last == "z":
        return after(prefix[:-1]) if len(prefix) > 1 else chr(0x10FFFF)
    following = "a" if last == "9" else chr(ord(last) + 1)
    return prefix[:-1] + following


def is_one_edit(word: str, other: str) -> bool:
    """Whether one letter more, less, other, or two neighbors swapped make them the same."""
    if word == other:
        return True
    if abs(len(word) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(word), len(other)) and word[start] == other[start]:
        start += 1
    rest, rest_other = word[start:], other[start:]
    if rest[1:] == rest_other[1:] or rest == rest_other[1:] or rest[1:] == rest_other:
        return True
    swapped = len(rest) > 1 and len(rest_other) > 1
    return swapped and rest[:2] == rest_other[1::-1] and rest[2:] == rest_other[2:]
