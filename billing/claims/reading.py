"""X12 text to segments, with the separators the file itself names."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

ISA_LENGTH = 106


class Unreadable(ValueError):
    """The file is not what it should be; the sentence says where and what to do."""


@dataclass(frozen=True, slots=True)
class Segment:
    id: str
    elements: tuple[str, ...]
    place: int  # counted from 1, as acknowledgements count

    def get(self, number: int) -> str:
        """Element by its number in the guide (1 is the first after the name); empty if absent."""
        return self.elements[number - 1] if number <= len(self.elements) else ""


@dataclass(frozen=True, slots=True)
class File:
    segments: tuple[Segment, ...]
    element: str
    component: str
    control: str
    version: str

    def parts(self, text: str) -> list[str]:
        return text.split(self.component)


def read_file(text: str, *, kind: str = "") -> File:
    """Split a file and check its envelope. ``kind`` is what ST01 should say."""
    text = text.lstrip("\ufeff \r\n")
    if not text.startswith("ISA") or len(text) < ISA_LENGTH:
        raise Unreadable(
            "This is not an X12 file: it does not start with an ISA segment of 106 characters. "
            "Choose the file as the clearinghouse sent it."
        )
    element, component, terminator = text[3], text[104], text[105]
    segments = tuple(
        Segment(name, tuple(rest), place)
        for place, (name, *rest) in enumerate(
            (part.strip("\r\n ").split(element) for part in text.split(terminator)
             if part.strip("\r\n ")), start=1)
    )  # fmt: skip
    _check_envelope(segments, kind)
    control = segments[0].get(13)
    version = next((s.get(8) for s in segments if s.id == "GS"), "")
    return File(segments, element, component, control, version)


def _check_envelope(segments: tuple[Segment, ...], kind: str) -> None:
    if segments[-1].id != "IEA":
        raise Unreadable(
            f"The file is cut off: it ends with {segments[-1].id}, not with IEA. "
            "Fetch it again from the clearinghouse."
        )
    _check_counts(segments)
    first, last = segments[0].get(13), segments[-1].get(2)
    # Acknowledgements carry no money, and some senders number them carelessly.
    if (
        kind not in ("999", "277")
        and first.strip() != last.strip()
        and int_of(first) != int_of(last)
    ):
        raise Unreadable(f"The control numbers differ: ISA13 says {first}, IEA02 says {last}.")
    kinds = {s.get(1) for s in segments if s.id == "ST"}
    if kind and kinds != {kind}:
        found = ", ".join(sorted(kinds)) or "no transaction"
        raise Unreadable(f"This file holds {found}, not {kind}. Choose the other kind of file.")


def _check_counts(segments: tuple[Segment, ...]) -> None:
    start = 0
    for position, segment in enumerate(segments):
        if segment.id == "ST":
            start = position
        if segment.id == "SE":
            counted = position - start + 1
            if segment.get(1) != str(counted) and int_of(segment.get(1)) != counted:
                raise Unreadable(
                    f"SE01 says {segment.get(1)} segments, but there are {counted}: the file is "
                    "cut off or was changed. Fetch it again."
                )


def int_of(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return -1


_MOST = Decimal(10) ** 12


def cents_of(text: str, where: str) -> int:
    """Whole cents; three decimals or words are refused."""
    try:
        value = Decimal(text or "0")
    except InvalidOperation:
        raise Unreadable(f"{where} is {text!r}, which is no amount.") from None
    if not value.is_finite() or abs(value) > _MOST:
        raise Unreadable(f"{where} is {text[:40]}: no payer pays that.")
    if value != value.quantize(Decimal("0.01")):
        raise Unreadable(f"{where} is {text}: an amount has at most two decimals.")
    return int(value * 100)


def date_of(text: str, where: str) -> date | None:
    if not text:
        return None
    first = text.split("-")[0]
    try:
        if not re.fullmatch(r"\d{8}", first):
            raise ValueError
        return datetime.strptime(first, "%Y%m%d").date()  # noqa: DTZ007 a date
    except ValueError:
        raise Unreadable(f"{where} is {text}: there is no such date.") from None
