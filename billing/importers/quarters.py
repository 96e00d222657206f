"""Which quarter a published table belongs to."""

from datetime import date

# CMS counts its pair versions by year from 30 in 2024, the quarter's digit from 0.
_FIRST_NUMBER, _FIRST_YEAR = 30, 2024


def quarter_of(day: date) -> str:
    return f"{day.year}Q{(day.month + 2) // 3}"


def first_day(quarter: str) -> date:
    year, number = quarter.split("Q")
    return date(int(year), 3 * int(number) - 2, 1)


def quarter_of_version(number: str) -> str | None:
    """The quarter of a version such as 322 (2026Q3), or None where there is no such version."""
    year, digit = int(number[:2]) - _FIRST_NUMBER + _FIRST_YEAR, int(number[2])
    return f"{year}Q{digit + 1}" if digit <= 3 else None
