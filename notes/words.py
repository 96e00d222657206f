"""What the practice's words meant on a day: a change of a word has a first day, like a rule."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from notes.models import BodyRegion, Technique, WordVersion

FIRST_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Meanings:
    """The words that have versions, as they stood on one day; all others mean what they say."""

    techniques: dict[int, dict[str, Any]] = field(default_factory=dict)
    regions: dict[int, dict[str, Any]] = field(default_factory=dict)

    def code(self, technique: Technique) -> str:
        return self.techniques.get(technique.pk, {}).get("code", technique.code)

    def buckets(self, region: BodyRegion) -> tuple[str, ...]:
        own = self.regions.get(region.pk, {}).get("buckets")
        return tuple(own.split("+")) if own else tuple(region.bucket_list)


def meanings_on(day: date) -> Meanings:
    """One query, however many words a visit has."""
    found = Meanings()
    rows = WordVersion.objects.filter(starts_on__lte=day).filter(
        Q(ends_on=None) | Q(ends_on__gte=day)
    )
    for technique, region, meaning in rows.values_list("technique_id", "region_id", "meaning"):
        (found.techniques if technique else found.regions)[technique or region] = meaning
    return found
