"""Each state of the screen: nothing for axe to find, nothing wider than the window, bad input."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from clinic.scope import scope
from notes.models import BodyRegion
from tests.browser.charts import (
    Chart,
    bar,
    make_chart,
    open_chart,
    pill,
    ready,
    saved,
    tile,
    until,
    waiting,
)
from tests.browser.conftest import violations
from tests.factories import at, make_episode, make_note, make_visit

WIDTHS = [(320, 800), (820, 1180), (1440, 900)]


@pytest.fixture
def chart(server) -> Chart:
    chart = make_chart()
    chart.add("11:00", "11:10", technique="soft_tissue_mobilization", regions=["lumbar_spine"])
    chart.add("11:08", "11:20", technique="therapeutic_exercise", regions=[], response="")
    return chart


def empty(page: Page) -> None:
    """A chart as it is opened."""


def selected(page: Page) -> None:
    page.locator("#block-rows .t-name").first.click()


def running(page: Page) -> None:
    tile(page, "Joint").click()
    saved(page)


def paused(page: Page) -> None:
    tile(page, "Joint").click()
    page.wait_for_timeout(1100)
    page.get_by_role("button", name="Pause").click()
    saved(page)


def offline(page: Page) -> None:
    page.context.set_offline(True)
    tile(page, "Joint").click()
    expect(pill(page)).to_have_attribute("data-state", "offline")


def sign_in_needed(page: Page) -> None:
    page.context.clear_cookies()
    tile(page, "Joint").click()
    expect(pill(page)).to_have_attribute("data-state", "login")
    pill(page).click()


def keys(page: Page) -> None:
    page.evaluate("document.getElementById('keys').showModal()")


def asking(page: Page) -> None:
    page.locator("#typed-line").fill("stm neck upper trap")
    expect(page.locator("#typed-question button").first).to_be_visible()


def refused(page: Page) -> None:
    page.route(
        "**/ops/",
        lambda route: route.fulfill(status=422, json={"error": "Give the minutes."}),
    )
    page.get_by_role("button", name="End: one minute later").first.click()
    expect(page.locator("#banners .decision")).to_be_visible()


STATES = [empty, selected, running, paused, offline, sign_in_needed, keys, asking, refused]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_state_has_nothing_for_axe_and_fits(signed_in, chart, state, theme):
    found = {}
    for width, height in WIDTHS:
        context = signed_in(
            chart.user, viewport={"width": width, "height": height}, color_scheme=theme
        )
        page = open_chart(context, chart)
        state(page)
        page.wait_for_timeout(250)
        found[width] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.close(run_before_unload=False)

    assert found == {width: [] for width, _ in WIDTHS}


def test_focus_is_never_hidden_behind_the_bars(signed_in, chart):
    page = open_chart(signed_in(chart.user, viewport={"width": 820, "height": 700}), chart)
    hidden = []

    for _ in range(90):
        page.keyboard.press("Tab")
        covered = page.evaluate("""() => {
          const e = document.activeElement, box = e.getBoundingClientRect();
          if (!box.width || e === document.body) return "";
          const x = box.left + box.width / 2, y = box.top + Math.min(box.height / 2, 20);
          const top = document.elementFromPoint(x, y);
          const over = top?.closest(".chart-bar, .site-head, .undo-bar");
          return over && !over.contains(e) ? e.outerHTML.slice(0, 80) : "";
        }""")
        if covered:
            hidden.append(covered)

    assert hidden == []


def test_whole_block_by_keyboard_alone(signed_in, chart):
    page = open_chart(signed_in(chart.user), chart)
    page.locator("#timeline-title").focus()
    page.keyboard.press("/")
    page.keyboard.type("10 min mfr neck")
    page.wait_for_timeout(500)
    page.keyboard.press("Enter")
    saved(page)

    assert chart.spans()[2] == ("myofascial_release", "11:20", "11:30")


@pytest.mark.parametrize("width", [320, 1440])
def test_table_stands_in_for_the_timeline_on_a_phone(signed_in, chart, width):
    page = open_chart(signed_in(chart.user, viewport={"width": width, "height": 800}), chart)

    assert page.locator("handline-timeline").is_visible() == (width == 1440)
    assert page.locator("#block-rows .stepper").first.is_visible()


def test_targets_are_44_px_under_a_finger(signed_in, chart):
    context = signed_in(
        chart.user, viewport={"width": 820, "height": 1180}, has_touch=True, is_mobile=True
    )
    page = open_chart(context, chart)
    tile(page, "Joint").tap()
    page.wait_for_timeout(300)

    small = page.evaluate("""() => [...document.querySelectorAll(
      "#live button, #favourites button, .chart-bar .btn, .stepper button, .chip-button, #save-pill"
    )].filter((e) => e.offsetParent && e.getBoundingClientRect().height < 44)
      .map((e) => e.textContent.trim() + " " + e.getBoundingClientRect().height)""")

    assert small == []


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


def test_body_map_and_list_are_the_same_data(signed_in, chart):
    page = open_chart(signed_in(chart.user), chart)
    page.locator("#body-map [data-region='si_joint'][data-side='left']").first.click()

    box = page.get_by_role("checkbox", name="Sacroiliac joint").first
    expect(box).to_be_checked()
    expect(page.locator("#id_side input[value=left]")).to_be_checked()
    expect(page.locator("#region-chips")).to_contain_text("Sacroiliac joint (left)")
    box.uncheck()
    expect(page.locator("#body-map .is-on")).to_have_count(0)
    expect(page.locator("#body-map")).to_have_attribute("aria-hidden", "true")


# --- bad input ------------------------------------------------------------------------------


def test_pasted_megabyte_is_kept_and_explained(signed_in, chart):
    page = open_chart(signed_in(chart.user), chart)
    saved(page)
    text = "pain " * 209_715

    page.locator("#id_plan").fill(text)
    page.locator("#id_plan").blur()
    expect(page.locator("#problem-plan")).to_contain_text("Keep a section under 20,000 characters")
    until(lambda: page.evaluate(
        "document.querySelector('#charting').charting.outbox.pending.some((e) => e.seq)"
    ))  # fmt: skip
    page.reload()
    ready(page)
    until(lambda: len(page.locator("#id_plan").input_value()) == len(text))
    assert chart.fresh().plan == "Continue twice a week."

    page.locator("#id_plan").fill("Shorter.")
    page.locator("#id_plan").blur()
    saved(page)
    assert chart.fresh().plan == "Shorter."


@pytest.mark.parametrize(
    "text",
    ["🙂🦴 müde", "שלום עולם", "<script>alert(1)</script>", "a\u0000b".replace("\0", "\ufffd")],
)
def test_text_of_any_kind_is_shown_as_text(signed_in, chart, text):
    page = open_chart(signed_in(chart.user), chart)
    page.locator("#block-rows .t-name").first.click()
    page.locator("#id_response").fill(text)
    page.locator("#id_subjective").fill(text)
    page.locator("#id_subjective").blur()
    saved(page)

    assert chart.blocks()[0].response == text
    assert chart.fresh().subjective == text
    expect(page.locator("#block-rows tr").first).to_contain_text(text)
    assert page.locator("#block-rows script").count() == 0


def test_clock_wrong_by_an_hour_charts_the_servers_time(signed_in, chart):
    context = signed_in(chart.user)
    page = context.new_page()
    page.add_init_script("const real = Date.now.bind(Date); Date.now = () => real() + 3600 * 1000;")
    page.goto(chart.path)
    ready(page)
    expect(page.locator("#banners")).to_contain_text("This device's clock is 60 minutes ahead")

    tile(page, "Joint").click()
    saved(page)

    with scope(chart.practice):
        live = chart.fresh().live
        assert abs((live.started_at - chart_now()).total_seconds()) < 60


def chart_now():
    from django.utils import timezone  # noqa: PLC0415 read when asked

    return timezone.now()


def visit_on(day: date, clock: str) -> Chart:
    chart = make_chart(timezone="America/New_York")
    with scope(chart.practice):
        episode = make_episode(clinician=chart.user.clinician)
        visit = make_visit(episode=episode, date=day, starts_at=at(clock, day))
        return Chart(chart.practice, chart.user, visit, make_note(visit))


def test_block_over_midnight_is_charted(signed_in, server):
    chart = visit_on(date(2026, 3, 2), "23:30")
    page = open_chart(signed_in(chart.user), chart)

    page.locator("#id_technique").select_option(label="Therapeutic exercise")
    page.locator("#id_start").fill("23:50")
    page.locator("#id_minutes").fill("25")
    page.get_by_role("button", name="Add block").click()
    saved(page)

    (block,) = chart.blocks()
    assert chart.spans() == [("therapeutic_exercise", "23:50", "00:15")]
    assert block.ends_at - block.starts_at == timedelta(minutes=25)


def test_night_of_the_clock_change_refuses_the_hour_that_is_skipped(signed_in, server):
    chart = visit_on(date(2026, 3, 8), "01:30")
    page = open_chart(signed_in(chart.user), chart)
    page.locator("#id_technique").select_option(label="Therapeutic exercise")
    page.locator("#id_start").fill("02:30")
    page.locator("#id_minutes").fill("10")
    page.get_by_role("button", name="Add block").click()
    expect(page.locator("#block-problem")).to_have_text(
        "Give a start time that exists on this day."
    )

    page.locator("#id_start").fill("01:50")
    page.locator("#id_minutes").fill("20")
    page.get_by_role("button", name="Add block").click()
    saved(page)

    (block,) = chart.blocks()
    assert chart.spans() == [("therapeutic_exercise", "01:50", "03:10")]
    assert block.minutes == 20


def test_sixty_blocks_are_drawn_and_one_is_moved(signed_in, server):
    chart = visit_on(date(2026, 3, 2), "09:00")
    for number in range(60):
        minute = 9 * 60 + 3 * number
        chart.add(f"{minute // 60:02}:{minute % 60:02}",
                  f"{(minute + 3) // 60:02}:{(minute + 3) % 60:02}",
                  technique="therapeutic_exercise", regions=[])  # fmt: skip
    page = open_chart(signed_in(chart.user), chart)

    expect(page.locator(".tl2-block")).to_have_count(60)
    expect(page.locator("#block-rows tr")).to_have_count(60)
    page.locator("#block-rows tr").last.get_by_role("button", name="End: one minute later").click()
    saved(page)
    assert chart.spans()[-1][2] == "12:01"


def test_region_retired_meanwhile_is_kept_and_marked(signed_in, chart):
    page = open_chart(signed_in(chart.user), chart)
    with scope(chart.practice):
        BodyRegion.objects.filter(key="cervical_spine").update(active=False)

    tile(page, "Joint").click()
    page.wait_for_timeout(1100)
    page.get_by_role("button", name="Stop").click()
    saved(page)
    page.reload()
    ready(page)

    with scope(chart.practice):
        assert [r.key for r in chart.blocks()[-1].regions.all()] == ["cervical_spine"]
    expect(page.locator("#block-rows")).to_contain_text("Cervical spine (retired)")


def test_chart_works_without_scripts(signed_in, chart):
    page = signed_in(chart.user, java_script_enabled=False).new_page()
    page.goto(chart.path)
    page.locator("#id_technique").select_option(label="Therapeutic exercise")
    page.locator("#id_start").fill("11:30")
    page.locator("#id_minutes").fill("12")
    page.get_by_role("button", name="Add block").click()

    assert chart.spans()[2] == ("therapeutic_exercise", "11:30", "11:42")
    expect(page.locator("#block-table")).to_contain_text("11:30–11:42")


def test_edits_wait_for_nobody_else(signed_in, chart):
    page = open_chart(signed_in(chart.user), chart)
    refused(page)
    page.unroute("**/ops/")

    page.locator("#id_plan").fill("Goes on.")
    page.locator("#id_plan").blur()
    until(lambda: waiting(page) == 0)

    assert chart.fresh().plan == "Goes on."
    page.get_by_role("button", name="Leave it out").click()
    saved(page)
