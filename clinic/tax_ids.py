"""The number a practice is taxed under: an EIN, or the SSN of who practices alone.

An SSN stands in full only where a payer reads it. Everywhere else its last four digits do.
"""

import re

from clinic.enums import TaxIdKind

_EIN = re.compile(r"[0-9]{2}-[0-9]{7}")
_SSN = re.compile(r"([0-9]{3})-([0-9]{2})-([0-9]{4})")


def tax_id_problem(kind: str, number: str) -> str:
    """What is wrong with it, as a sentence; empty when nothing is."""
    if kind == TaxIdKind.EIN:
        return "" if _EIN.fullmatch(number) else "Write the EIN as 12-3456789."
    if not (found := _SSN.fullmatch(number)):
        return "Write the SSN as 123-45-6789."
    area, group, serial = found.groups()
    if area in ("000", "666") or area[0] == "9" or group == "00" or serial == "0000":
        return "No SSN has these digits: compare it with the card."
    return ""


def shown_tax_id(number: str) -> str:
    """As a screen, a log or a patient's letter shows it."""
    found = _SSN.fullmatch(number)
    return f"XXX-XX-{found[3]}" if found else number
