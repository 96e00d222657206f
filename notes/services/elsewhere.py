"""One-on-one time of the same hands in two charts, to the minute."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notes.enums import Lane
from notes.models import Note, TreatmentBlock

GROUP = "97150"


@dataclass(frozen=True, slots=True)
class Clash:
    """The minutes in which a block runs beside one of another patient's chart."""

    block: TreatmentBlock
    number: int
    starts_at: datetime
    ends_at: datetime
    record_number: str

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def text(self) -> str:
        zone = self.block.practice.zone
        start, end = (moment.astimezone(zone) for moment in (self.starts_at, self.ends_at))
        return (
            f"Block {self.number} ({self.block.technique.label}) runs {self.minutes} min beside "
            f"one-on-one time in the chart of {self.record_number}, {start:%H:%M} to {end:%H:%M}: "
            "correct one of the two, or chart group time in both."
        )


def clashes_of(note: Note, blocks: Sequence[TreatmentBlock]) -> list[Clash]:
    """Named by record number, never by name: this is shown in another patient's chart."""
    mine = [(n, b) for n, b in enumerate(blocks, start=1) if is_one_on_one(b)]
    if not mine:
        return []
    others = (
        TreatmentBlock.objects.filter(
            performer__in={b.performer_id for _, b in mine},
            starts_at__lt=max(b.ends_at for _, b in mine),
            ends_at__gt=min(b.starts_at for _, b in mine),
        )
        .exclude(note=note)
        .exclude(note__visit__patient=note.visit.patient_id)
        .exclude(technique__code__in=("", GROUP))
        .exclude(technique__lane=Lane.UNTIMED)
        .order_by("starts_at", "pk")
        .values_list("performer_id", "starts_at", "ends_at", "note__visit__patient__record_number")
    )
    found = []
    for performer, starts_at, ends_at, record_number in others:
        for number, block in mine:
            start, end = max(block.starts_at, starts_at), min(block.ends_at, ends_at)
            if block.performer_id == performer and start < end:
                found.append(Clash(block, number, start, end, record_number))
    return found


def is_one_on_one(block: TreatmentBlock) -> bool:
    technique = block.technique
    return technique.code not in ("", GROUP) and technique.lane != Lane.UNTIMED
