"""A block's content without its time, as it is kept for the clock, plans and templates."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from clinic.models import Clinician
from notes.models import BodyRegion, Technique, TreatmentBlock
from notes.services.blocks import BlockEntry
from notes.words import Meanings

# What is copied forward: never a response, never a minute, never pain.
LASTING = ("technique", "regions", "side", "grade", "dose", "performed_by", "diagnoses")


def packed(entry: BlockEntry) -> dict[str, Any]:
    """By the vocabulary's keys, so that it can be stored and sent."""
    return {
        "technique": entry.technique.key,
        "regions": [region.key for region in entry.regions],
        "side": entry.side,
        "grade": entry.grade,
        "dose": entry.dose,
        "response": entry.response,
        "pain_before": entry.pain_before,
        "pain_after": entry.pain_after,
        "performed_by": entry.performed_by,
        "diagnoses": list(entry.diagnosis_codes),
    }


def packed_block(block: TreatmentBlock) -> dict[str, Any]:
    return {
        "technique": block.technique.key,
        "regions": [row.region.key for row in block.block_regions.all()],
        "side": block.side,
        "grade": block.grade,
        "dose": block.dose,
        "response": block.response,
        "pain_before": block.pain_before,
        "pain_after": block.pain_after,
        "performed_by": block.performed_by,
        "diagnoses": list(block.diagnosis_codes),
    }


def unpacked(
    entry: dict[str, Any],
    *,
    starts_at: datetime,
    ends_at: datetime,
    performer: Clinician,
    words: Meanings,
) -> BlockEntry:
    """The entry with its time. Words that an admin retired meanwhile are still meant."""
    regions = {r.key: words.on(r) for r in BodyRegion.objects.filter(key__in=entry["regions"])}
    return BlockEntry(
        technique=words.on(Technique.objects.get(key=entry["technique"])),
        regions=[regions[key] for key in entry["regions"] if key in regions],
        side=entry["side"],
        starts_at=starts_at,
        ends_at=ends_at,
        performed_by=entry["performed_by"],
        performer=performer,
        grade=entry["grade"],
        dose=entry["dose"],
        response=entry["response"],
        pain_before=entry["pain_before"],
        pain_after=entry["pain_after"],
        diagnosis_codes=entry["diagnoses"],
    )


def to_repeat(blocks: Iterable[TreatmentBlock]) -> list[dict[str, Any]]:
    """The blocks as a plan: what was done, without times, responses and pain."""
    return [{k: v for k, v in packed_block(b).items() if k in LASTING} for b in blocks]
