"""What the practice's words meant on a day: a change of a word has a first day, like a rule."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from notes.models import BodyRegion, Procedure, Technique, TreatmentBlock, WordVersion

FIRST_DAY = date(2000, 1, 1)
Word = TypeVar("Word", Technique, BodyRegion)


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

    def on(self, word: Word) -> Word:
        """The word as it was meant that day: a copy, so that none of it is ever stored."""
        meaning = self._of(type(word)).get(word.pk)
        if meaning is None:
            return word
        meant = copy(word)
        for name, value in meaning.items():
            setattr(meant, name, value)
        return meant

    def offered(self, model: type[Word]) -> QuerySet[Word]:
        """The words that are in use that day; each still has to be read through `on`."""
        used = {pk: bool(meaning["active"]) for pk, meaning in self._of(model).items()}
        return model.objects.filter(
            Q(active=True) | Q(pk__in=[pk for pk, active in used.items() if active])
        ).exclude(pk__in=[pk for pk, active in used.items() if not active])

    def in_use(self, model: type[Technique | BodyRegion], pk: int, now: bool) -> bool:
        meaning = self._of(model).get(pk)
        return now if meaning is None else bool(meaning["active"])

    def read_into(
        self, blocks: Iterable[TreatmentBlock], procedures: Iterable[Procedure] = ()
    ) -> None:
        """Let charted rows say their words as they were meant that day."""
        for block in blocks:
            block.technique = self.on(block.technique)
            for row in block.block_regions.all():
                row.region = self.on(row.region)
        for procedure in procedures:
            for each in procedure.procedure_regions.all():
                each.region = self.on(each.region)

    def _of(self, model: type[Technique | BodyRegion]) -> dict[int, dict[str, Any]]:
        return self.techniques if model is Technique else self.regions


@dataclass(frozen=True, slots=True)
class Lists:
    """All words of the practice as meant on a day, for a page that shows them more than once."""

    techniques: list[Technique]
    regions: list[BodyRegion]


def lists_on(words: Meanings) -> Lists:
    return Lists(
        [words.on(row) for row in Technique.objects.all()],
        [words.on(row) for row in BodyRegion.objects.all()],
    )


def meanings_on(day: date) -> Meanings:
    """One query, however many words a visit has."""
    found = Meanings()
    rows = WordVersion.objects.filter(starts_on__lte=day).filter(
        Q(ends_on=None) | Q(ends_on__gte=day)
    )
    for technique, region, meaning in rows.values_list("technique_id", "region_id", "meaning"):
        (found.techniques if technique else found.regions)[technique or region] = meaning
    return found
