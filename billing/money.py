"""Money in whole cents: reading what people type, writing it, sharing it out."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from clinic.errors import NotAllowed

MOST_CENTS = 100_000_000
_TYPED = re.compile(r"\$?\s*(\d{1,3}(,\d{3})+|\d+)(\.\d{1,2})?")


def parse(text: str) -> int:
    """Cents of what was typed: 45, 45.5, $1,045.50. Raises NotAllowed with what to write."""
    clean = text.strip()
    if not _TYPED.fullmatch(clean):
        raise NotAllowed("Write the amount in dollars and cents, such as 45.00.")
    cents = int(Decimal(clean.lstrip("$ ").replace(",", "")) * 100)
    if not 0 < cents <= MOST_CENTS:
        raise NotAllowed("The amount is from 0.01 to 1,000,000.00.")
    return cents


def dollars(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def amount(cents: int) -> Decimal:
    """For tables and spreadsheets: the number itself, always with two places."""
    return Decimal(cents).scaleb(-2)


def share(total: int, weights: Sequence[int]) -> list[int]:
    """Split an amount by weights, to the cent: the parts always add up to it."""
    whole = sum(weights)
    if not whole:
        return [total if place == 0 else 0 for place in range(len(weights))]
    parts = [total * weight // whole for weight in weights]
    by_rest = sorted(range(len(weights)), key=lambda n: -(total * weights[n] % whole))
    for place in by_rest[: total - sum(parts)]:
        parts[place] += 1
    return parts


def oldest_first(amount: int, owed: Mapping[int, int]) -> tuple[dict[int, int], int]:
    """Pay what is owed in the given order; returns who got how much, and what is left."""
    used: dict[int, int] = {}
    for key, due in owed.items():
        part = min(amount, max(due, 0))
        if part:
            used[key] = part
            amount -= part
    return used, amount
