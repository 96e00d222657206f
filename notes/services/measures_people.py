"""Who gave which minutes of a visit."""

from collections.abc import Sequence
from dataclasses import dataclass

from clinic.models import Clinician
from notes.models import Note, Procedure, TreatmentBlock


@dataclass(frozen=True, slots=True)
class Given:
    """One person's share: whole minutes of blocks, by whom alone and with whom together."""

    person: Clinician
    minutes: int
    together: int
    procedures: int

    @property
    def words(self) -> str:
        said = [f"{self.minutes} min"] if self.minutes else []
        if self.together:
            said.append(f"{self.together} min together with the assistant")
        if self.procedures:
            said.append(f"{self.procedures} untimed service{'s' if self.procedures > 1 else ''}")
        return ", ".join(said) or "no treatment charted"


def minutes_by_person(
    note: Note, blocks: Sequence[TreatmentBlock], procedures: Sequence[Procedure]
) -> list[Given]:
    """The author first, then in the order of treatment."""
    people = {note.author.pk: note.author}
    for row in (*blocks, *procedures):
        people.setdefault(row.performer_id, row.performer)
    return [
        Given(
            person,
            _sum(b for b in blocks if b.performer_id == pk and b.performed_by != "together"),
            _sum(b for b in blocks if b.performer_id == pk and b.performed_by == "together"),
            sum(p.performer_id == pk for p in procedures),
        )
        for pk, person in people.items()
    ]


def _sum(blocks) -> int:
    return int(sum((b.ends_at - b.starts_at).total_seconds() for b in blocks) // 60)
