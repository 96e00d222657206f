"""What the record around a draft still lacks before it may be signed."""

from collections.abc import Iterator, Sequence

from clinic.models import PatientAlert
from notes.enums import Grade
from notes.models import Note, Procedure, SupervisionFact, TreatmentBlock
from notes.services.cosign_asking import why_asked
from notes.services.elsewhere import clashes_of

Gap = tuple[str, str]  # the sentence, and the id of the element to go to
THRUSTS = ("joint_manipulation", "flexion_distraction")
ADJUSTMENTS = ("CMT", "98940", "98941", "98942", "98943")


def gaps_of(
    note: Note, blocks: Sequence[TreatmentBlock], procedures: Sequence[Procedure]
) -> Iterator[Gap]:
    """In the order of the page."""
    yield from _closed(note)
    for number, block in enumerate(blocks, start=1):
        sided = [r.region.label for r in block.block_regions.all() if r.region.needs_side]
        if sided and not block.side:
            yield f"Block {number}: choose left or right for {sided[0]}.", _at(block)
    for clash in clashes_of(note, blocks):
        yield clash.text, _at(clash.block)
    yield from _alerts(note, blocks, procedures)
    yield from _supervision(note)


def _at(block: TreatmentBlock) -> str:
    return f"block-{block.public_id}"


def _closed(note: Note) -> Iterator[Gap]:
    closed_on = note.visit.episode.discharged_on
    if closed_on is not None and note.visit.date > closed_on:
        yield (
            f"The episode was closed on {closed_on:%m/%d/%Y}, before this visit: reopen it, or "
            "move the visit to another episode.",
            "diagnoses",
        )


def _alerts(
    note: Note, blocks: Sequence[TreatmentBlock], procedures: Sequence[Procedure]
) -> Iterator[Gap]:
    """A thrust against an alert needs its reason: the record tells what was done, and why."""
    given = thrust_of(blocks, procedures)
    if not given:
        return
    alerts = PatientAlert.objects.filter(
        patient=note.visit.patient_id, no_thrust=True, since__lte=note.visit.date, ended_on=None
    )
    answered = set(note.alert_answers.values_list("alert", flat=True))
    for alert in alerts:
        if alert.pk not in answered:
            yield (
                f"Alert: {alert}. {given} is a thrust: change it, or say in the visit's record "
                "why it was right.",
                "record-link",
            )


def thrust_of(blocks: Sequence[TreatmentBlock], procedures: Sequence[Procedure]) -> str:
    """The first thrust of the visit, in words; empty where there is none."""
    for number, block in enumerate(blocks, start=1):
        if block.grade == Grade.V or block.technique.key in THRUSTS:
            return f"Block {number} ({block.technique.label})"
    return next((f"The adjustment {p.code}" for p in procedures if p.code in ADJUSTMENTS), "")


def _supervision(note: Note) -> Iterator[Gap]:
    if why_asked(note) and not SupervisionFact.objects.filter(note=note).exists():
        yield (
            "Say in the visit's record how the supervising therapist was at hand.",
            "record-link",
        )
