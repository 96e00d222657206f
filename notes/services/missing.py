"""What a draft still lacks before it can be signed, each with the field that mends it.

These are the chart's own needs; what a payer's policy asks on top are billing's findings.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from notes.models import LiveChart, Note, Procedure, TreatmentBlock
from notes.queries import diagnoses_of
from notes.services.diagnoses import refusals_of
from notes.services.gaps import gaps_of


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing to mend: a sentence, and the id of the element to go to."""

    text: str
    anchor: str
    field: str = field(default="", compare=False)  # the form's field inside that element


def missing_for(
    note: Note,
    blocks: Sequence[TreatmentBlock],
    procedures: Sequence[Procedure],
    *,
    running: bool | None = None,
) -> list[Missing]:
    """Everything that stops signing, in the order of the page. ``running`` where it is known."""
    found = []
    if running is None:
        running = LiveChart.objects.filter(note=note, started_at__isnull=False).exists()
    if running:
        found.append(Missing("Stop the running block.", "live"))
    if not blocks and not procedures:
        found.append(Missing("Chart at least one treatment block or procedure.", "add-block"))
    for number, block in enumerate(blocks, start=1):
        found += [
            Missing(text, f"block-{block.public_id}", name)
            for name, text in _of_block(number, block)
        ]
    for section, wanted in (
        ("subjective", "Write what the patient reports."),
        ("assessment", "Write the assessment: the response, and why skilled care is needed."),
        ("plan", "Write the plan for the next visit."),
    ):
        if not getattr(note, section).strip():
            found.append(Missing(wanted, f"id_{section}"))
    codes = diagnoses_of(note.visit).values("code")
    found += [Missing(text, "diagnoses") for text in refusals_of(codes, on=note.visit.date)]
    found += [Missing(text, anchor) for text, anchor in gaps_of(note, blocks, procedures)]
    return found


def _of_block(number: int, block: TreatmentBlock) -> Iterable[tuple[str, str]]:
    who = f"Block {number} ({block.technique.label})"
    if block.technique.needs_region and not block.block_regions.all():
        yield "regions", f"{who}: choose the region."
    if block.technique.code and block.technique.needs_region and not block.response.strip():
        yield "response", f"{who}: write the response."
