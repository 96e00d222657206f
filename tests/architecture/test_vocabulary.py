"""The chart's words and the engine's are the same words: two files, one meaning."""

import csv

from notes.enums import Lane
from notes.models.vocabulary import BUCKETS
from tests.architecture.tree import ROOT


def table(app: str, name: str, *columns: str) -> list[tuple[str, ...]]:
    with (ROOT / app / "reference" / name).open(encoding="utf-8", newline="") as handle:
        return [tuple(row[column] for column in columns) for row in csv.DictReader(handle)]


def test_regions_of_chart_and_engine_agree():
    columns = ("key", "label", "buckets", "needs_side", "spanning")

    assert table("notes", "regions.csv", *columns) == table("billing", "regions.csv", *columns)


def test_techniques_of_chart_and_engine_agree():
    columns = ("key", "label", "code")

    assert table("notes", "techniques.csv", *columns) == table(
        "billing", "techniques.csv", *columns
    )


def test_keys_are_given_once():
    for name in ("regions.csv", "techniques.csv"):
        keys = table("notes", name, "key")

        assert len(set(keys)) == len(keys)


def test_regions_count_into_known_buckets():
    named = {bucket for (b,) in table("notes", "regions.csv", "buckets") for bucket in b.split("+")}

    assert named == set(BUCKETS)


def test_techniques_lie_in_known_lanes():
    named = {lane for (lane,) in table("notes", "techniques.csv", "lane")}

    assert named <= set(Lane.values)
