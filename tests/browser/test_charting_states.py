"""What may be typed and when: bad input, odd clocks and nights, words retired meanwhile."""

from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clinic.scope import scope
from notes.models import BodyRegion
from tests.browser.charts import (
    Chart,
    make_chart,
    open_chart,
    ready,
    refuse,
    saved,
    tile,
    until,
    waiting,
)
from tests.factories import at, make_episode, make_note, make_procedure, make_visit


@pytest.fixture
def chart(server) -> Chart:
    chart = make_chart()
    chart.add("11:00", "11:10", technique="soft_tissue_mobilization", regions=["lumbar_spine"])
    chart.add("11:08", "11:20", technique="therapeutic_exercise", regions=[], response="")
    return chart


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
        assert abs((live.started_at - timezone.now()).total_seconds()) < 60


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


def test_night_with_an_hour_twice_counts_the_minutes_that_passed(signed_in, server):
    chart = visit_on(date(2026, 11, 1), "00:30")
    page = open_chart(signed_in(chart.user), chart)
    page.locator("#id_technique").select_option(label="Therapeutic exercise")
    page.locator("#id_start").fill("00:50")
    page.locator("#id_minutes").fill("100")
    page.get_by_role("button", name="Add block").click()
    expect(page.locator("#block-rows tr")).to_have_count(1)
    saved(page)

    (block,) = chart.blocks()
    assert chart.spans() == [("therapeutic_exercise", "00:50", "01:30")]
    assert block.minutes == 100


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

    expect(page.locator("#block-table")).to_contain_text("11:30–11:42")
    assert chart.spans()[2] == ("therapeutic_exercise", "11:30", "11:42")


def test_adjustment_shows_the_code_that_its_regions_come_to(signed_in, chart):
    with scope(chart.practice):
        make_procedure(chart.note, "CMT", regions=["cervical_spine", "thoracic_spine"])
    page = open_chart(signed_in(chart.user), chart)
    expect(page.locator("#procedure-rows th")).to_have_text("98940")

    page.get_by_role("button", name="Edit 98940").click()
    form = page.locator("#procedure-form")
    expect(form.locator("#id_procedure-code")).to_have_value("CMT")
    form.get_by_label("Lumbar spine").check()
    form.get_by_role("button", name="Save service").click()
    saved(page)

    expect(page.locator("#procedure-rows th")).to_have_text("98941")


def test_number_beside_the_worklist_is_there_without_htmx(signed_in, chart):
    page = open_chart(signed_in(chart.user), chart)
    badge = page.locator(".work-badge")
    late = page.context.request.get("/billing/worklist/count/").text()

    assert page.evaluate("window.htmx === undefined")
    expect(badge).to_have_text(late.split("<")[0] + " late")


PLAIN = Path(__file__).resolve().parents[2] / "static"


def test_plain_modules_work_as_the_joined_ones_do(signed_in, chart, settings):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    page = signed_in(chart.user).new_page()
    asked = []

    def serve(route):
        asked.append(urlsplit(route.request.url).path)
        route.fulfill(path=PLAIN / asked[-1].removeprefix("/static/"))

    page.route("**/static/**", serve)
    page.goto(chart.path)
    ready(page)
    page.get_by_role("button", name="End: one minute later").first.click()
    saved(page)

    assert chart.spans()[0][2] == "11:11"
    modules = {f"/static/js/chart/{path.name}" for path in (PLAIN / "js/chart").iterdir()}
    assert modules <= set(asked)


def test_edits_wait_for_nobody_else(signed_in, chart):
    page = open_chart(signed_in(chart.user), chart)
    refuse(page)
    page.unroute("**/ops/")

    page.locator("#id_plan").fill("Goes on.")
    page.locator("#id_plan").blur()
    until(lambda: waiting(page) == 0)

    assert chart.fresh().plan == "Goes on."
    page.get_by_role("button", name="Leave it out").click()
    saved(page)
