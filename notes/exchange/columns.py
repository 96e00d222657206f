"""Which column of a file is which of our fields: as somebody set it for such a file before.

A preset is what a system publishes, or a guess. A correction by hand counts for every later
file with the same first line, so that a wrong guess is put right once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from notes.exchange.presets import match_columns
from notes.exchange.tables import Table, read_table
from notes.models import ImportBatch

LOOKED_AT = 10  # the last files of this kind
EXAMPLE = 24  # characters

WORDS = {
    "alert": "Alert", "appointment_id": "Number of the appointment", "born_on": "Date of birth",
    "city": "City", "clinician": "Clinician", "contact_name": "Emergency contact",
    "contact_phone": "Phone of the contact", "contact_relationship": "Who the contact is",
    "email": "E-mail", "ends_at": "Ends at", "ends_on": "Ends on", "first_name": "First name",
    "group_number": "Group number", "holder_name": "Insured person", "last_name": "Last name",
    "location": "Location", "member_id": "Member ID", "minutes": "Minutes", "name": "Whole name",
    "other_phone": "Another phone", "payer": "Payer", "phone": "Phone",
    "preferred_name": "Preferred name", "record_number": "Record number",
    "relationship": "Relationship to the insured", "sex": "Sex",
    "source_id": "Number in the earlier system", "starts_at": "Starts at",
    "starts_on": "Starts on", "state": "State", "status": "Status", "street": "Street",
    "title": "Treatment", "zip_code": "ZIP code",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """A column of the file, with the first value in it."""

    column: str
    example: str


def columns_for(kind: str, preset: str, header: Sequence[str]) -> dict[str, str]:
    """As set by hand for the last file with this header, else as the preset says."""
    for batch in ImportBatch.objects.filter(kind=kind)[:LOOKED_AT].iterator(chunk_size=1):
        theirs = read_table(bytes(batch.content)).header
        if theirs == list(header) and set_by_hand(batch, theirs):
            return batch.columns
    return match_columns(kind, preset, header)


def set_by_hand(batch: ImportBatch, header: Sequence[str]) -> bool:
    """Whether the columns are others than the preset would say."""
    return batch.columns != match_columns(batch.kind, batch.preset, header)


def word_of(field: str) -> str:
    return WORDS.get(field, field.replace("_", " ").capitalize())


def choices_of(table: Table) -> list[Choice]:
    return [Choice(name, _example(table, place)) for place, name in enumerate(table.header)]


def _example(table: Table, place: int) -> str:
    values = (row[place].strip() for row in table.rows if place < len(row))
    first = next((value for value in values if value), "")
    return first if len(first) <= EXAMPLE else f"{first[:EXAMPLE]}…"
