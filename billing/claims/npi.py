"""The check digit of a National Provider Identifier."""

PREFIX = "80840"


def is_npi(value: str) -> bool:
    """Ten digits, the first 1 or 2, and Luhn's sum over 80840 + number."""
    if len(value) != 10 or not (value.isascii() and value.isdigit()) or value[0] not in "12":
        return False
    total = 0
    for place, digit in enumerate(reversed(PREFIX + value)):
        worth = int(digit) * (2 if place % 2 else 1)
        total += worth - 9 if worth > 9 else worth
    return total % 10 == 0
