"""What a therapist enters, as the services take it."""

from collections.abc import Iterable
from typing import Any

from notes.models import Note
from notes.services.blocks import BlockEntry
from notes.services.procedures import ProcedureEntry
from tests.factories import at, region_of, technique_of


def block_entry(
    note: Note,
    start: str = "09:00",
    end: str = "09:15",
    *,
    technique: str = "joint_mobilization",
    regions: Iterable[str] = ("cervical_spine",),
    **fields: Any,
) -> BlockEntry:
    day = note.visit.date
    defaults = {
        "technique": technique_of(technique),
        "regions": [region_of(key) for key in regions],
        "side": "",
        "starts_at": at(start, day),
        "ends_at": at(end, day),
        "performed_by": "therapist",
        "performer": note.author,
        "response": "Pain 6 to 4.",
    }
    return BlockEntry(**defaults | fields)


def procedure_entry(
    note: Note, code: str = "CMT", *, regions: Iterable[str] = ("lumbar_spine",), **fields: Any
) -> ProcedureEntry:
    defaults = {"performer": note.author, "regions": [region_of(key) for key in regions]}
    return ProcedureEntry(code=code, **defaults | fields)
