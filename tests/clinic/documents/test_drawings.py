"""The timeline and the body figure."""

import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest

from clinic.documents import body, timeline
from clinic.documents.parts import Region
from clinic.documents.timeline import Piece, stretches
from tests.clinic.documents import samples as s

REGIONS = Path(__file__).parents[3] / "billing" / "reference" / "regions.csv"
BUCKETS = (
    "head", "cervical", "thoracic", "lumbar", "sacral", "pelvic", "rib_cage", "abdomen",
    "upper_extremity", "lower_extremity",
)  # fmt: skip


def test_rail_shows_gaps_and_overlaps():
    pieces = [Piece("a", "1", 0, 10), Piece("b", "2", 8, 15), Piece("a", "3", 20, 25)]

    assert stretches(pieces) == [(0, 8, 1), (8, 10, 2), (10, 15, 1), (15, 20, 0), (20, 25, 1)]


def test_timeline_says_in_words_what_it_draws():
    pieces = timeline.pieces_of(s.blocks(2), s.DRAFT.procedures)

    assert timeline.in_words(pieces) == (
        "Treatment timeline from 08:00 to 09:05: 97140 block 1 08:00–08:08; "
        "97140 block 2 08:08–08:14; 97161 untimed 08:57–09:05."
    )


@pytest.mark.parametrize(("minutes", "end"), [(7, 547), (None, 541)])
def test_untimed_service_without_end_is_still_drawn(minutes, end):
    procedure = replace(s.DRAFT.procedures[0], start=s.at(540), end=None, minutes=minutes)

    assert timeline.pieces_of((), (procedure,)) == [Piece("97161", "", 540, end)]


def test_timeline_of_nothing_is_nothing():
    assert timeline.drawing((), (), 180) == ""


@pytest.mark.parametrize("count", [1, 8, 60])
def test_timeline_stays_inside_its_width(count):
    drawing = timeline.drawing(s.blocks(count), (), 183)

    xs = [float(x) for x in re.findall(r"M(\d+\.\d+) ", drawing)]
    assert xs
    assert max(xs) <= 183


def test_every_lane_has_its_own_pattern():
    looks = {(color, pattern) for color, pattern in timeline.LOOKS}
    patterns = [pattern for _, pattern in timeline.LOOKS]

    assert len(looks) == len(set(patterns)) == 7


def test_every_region_of_the_vocabulary_is_drawn():
    with REGIONS.open() as rows:
        regions = [
            Region(row["key"], row["label"], "left", tuple(row["buckets"].split("+")))
            for row in csv.DictReader(rows)
        ]

    assert [region.key for region in regions if not body.paths_of(region)] == []


@pytest.mark.parametrize("bucket", BUCKETS)
def test_unknown_region_falls_back_on_its_buckets(bucket):
    assert body.paths_of(Region("something_new", "New", "", (bucket,))) != []


def test_left_is_the_patients_left_on_both_views():
    def middle(key: str) -> float:
        (path,) = body.paths_of(Region(key, key, "left"))
        xs = [float(x) for x in re.findall(r"[MC ](\d+\.\d) \d", path)]
        return (min(xs) + max(xs)) / 2

    assert middle("shoulder") > body.CENTER["front"]
    assert middle("scapular") < body.CENTER["back"]


def test_bilateral_region_is_drawn_on_both_sides():
    assert len(body.paths_of(Region("knee", "Knee", "bilateral"))) == 2
