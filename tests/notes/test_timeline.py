import pytest

from notes.models import Note, Visit
from notes.queries import blocks_of
from notes.timeline import HEAD, RAIL, ROW, timeline_of
from tests.factories import make_block, make_note


@pytest.fixture
def note(in_practice) -> Note:
    return make_note()


def drawn(note: Note) -> dict | None:
    return timeline_of(Visit.objects.get(pk=note.visit_id), list(blocks_of(note)))


def test_nothing_charted_draws_nothing(note):
    assert drawn(note) is None


def test_scale_runs_from_quarter_hour_to_quarter_hour(note):
    make_block(note, "09:05", "09:35")

    picture = drawn(note)

    # 09:00 to 09:45: 45 minutes
    [box] = picture["blocks"]
    assert (box["x"], box["width"]) == (11.111, 66.667)
    assert [(tick["x"], tick["label"]) for tick in picture["ticks"] if tick["label"]] == [
        (0.0, "9:00"), (33.333, "9:15"), (66.667, "9:30"), (100.0, "9:45"),
    ]  # fmt: skip
    assert len(picture["ticks"]) == 10


def test_short_visit_is_drawn_over_half_an_hour(note):
    make_block(note, "09:00", "09:06")

    [box] = drawn(note)["blocks"]

    assert (box["x"], box["width"]) == (0.0, 20.0)


def test_long_visit_has_a_tick_each_quarter_hour(note):
    make_block(note, "09:00", "11:30")

    assert len(drawn(note)["ticks"]) == 11


def test_each_code_has_one_lane_with_its_minutes(note):
    make_block(note, "09:00", "09:10", technique="joint_mobilization")
    make_block(note, "09:10", "09:22", technique="therapeutic_exercise", regions=())
    make_block(note, "09:22", "09:30", technique="myofascial_release")
    make_block(note, "09:30", "09:35", technique="rest", regions=())

    picture = drawn(note)

    lanes = [(lane["code"], lane["lane"], lane["minutes"], lane["y"]) for lane in picture["lanes"]]
    assert lanes == [
        ("97140", "manual", 18, HEAD), ("97110", "exercise", 12, HEAD + ROW),
        ("", "untimed", 5, HEAD + 2 * ROW),
    ]  # fmt: skip
    assert [box["y"] for box in picture["blocks"]] == [
        HEAD + 6, HEAD + ROW + 6, HEAD + 6, HEAD + 2 * ROW + 6,
    ]  # fmt: skip
    assert picture["lanes"][2]["name"] == "Not billed"
    assert (picture["rail_y"], picture["height"]) == (HEAD + 3 * ROW, HEAD + 3 * ROW + RAIL)


def test_gap_between_blocks_is_measured(note):
    make_block(note, "09:00", "09:15")
    make_block(note, "09:30", "10:00")

    [gap] = drawn(note)["gaps"]

    assert (gap["x"], gap["width"], gap["middle"], gap["minutes"]) == (25.0, 25.0, 37.5, 15)
    assert drawn(note)["overlaps"] == []


def test_overlap_is_measured_and_both_blocks_are_marked(note):
    first = make_block(note, "09:00", "09:20")
    second = make_block(note, "09:15", "09:25")
    make_block(note, "09:25", "09:30")

    picture = drawn(note)

    [overlap] = picture["overlaps"]
    assert (overlap["minutes"], overlap["between"]) == (5, (first.pk, second.pk))
    assert [box["clash"] for box in picture["blocks"]] == [True, True, False]
    assert picture["gaps"] == []


def test_block_inside_another_makes_no_gap_after_it(note):
    make_block(note, "09:00", "09:30")
    make_block(note, "09:05", "09:10")
    make_block(note, "09:30", "09:40")

    picture = drawn(note)

    assert [overlap["minutes"] for overlap in picture["overlaps"]] == [5]
    assert picture["gaps"] == []


def test_box_says_its_time_minutes_and_region(note):
    block = make_block(note, "09:05", "09:20", regions=("cervical_spine", "thoracic_spine"))

    [box] = drawn(note)["blocks"]

    assert box["name"] == "Joint mobilization"
    assert box["detail"] == "15 min · Cervical spine, Thoracic spine"
    assert box["says"] == "09:05 to 09:20, 15 minutes, Cervical spine, Thoracic spine"
    assert box["href"] == f"#block-{block.public_id}"
