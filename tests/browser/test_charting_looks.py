"""Each state of the screen as everybody sees it: axe, themes, widths, fingers, keys, paper."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from clinic.scope import scope
from notes.models import Note
from tests.browser.charts import (
    Chart,
    bar,
    make_chart,
    open_chart,
    pill,
    refuse,
    saved,
    tile,
)
from tests.browser.conftest import SignedIn
from tests.browser.looks import drawn, faults
from tests.factories import at, make_clinician

LATER = "End: one minute later"


@pytest.fixture
def chart(server) -> Chart:
    chart = make_chart(therapists_see_all=True)
    chart.add("11:00", "11:10", technique="soft_tissue_mobilization", regions=["lumbar_spine"])
    chart.add("11:08", "11:20", technique="therapeutic_exercise", regions=[], response="")
    return chart


@pytest.fixture
def tablet(signed_in, chart) -> Page:
    context = signed_in(
        chart.user, viewport={"width": 820, "height": 1180}, has_touch=True, is_mobile=True
    )
    return open_chart(context, chart)


# --- the states -----------------------------------------------------------------------------


def as_opened(page: Page, **_) -> None:
    """Two blocks that overlap, with what is missing."""
    expect(page.locator("#charges .charges-sum")).to_be_visible()


def nothing_charted(page: Page, chart: Chart, **_) -> None:
    """Nobody began yet: what to do first, in words."""
    with scope(chart.practice):
        chart.note.blocks.all().delete()
    page.reload()
    expect(page.get_by_text("No blocks yet")).to_be_visible()


def block_selected(page: Page, **_) -> None:
    page.locator("#block-rows .t-name").first.click()


def running(page: Page, **_) -> None:
    tile(page, "Joint").click()
    saved(page)


def paused(page: Page, **_) -> None:
    tile(page, "Joint").click()
    page.wait_for_timeout(1100)  # a second of treatment
    page.get_by_role("button", name="Pause").click()
    saved(page)


def undo_offered(page: Page, **_) -> None:
    page.get_by_role("button", name="Remove").first.click()
    expect(page.locator("#undo-bar")).to_be_visible()
    saved(page)


def offline(page: Page, **_) -> None:
    page.context.set_offline(True)
    tile(page, "Joint").click()
    expect(pill(page)).to_have_attribute("data-state", "offline")


def session_ended(page: Page, **_) -> None:
    page.context.clear_cookies()
    tile(page, "Joint").click()
    expect(pill(page)).to_have_attribute("data-state", "login")


def signing_in_again(page: Page, **_) -> None:
    session_ended(page)
    pill(page).click()
    expect(page.get_by_role("dialog", name="Sign in to go on")).to_be_visible()


def server_in_trouble(page: Page, **_) -> None:
    page.route("**/ops/", lambda route: route.fulfill(status=500))
    page.get_by_role("button", name=LATER).first.click()
    expect(pill(page)).to_have_attribute("data-state", "error")


def edit_refused(page: Page, **_) -> None:
    refuse(page)


def conflict(page: Page, chart: Chart, signed_in: SignedIn) -> None:
    theirs = open_chart(signed_in(chart.user), chart)
    page.context.set_offline(True)
    page.get_by_role("button", name=LATER).first.click()
    theirs.get_by_role("button", name="Start: one minute later").first.click()
    saved(theirs)
    page.context.set_offline(False)
    expect(page.locator("#banners .decision")).to_contain_text("Somebody else changed this block")


def colleague_here(page: Page, chart: Chart, signed_in: SignedIn) -> None:
    with scope(chart.practice):
        colleague = make_clinician(first_name="Ada", last_name="Lind").user
    theirs = open_chart(signed_in(colleague), chart)
    theirs.get_by_role("button", name=LATER).first.click()
    saved(theirs)
    page.reload()
    expect(page.locator("#banners")).to_contain_text("Ada Lind is charting here too.")


def signed_meanwhile(page: Page, chart: Chart, **_) -> None:
    page.context.set_offline(True)
    page.locator("#id_plan").fill("Too late for the note.")
    page.locator("#id_plan").blur()
    with scope(chart.practice):
        Note.objects.filter(pk=chart.note.pk).update(
            status="signed", signed_at=at("11:40", chart.visit.date), signed_by=chart.user,
            imported=True, digest="0" * 64,
        )  # fmt: skip
    page.context.set_offline(False)
    expect(page.locator("#banners .decision")).to_contain_text("signed meanwhile")


def keys_shown(page: Page, **_) -> None:
    page.evaluate("document.getElementById('keys').showModal()")


def line_asks(page: Page, **_) -> None:
    page.locator("#typed-line").fill("stm neck upper trap")
    expect(page.locator("#typed-question button").first).to_be_visible()


def charges_sheet(page: Page, **_) -> None:
    page.set_viewport_size({"width": 820, "height": 900})
    page.locator("#bar-charges").click()
    expect(page.locator("#charges-side")).to_be_focused()


def service_form(page: Page, **_) -> None:
    page.get_by_text("Add an untimed service").last.click()
    expect(page.locator("#procedure-form")).to_be_visible()


STATES: list[Callable[..., None]] = [
    as_opened, nothing_charted, block_selected, running, paused, undo_offered, offline,
    session_ended, signing_in_again, server_in_trouble, edit_refused, conflict, colleague_here,
    signed_meanwhile, keys_shown, line_asks, charges_sheet, service_form,
]  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_state_has_nothing_for_axe_and_fits_in_both_themes_at_three_widths(signed_in, chart, state):
    page = open_chart(signed_in(chart.user), chart)
    state(page, chart=chart, signed_in=signed_in)

    found = faults(page)
    page.close(run_before_unload=False)

    assert found == []


# --- focus, keys, fingers, paper ------------------------------------------------------------


COVERED = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect();
  if (!box.width || e === document.body) return "";
  const x = box.left + box.width / 2, y = box.top + Math.min(box.height / 2, 20);
  const top = document.elementFromPoint(x, y);
  const over = top?.closest(".chart-bar, .site-head, .undo-bar, .editor.is-editing, .is-open");
  return over && !over.contains(e) ? e.outerHTML.slice(0, 80) : "";
}"""


def covered(page: Page, presses: int) -> list[str]:
    """What Tab came to and could not be seen for a bar or a sheet above it."""
    found = []
    for _ in range(presses):
        page.keyboard.press("Tab")
        found += filter(None, [page.evaluate(COVERED)])
    return found


def test_focus_is_never_hidden_behind_the_bars(signed_in, chart):
    page = open_chart(signed_in(chart.user, viewport={"width": 820, "height": 700}), chart)

    assert covered(page, 90) == []


def test_focus_is_never_hidden_behind_a_sheet(signed_in, chart):
    page = open_chart(signed_in(chart.user, viewport={"width": 820, "height": 900}), chart)
    page.locator("#block-rows .t-name").first.click()
    drawn(page)

    assert covered(page, 60) == []


def test_whole_block_by_keyboard_alone(signed_in, chart):
    page = open_chart(signed_in(chart.user), chart)
    page.locator("#timeline-title").focus()
    page.keyboard.press("/")
    page.keyboard.type("10 min mfr neck")
    expect(page.locator("#typed-chips")).to_contain_text("Cervical spine")
    page.keyboard.press("Enter")
    saved(page)

    assert chart.spans()[2] == ("myofascial_release", "11:20", "11:30")


def tab_to(page: Page, name: str) -> None:
    """Only the Tab key, as somebody without a mouse."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent + document.activeElement.name").find(
            name
        ) >= 0 and page.evaluate("document.activeElement !== document.body"):
            return
    raise AssertionError(f"Tab never came to {name}")


def test_whole_note_by_keyboard_alone(signed_in):
    """From the empty chart to the signed note; no pointer is used."""
    chart = make_chart()
    page = open_chart(signed_in(chart.user), chart)
    page.locator("#timeline-title").focus()
    page.keyboard.press("/")
    for line in ("10 min mfr neck less guarding", "15 min te"):
        page.keyboard.type(line)
        expect(page.locator("#typed-chips li").first).to_contain_text(line[:6])
        page.keyboard.press("Enter")
        expect(page.locator("#typed-line")).to_have_value("")
    expect(page.locator("#block-rows tr")).to_have_count(2)
    saved(page)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/sign/")
    tab_to(page, "agree")
    page.keyboard.press("Space")
    tab_to(page, "Sign note and charges")
    page.keyboard.press("Enter")
    page.wait_for_url("**/note/")

    assert chart.fresh().is_signed
    assert [span[1:] for span in chart.spans()] == [("11:00", "11:10"), ("11:10", "11:25")]


def test_screen_reader_is_told_in_one_polite_place(signed_in, chart):
    page = open_chart(signed_in(chart.user), chart)
    said = page.locator("#say")

    assert page.locator("#charting [aria-live], #charting [role=status]").count() == 0
    expect(said).to_have_attribute("aria-live", "polite")
    bar(page, "Therapeutic exercise").focus()
    page.keyboard.press("ArrowRight")
    expect(said).to_have_text("Therapeutic exercise 11:09 to 11:21, 12 minutes. 97110 12 min.")


@pytest.mark.parametrize("width", [320, 1440])
def test_table_stands_in_for_the_timeline_on_a_phone(signed_in, chart, width):
    page = open_chart(signed_in(chart.user, viewport={"width": width, "height": 800}), chart)

    assert page.locator("handline-timeline").is_visible() == (width == 1440)
    assert page.locator("#block-rows .stepper").first.is_visible()


SMALL = """() => [...document.querySelectorAll(
  "#live button, #favourites button, .chart-bar .btn, .bar-sum, .stepper button, .chip-button, " +
  "#save-pill, .editor .panel-head .btn, .sheet-head .btn, .tl2-handle"
)].filter((e) => e.offsetParent && e.getBoundingClientRect().height < 44)
  .map((e) => `${e.textContent.trim()} ${e.getBoundingClientRect().height}`)"""


def test_targets_are_44_px_under_a_finger(tablet):
    tile(tablet, "Joint").tap()
    saved(tablet)
    assert tablet.evaluate(SMALL) == []

    tablet.locator("#block-rows .t-name").first.tap()
    expect(tablet.locator("#add-block")).to_have_text("Change the block")
    assert tablet.evaluate(SMALL) == []


def test_blocks_form_comes_up_as_a_sheet_and_leaves_the_block_in_sight(tablet, chart):
    tablet.locator("#block-rows .t-name").nth(1).tap()
    form = tablet.locator(".editor.is-editing")
    expect(form).to_be_in_viewport()
    drawn(tablet)

    sheet = form.bounding_box()
    block = bar(tablet, "Therapeutic exercise").bounding_box()
    assert round(sheet["y"] + sheet["height"]) == 1180
    assert sheet["height"] <= 0.57 * 1180
    assert 64 <= block["y"] <= sheet["y"] - block["height"]
    tablet.locator("#id_response").fill("Two cues.")
    tablet.get_by_role("button", name="Done").tap()
    expect(form).to_have_count(0)
    saved(tablet)

    assert chart.blocks()[1].response == "Two cues."


def test_charges_come_up_as_a_sheet_and_lead_to_the_field(tablet, chart):
    chart.add("11:20", "11:30", response="")
    tablet.reload()
    opener = tablet.locator("#bar-charges")
    expect(opener).to_have_attribute("aria-expanded", "false")
    opener.tap()
    side = tablet.locator("#charges-side")
    expect(side).to_be_in_viewport()
    expect(opener).to_have_attribute("aria-expanded", "true")
    tablet.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(opener).to_have_attribute("aria-expanded", "false")

    opener.tap()
    side.get_by_role("link", name="Go to the field").first.tap()

    expect(opener).to_have_attribute("aria-expanded", "false")
    expect(tablet.locator(".editor.is-editing")).to_be_in_viewport()


def test_second_next_block_is_there_only_while_the_clock_is_out_of_sight(tablet):
    expect(tablet.locator("#bar-next")).to_be_hidden()

    tablet.locator("#text-form").scroll_into_view_if_needed()

    expect(tablet.locator("#bar-next")).to_be_visible()


def test_tiles_stand_left_of_the_timeline_on_a_tablet_held_wide(signed_in, chart):
    context = signed_in(chart.user, viewport={"width": 1180, "height": 820}, has_touch=True)
    page = open_chart(context, chart)

    tiles, line = (
        page.locator("#favourites").bounding_box(),
        page.locator("#timeline").bounding_box(),
    )
    assert tiles["x"] + tiles["width"] <= line["x"]


def test_nothing_moves_where_the_device_asks_for_it(signed_in, chart):
    page = open_chart(signed_in(chart.user, reduced_motion="reduce"), chart)
    tile(page, "Joint").click()

    assert page.evaluate("document.getAnimations().length") == 0


def test_forced_colors_keep_the_selected_block_apart(signed_in, chart):
    page = open_chart(signed_in(chart.user, forced_colors="active"), chart)
    bar(page, "Soft-tissue").click()
    expect(bar(page, "Soft-tissue")).to_have_attribute("aria-pressed", "true")

    styles = page.evaluate("""() => [...document.querySelectorAll(".tl2-block")].map(
      (e) => getComputedStyle(e).borderStyle + getComputedStyle(e).outlineStyle)""")
    assert len(set(styles)) == 2
    assert all("none" not in style[:4] for style in styles)


def test_print_shows_blocks_without_controls(signed_in, chart):
    page = open_chart(signed_in(chart.user), chart)
    page.emulate_media(media="print")

    assert page.locator("#block-rows tr").first.is_visible()
    for control in ("#live", "#save-pill", "#favourites", "#block-form", "#undo"):
        assert not page.locator(control).is_visible()
