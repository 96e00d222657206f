"""The screen adds up minutes; units and modifiers are only ever what the server said last."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.charts import Chart, make_chart, open_chart, ready, saved

SCRIPTS = Path(__file__).resolve().parents[2] / "static/js"
CHARGES = "**/charges/"
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", re.DOTALL)
STRING = re.compile(r'"[^"]*"')
# 8, 23, 38, 53 minutes: as such, as seconds, or as a product.
THRESHOLD = re.compile(
    r"\b(?:480|1380|2280|3180|(?:8|23|38|53)\s*(?:\*\s*(?:60|ONE|MINUTE)|min))\b"
    r"|(?:60|ONE|MINUTE)\s*\*\s*(?:8|23|38|53)\b|[<>]=?\s*(?:8|23|38|53)\b"
)


@pytest.fixture
def chart(server) -> Chart:
    chart = make_chart()
    chart.add("11:00", "11:10", technique="therapeutic_exercise", regions=[])
    return chart


def lengthen_to(page: Page, end: str) -> None:
    page.locator("#block-rows input[data-part=end]").fill(end)
    saved(page)


def test_panel_shows_the_servers_units_whatever_they_are(signed_in, chart):
    answers = []

    def with_other_units(route: Route) -> None:
        html = route.fetch().text()
        changed, count = re.subn(r'(class="charges-sum"><b>)\d+', r"\g<1>77", html)
        assert count == 1
        answers.append(changed)
        route.fulfill(body=changed, content_type="text/html")

    page = signed_in(chart.user).new_page()
    page.route(CHARGES, with_other_units)
    page.goto(chart.path)
    ready(page)
    units = page.locator("#charges .charges-sum > b")
    expect(units).to_have_text("77")
    asked = len(answers)

    with page.expect_response(CHARGES):
        lengthen_to(page, "11:50")

    assert len(answers) > asked
    expect(page.locator("#bar-minutes")).to_have_text("50")
    expect(units).to_have_text("77")
    expect(page.locator("#bar-units")).to_have_text("77")


def test_units_stay_as_of_then_while_the_server_holds_them_back(signed_in, chart):
    page = open_chart(signed_in(chart.user), chart)
    units = page.locator("#charges .charges-sum > b")
    expect(units).to_have_text("1")
    page.route(CHARGES, lambda route: route.abort())

    lengthen_to(page, "12:00")

    expect(page.locator("#charges-as-of")).to_contain_text("As of")
    expect(page.locator("#charges")).to_have_class("stale")
    expect(page.locator("#bar-minutes")).to_have_text("60")
    expect(units).to_have_text("1")
    expect(page.locator("#bar-units")).to_have_text("1")

    page.unroute(CHARGES)
    lengthen_to(page, "11:55")
    expect(units).to_have_text("4")
    expect(page.locator("#charges-as-of")).to_be_hidden()


def code_of(path: Path) -> str:
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


def test_no_script_knows_when_a_unit_is_earned():
    scripts = sorted(SCRIPTS.rglob("*.js"))
    assert len(scripts) > 20

    thresholds = {
        path.name: found for path in scripts if (found := THRESHOLD.findall(code_of(path)))
    }
    units = {
        (path.name, line.strip())
        for path in (SCRIPTS / "chart.js", *(SCRIPTS / "chart").glob("*.js"))
        for line in code_of(path).splitlines()
        if re.search(r"\bunits?\b", line)
    }

    assert thresholds == {}
    assert {name for name, _ in units} == {"panel.js"}
    # read from the server's fragment, written to the bar: no arithmetic in between
    assert not [line for _, line in units if re.search(r"\bunits\s*[-+*/<>]", STRING.sub("", line))]
    assert [line for _, line in units if ".charges-sum > b" in line] != []
