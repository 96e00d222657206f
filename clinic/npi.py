"""National Provider Identifiers and their check digit."""

NPI_PREFIX = "80840"  # the health-industry prefix the Luhn sum of an NPI includes


def _luhn_sum(digits: str) -> int:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total


def is_npi(value: str) -> bool:
    """Ten digits, first 1 or 2, Luhn over 80840 + NPI (45 CFR 162.406)."""
    if len(value) != 10 or not (value.isascii() and value.isdigit()) or value[0] not in "12":
        return False
    return _luhn_sum(NPI_PREFIX + value) % 10 == 0


def npi_from(first_nine: str) -> str:
    """The NPI that starts with these nine digits."""
    return next(first_nine + str(d) for d in range(10) if is_npi(first_nine + str(d)))
