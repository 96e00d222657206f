"""The blocks a therapist charts most, and what was done last time."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from clinic.models import Clinician
from notes.models import BlockRegion, BodyRegion, Technique, TreatmentBlock, Visit
from notes.queries import blocks_of
from notes.services.entries import to_repeat
from notes.words import Meanings

RECENT = 240  # blocks looked at: some weeks of work, the same effort for any history
SHOWN = 6
_STARTERS = {
    "DC": ("joint_mobilization", "soft_tissue_mobilization", "therapeutic_exercise", "stretching"),
    "MT": ("massage_effleurage", "massage_petrissage", "myofascial_release", "massage_tapotement"),
    "OT": ("therapeutic_activities", "self_care_training", "therapeutic_exercise",
           "neuromuscular_reeducation"),
}  # fmt: skip
_STARTER = (
    "soft_tissue_mobilization", "joint_mobilization", "therapeutic_exercise",
    "neuromuscular_reeducation", "therapeutic_activities", "gait_training",
)  # fmt: skip


def favourites_of(
    clinician: Clinician, words: Meanings, techniques: Sequence[Technique]
) -> list[dict[str, Any]]:
    """By how often this person charted them lately; a beginner gets the discipline's usual ones."""
    tiles = [_tile(*what, uses=count) for what, count in _uses(clinician, words).most_common(SHOWN)]
    known = {tile["technique"] for tile in tiles}
    offered = {row.key for row in techniques if row.active} - known
    usual = [_tile(key, (), "", "", uses=0) for key in _starters(clinician) if key in offered]
    return tiles + usual[: SHOWN - len(tiles)]


def _uses(clinician: Clinician, words: Meanings) -> Counter[tuple]:
    """Each kind of block charted lately, newest first. Bare values: objects cost ten times that."""
    recent = TreatmentBlock.objects.filter(performer=clinician).order_by("-pk")
    what = ("technique__key", "side", "grade", "technique", "technique__active", "technique__code")
    rows = list(recent.values_list("pk", *what)[:RECENT])
    regions: dict[int, list[str]] = {pk: [] for pk, *_ in rows}
    retired: set[int] = set()
    of_blocks = BlockRegion.objects.filter(block__in=regions).order_by("pk")
    where = ("block", "region__key", "region", "region__active")
    for pk, key, region, active in of_blocks.values_list(*where):
        regions[pk].append(key)
        if not words.in_use(BodyRegion, region, active):
            retired.add(pk)
    return Counter(
        (technique, tuple(regions[pk]), side, grade)
        for pk, technique, side, grade, word, active, code in rows
        if words.in_use(Technique, word, active) and code and pk not in retired
    )


def _tile(technique: str, regions: tuple, side: str, grade: str, *, uses: int) -> dict[str, Any]:
    return {
        "technique": technique,
        "regions": list(regions),
        "side": side,
        "grade": grade,
        "uses": uses,
    }


def _starters(clinician: Clinician) -> tuple[str, ...]:
    return _STARTERS.get(clinician.discipline, _STARTER)


def last_time(visit: Visit) -> dict[str, Any] | None:
    """The episode's visit before this one, as a plan: no minutes, responses or signature."""
    earlier = (
        Visit.objects.filter(episode=visit.episode_id, starts_at__lt=visit.starts_at)
        .filter(note__blocks__isnull=False)
        .select_related("note")
        .order_by("-starts_at")
        .first()
    )
    if earlier is None:
        return None
    blocks = list(blocks_of(earlier.note))
    return {
        "on": earlier.date.isoformat(),
        "entries": to_repeat(blocks),
    }
