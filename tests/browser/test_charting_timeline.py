"""The timeline: by mouse, by finger, by keys, and by taps alone."""

import pytest
from playwright.sync_api import expect

from tests.browser.charts import bar, make_chart, open_chart, saved

MINUTE_PX = """(() => {
  const line = document.querySelector("#timeline");
  return document.querySelector(".tl2-lane").getBoundingClientRect().width * 60 / line.span;
})()"""


@pytest.fixture
def chart(server):
    return make_chart()


@pytest.fixture
def two_blocks(chart):
    chart.add("11:00", "11:10", technique="soft_tissue_mobilization", regions=["lumbar_spine"])
    chart.add("11:15", "11:30", technique="therapeutic_exercise", regions=[])
    return chart


@pytest.fixture
def page(signed_in, two_blocks):
    return open_chart(signed_in(two_blocks.user), two_blocks)


def drag(page, locator, minutes, *, from_x=None, release=True):
    box = locator.bounding_box()
    x, y = box["x"] + (from_x if from_x is not None else box["width"] / 2), box["y"] + 20
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + minutes * page.evaluate(MINUTE_PX), y, steps=6)
    if release:
        page.mouse.up()


def test_block_is_dragged_by_whole_minutes(page, two_blocks):
    drag(page, bar(page, "Therapeutic exercise"), 7)
    saved(page)

    assert two_blocks.spans()[1] == ("therapeutic_exercise", "11:22", "11:37")


def test_right_edge_is_dragged(page, two_blocks):
    box = bar(page, "Therapeutic exercise").bounding_box()

    drag(page, bar(page, "Therapeutic exercise"), 5, from_x=box["width"] - 3)
    saved(page)

    assert two_blocks.spans()[1] == ("therapeutic_exercise", "11:15", "11:35")


def test_dragged_block_sticks_to_its_neighbor(page, two_blocks):
    drag(page, bar(page, "Therapeutic exercise"), -4)
    saved(page)

    assert two_blocks.spans()[1] == ("therapeutic_exercise", "11:10", "11:25")


def test_minutes_follow_the_drag_in_the_same_frame(page):
    block = bar(page, "Therapeutic exercise")
    box = block.bounding_box()

    drag(page, block, 5, from_x=box["width"] - 3, release=False)

    expect(block).to_contain_text("20 min")
    expect(page.locator(".lane-exercise .tl2-name").first).to_contain_text("20 min")
    page.mouse.up()


def test_escape_cancels_a_drag(page, two_blocks):
    drag(page, bar(page, "Therapeutic exercise"), 9, release=False)
    page.keyboard.press("Escape")
    page.mouse.up()
    saved(page)

    assert two_blocks.spans()[1] == ("therapeutic_exercise", "11:15", "11:30")
    expect(bar(page, "Therapeutic exercise")).to_contain_text("15 min")


def test_click_in_an_empty_lane_adds_ten_minutes(page, two_blocks):
    lane = page.locator(".tl2-lane[data-code='97140']")
    at = page.evaluate(MINUTE_PX) * 40

    lane.click(position={"x": at, "y": 10})
    saved(page)

    assert two_blocks.spans()[2] == ("soft_tissue_mobilization", "11:40", "11:50")


def test_arrows_move_and_keep_the_focus(page, two_blocks):
    block = bar(page, "Therapeutic exercise")
    block.focus()

    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")

    expect(block).to_be_focused()
    saved(page)
    expect(block).to_be_focused()
    assert two_blocks.spans()[1] == ("therapeutic_exercise", "11:22", "11:37")
    expect(page.locator("#say")).to_have_text(
        "Therapeutic exercise 11:22 to 11:37, 15 minutes. 97110 15 min."
    )


def test_handles_are_sliders_of_the_selected_block_only(page, two_blocks):
    bar(page, "Therapeutic exercise").click()
    sliders = page.get_by_role("slider")

    expect(sliders).to_have_count(2)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(sliders.nth(1)).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("PageUp")
    expect(sliders.nth(1)).to_have_attribute("aria-valuetext", "11:36 AM, block 21 minutes")
    expect(sliders.nth(1)).to_be_focused()
    saved(page)
    assert two_blocks.spans()[1] == ("therapeutic_exercise", "11:15", "11:36")


def test_home_takes_the_start_to_the_neighbor(page, two_blocks):
    bar(page, "Therapeutic exercise").click()
    page.keyboard.press("Tab")
    page.keyboard.press("Home")
    saved(page)

    assert two_blocks.spans()[1] == ("therapeutic_exercise", "11:10", "11:30")


def test_delete_removes_and_undo_brings_back(page, two_blocks):
    bar(page, "Therapeutic exercise").focus()
    page.keyboard.press("Delete")
    saved(page)
    assert len(two_blocks.spans()) == 1

    page.locator("#timeline-title").focus()
    page.keyboard.press("Control+z")
    saved(page)
    assert two_blocks.spans()[1] == ("therapeutic_exercise", "11:15", "11:30")

    page.keyboard.press("Control+Shift+z")
    saved(page)
    assert len(two_blocks.spans()) == 1


def test_ruler_sets_the_nearer_edge_without_dragging(page, two_blocks):
    bar(page, "Therapeutic exercise").click()

    page.locator(".tl2-ruler").click(position={"x": page.evaluate(MINUTE_PX) * 34, "y": 12})
    saved(page)

    assert two_blocks.spans()[1] == ("therapeutic_exercise", "11:15", "11:34")


def test_finger_drags_a_handle_of_44_px(signed_in, two_blocks):
    context = signed_in(
        two_blocks.user, viewport={"width": 820, "height": 1180}, has_touch=True, is_mobile=True
    )
    page = open_chart(context, two_blocks)
    bar(page, "Therapeutic exercise").tap()
    handle = page.locator(".tl2-handle.is-end")
    box = handle.bounding_box()
    cdp = context.new_cdp_session(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    by = page.evaluate(MINUTE_PX)

    def touch(kind, at):
        points = [] if kind == "touchEnd" else [{"x": at, "y": y}]
        cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", x)
    for step in range(1, 7):
        touch("touchMove", x + by * step)
    touch("touchEnd", 0)
    saved(page)

    assert box["width"] >= 44
    assert two_blocks.spans()[1] == ("therapeutic_exercise", "11:15", "11:36")


def test_gap_and_overlap_are_named_with_one_tap_fixes(page, two_blocks):
    fixes = page.locator("#fixes")
    expect(fixes).to_contain_text("5 min gap 11:10–11:15, not counted.")

    fixes.get_by_role("button", name="Extend Soft-tissue mobilization").click()
    saved(page)
    assert two_blocks.spans()[0] == ("soft_tissue_mobilization", "11:00", "11:15")
    expect(fixes.locator("li")).to_have_count(0)

    bar(page, "Therapeutic exercise").focus()
    page.keyboard.press("Shift+ArrowLeft")
    expect(fixes).to_contain_text("overlap 11:10–11:15")
    fixes.get_by_role("button", name="Start Therapeutic exercise at 11:15").click()
    saved(page)
    assert two_blocks.spans()[1] == ("therapeutic_exercise", "11:15", "11:25")


def test_table_does_the_same_without_dragging(page, two_blocks):
    row = page.locator("#block-rows tr").nth(1)

    row.get_by_role("button", name="End: one minute later").click()
    row.get_by_role("button", name="Start: one minute earlier").click()
    row.locator("input[data-part=end]").fill("11:40")
    saved(page)

    assert two_blocks.spans()[1] == ("therapeutic_exercise", "11:14", "11:40")
