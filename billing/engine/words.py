"""Small words for sentences."""

from collections.abc import Iterable

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def many(count: int, thing: str) -> str:
    """1 minute, 2 minutes."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def listed(names: Iterable[str]) -> str:
    """a, b and c."""
    held = tuple(names)
    return f"{', '.join(held[:-1])} and {held[-1]}" if len(held) > 1 else held[0]
