"""The vocabulary every practice starts with: techniques and body regions."""

import csv
from collections.abc import Iterator
from pathlib import Path

from notes.models import BodyRegion, Technique

_HOME = Path(__file__).parent / "reference"


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_HOME / name).open(encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle)


def seed_vocabulary() -> None:
    """Give the practice in scope the rows it lacks; what an admin changed stays."""
    known = set(Technique.objects.values_list("key", flat=True))
    Technique.objects.bulk_create(
        Technique(
            key=row["key"],
            label=row["label"],
            code=row["code"],
            lane=row["lane"],
            needs_region=row["needs_region"] == "yes",
            uses_grade=row["uses_grade"] == "yes",
        )
        for row in _rows("techniques.csv")
        if row["key"] not in known
    )
    known = set(BodyRegion.objects.values_list("key", flat=True))
    BodyRegion.objects.bulk_create(
        BodyRegion(
            key=row["key"],
            label=row["label"],
            buckets=row["buckets"],
            needs_side=row["needs_side"] == "yes",
        )
        for row in _rows("regions.csv")
        if row["key"] not in known
    )
