"""The payer settings in a real browser, as admin."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from billing.models import PolicyCase
from clinic.enums import Role
from clinic.models import Payer
from clinic.scope import scope
from tests.billing.making import make_policy
from tests.browser.looks import faults
from tests.browser.payer_desk import Desk, made_apart, start_draft
from tests.conftest import user_with

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WIDTHS = (1440, 820, 320)


@pytest.fixture
def desk(browser) -> Desk:
    return made_apart()


@pytest.fixture
def context(desk, signed_in) -> BrowserContext:
    return signed_in(desk.admin)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save draft").first.click()
    expect(page.locator(".notice-success")).to_contain_text("Draft v2 is saved")


def choose_cms(page: Page) -> None:
    """The CMS rule, with its source checked anew."""
    page.locator("[name=unit_rule]").select_option("cms")
    setting = page.locator("[data-setting=unit_rule]")
    setting.locator("summary").click()
    page.locator("[name='unit_rule:source']").fill("Provider manual 2027, page 14")
    page.locator("[name='unit_rule:link']").fill("https://payer.example/manual")


def test_admin_drafts_tries_replays_and_publishes(desk, context):
    page = context.new_page()
    start_draft(page, desk)

    choose_cms(page)
    expect(page.locator("#sim-result")).to_contain_text("not saved yet")
    save(page)
    expect(page.locator("[data-setting=unit_rule]")).to_contain_text("was: Each code alone")
    changes = page.locator("section:has(#changes-title) > table.changes")
    expect(changes).to_contain_text("All timed minutes of the day together")
    expect(changes.get_by_role("link")).to_have_attribute("href", "https://payer.example/manual")

    page.get_by_role("button", name="Replay draft v2").click()
    result = page.locator("[data-replay-result]")
    expect(result).to_contain_text("Would change")
    expect(page.locator("[data-replay-progress]")).to_contain_text("1 of 1 visits, 1 would change")
    expect(result.locator("tbody tr")).to_have_count(1)

    page.locator("#publish").get_by_role("button", name="Publish v2").click()
    expect(page.locator(".notice-success")).to_contain_text("v2 is published")
    with scope(desk.practice):
        assert desk.draft().status == "published"


def test_replayed_visit_opens_side_by_side(desk, context):
    page = context.new_page()
    start_draft(page, desk)
    choose_cms(page)
    save(page)
    page.get_by_role("button", name="Replay draft v2").click()

    page.get_by_role("link", name="Side by side").click()

    expect(page.locator("table.comparison tbody tr")).to_have_count(2)
    expect(page.locator("td.is-new").first).to_contain_text("changed: 1")
    page.get_by_role("link", name="Try it in the simulator").click()
    expect(page.locator("[name=sim-rows-0-what]")).to_have_value("Joint mobilization")


def test_simulator_answers_while_typing_and_keeps_a_case(desk, context):
    page = context.new_page()
    start_draft(page, desk)
    page.locator("[name=sim-rows-0-what]").fill("98941")
    page.locator("[name=sim-rows-0-where]").fill("cervical, thoracic, lumbar")
    page.locator("[name=sim-rows-1-what]").fill("swimming")
    expect(page.locator("#sim-result .finding-block")).to_contain_text(
        "“swimming” is neither a code"
    )

    page.locator("[name=sim-rows-1-what]").fill("97110")
    # the answer to what was typed last: until it is there, a request of the same form is on its way
    expect(page.locator("#sim-result")).not_to_contain_text("swimming")
    expect(page.locator("#sim-result table tbody")).to_contain_text("98941")
    page.get_by_role("button", name="Rows").click()
    expect(page.locator(".sim-rows > div")).to_have_count(7)
    expect(page.locator("[name=sim-rows-1-what]")).to_have_value("97110")

    page.get_by_label("Name of the case").fill("Three regions")
    page.get_by_role("button", name="Save as a test case").click()
    expect(page.locator("#cases")).to_contain_text("Three regions")
    with scope(desk.practice):
        assert PolicyCase.objects.get().expected[0]["code"] == "97110"


def test_real_visit_is_loaded_into_the_simulator(desk, context):
    page = context.new_page()
    page.goto(desk.path)

    page.get_by_role("button", name="Load").click()

    expect(page.locator("[name=sim-rows-0-what]")).to_have_value("Joint mobilization")
    expect(page.locator("[name=sim-rows-1-minutes]")).to_have_value("7")


def test_failing_case_stops_publishing_on_the_page(desk, context):
    page = context.new_page()
    start_draft(page, desk)
    for row, code in enumerate(("97110", "97112", "")):
        page.locator(f"[name=sim-rows-{row}-what]").fill(code)
        page.locator(f"[name=sim-rows-{row}-minutes]").fill("7" if code else "")
    page.get_by_label("Name of the case").fill("Two short codes")
    page.get_by_role("button", name="Save as a test case").click()
    expect(page.locator("#cases")).to_contain_text("Two short codes")
    choose_cms(page)
    save(page)

    page.locator("#publish").get_by_role("button", name="Publish v2").click()

    expect(page.locator("#publish [role=alert]")).to_contain_text(
        "Test case “Two short codes” gives"
    )
    assert desk.draft().status == "draft"
    page.get_by_role("button", name="Accept the new answer of Two short codes").click()
    expect(page.locator("#cases .case-fails")).to_have_count(0)
    expect(page.locator("#cases .case")).to_have_count(1)
    page.locator("#publish").get_by_role("button", name="Publish v2").click()
    expect(page.locator(".notice-success")).to_contain_text("v2 is published")


def test_start_before_a_signed_visit_asks_for_a_reason(desk, context):
    page = context.new_page()
    start_draft(page, desk)
    page.locator("[name=starts_on]").fill((timezone.localdate() - timedelta(days=6)).isoformat())
    save(page)
    publish = page.locator("#publish")

    publish.get_by_role("button", name="Publish v2").click()
    expect(publish.locator("[role=alert]")).to_contain_text("1 signed visit is on or after")
    publish.get_by_label("Reason for the earlier date").fill("The contract began then")
    publish.get_by_role("button", name="Publish v2").click()

    expect(page.locator("main")).to_contain_text("The contract began then")


def test_second_admin_is_told_and_nothing_is_overwritten(desk, context, signed_in):
    first, second = context.new_page(), signed_in(desk.second).new_page()
    start_draft(first, desk)
    second.goto(f"{desk.path}v2/")
    first.locator("[name=cap_basis]").select_option("units")
    first.locator("[name=cap_limit]").fill("4")
    save(first)

    second.locator("[name=distinct_modifier]").select_option("X")
    second.get_by_role("button", name="Save draft").first.click()

    told = second.locator(".conflict")
    expect(told).to_contain_text("Ana First saved this draft at")
    expect(told.locator("tbody")).to_contain_text("4 units")
    assert desk.draft().fields["cap"] == {"basis": "units", "limit": 4}
    assert desk.draft().fields["distinct_modifier"] == "59"
    expect(second.locator("[name=distinct_modifier]")).to_have_value("X")


def test_mistake_is_shown_at_its_setting_and_what_was_typed_stays(desk, context):
    page = context.new_page()
    start_draft(page, desk)
    page.locator("[name=cap_basis]").select_option("units")
    page.locator("[name=cap_limit]").fill("-1")
    page.locator("[name=overlays-0-column1]").fill("97140")
    page.locator("[name=overlays-0-column2]").fill("97140")

    page.get_by_role("button", name="Save draft").first.click()

    expect(page.locator("[data-setting=cap] .errorlist")).to_contain_text("from 1 to 100")
    expect(page.locator("[data-setting=overlays] .errorlist")).to_contain_text("both sides")
    expect(page.locator("[name=cap_limit]")).to_have_value("-1")


def test_copy_compare_restore_and_history(desk, context):
    with scope(desk.practice):
        make_policy(desk.payer, "uhc", date(2026, 2, 1))
        other = Payer.objects.create(name="Coventry")
    page = context.new_page()
    page.goto(f"{desk.path}v1/")
    copying = page.locator("section:has(#copy-title)")
    copying.get_by_label("To").select_option(label="Coventry")
    copying.get_by_label("Why").fill("Same owner")
    page.get_by_role("button", name="Copy as a draft").click()
    page.wait_for_url(f"**/payers/{other.pk}/v1/")

    page.goto(f"{desk.path}compare/?before=v1&after=v2")
    expect(page.locator("table.changes")).to_contain_text("Counting rule")
    page.goto(f"{desk.path}v1/")
    page.get_by_role("button", name="New draft from v1").click()
    page.wait_for_url("**/v3/")
    page.goto(f"{desk.path}history/")
    expect(page.locator("tbody")).to_contain_text("started from v1")
    expect(page.locator("tbody")).to_contain_text("Ana First")


def test_exception_for_an_episode(desk, context):
    page = context.new_page()
    page.goto(f"{desk.path}exceptions/?q=Sample")
    page.get_by_role("link", name="Make an exception").first.click()
    page.locator("[name=unit_rule]").select_option("cms")
    page.get_by_label("Reason").fill("Case manager agreed by phone")

    page.get_by_role("button", name="Make the exception").click()

    expect(page.locator("table tbody")).to_contain_text("Case manager agreed by phone")
    expect(page.locator("table tbody")).to_contain_text("All timed minutes of the day together")


def test_word_changes_from_a_day_on(desk, context):
    page = context.new_page()
    page.goto("/notes/vocabulary/")
    page.get_by_role("link", name="Change Joint mobilization").click()
    page.get_by_label("Code", exact=True).fill("97124")
    page.get_by_label("Why").fill("Payer's letter")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Change Joint mobilization").click()

    expect(page.locator("ol")).to_contain_text("97140 → 97124")
    expect(page.locator("ol")).to_contain_text("Payer's letter")


def test_pages_work_without_javascript(desk, signed_in):
    page = signed_in(desk.admin, java_script_enabled=False).new_page()
    start_draft(page, desk)
    page.locator("[name=unit_rule]").select_option("cms")
    page.get_by_role("button", name="Save draft").first.click()
    expect(page.locator(".notice-success")).to_contain_text("Draft v2 is saved")

    page.get_by_role("button", name="Replay draft v2").click()
    expect(page.locator("[data-replay-result]")).to_contain_text("Would change")
    page.goto(f"{desk.path}simulator/?version=2")
    page.get_by_role("button", name="Calculate").click()
    expect(page.locator("#sim-result table")).to_be_visible()


@pytest.mark.parametrize("role", [Role.THERAPIST, Role.ASSISTANT, Role.OFFICE])
def test_other_roles_are_refused(desk, signed_in, role):
    page = signed_in(user_with(role, desk.practice)).new_page()

    statuses = [
        page.goto(path).status
        for path in ("/billing/payers/", desk.path, f"{desk.path}v1/", f"{desk.path}simulator/",
                     "/billing/fees/", "/billing/tables/", "/billing/payers/history/")
    ]  # fmt: skip

    assert statuses == [403] * 7


PAGES = (
    "/billing/payers/", "/billing/payers/new/", "{payer}", "{payer}v1/", "{payer}v2/",
    "{payer}v2/replay/?first=2026-01-01&last=2027-12-31", "{payer}v2/replay/{visit}/",
    "{payer}compare/?before=v1&after=v2", "{payer}exceptions/?q=Sample", "{payer}history/",
    "{payer}simulator/", "{payer}rates/", "/billing/fees/", "/billing/tables/",
    "/notes/vocabulary/",
)  # fmt: skip


def test_pages_have_no_accessibility_violation_at_any_width(desk, signed_in):
    page = signed_in(desk.admin).new_page()
    start_draft(page, desk)
    choose_cms(page)
    save(page)

    found = {}
    for path in PAGES:
        page.goto(path.format(payer=desk.path, visit=desk.visit_id))
        found[path] = faults(page)

    assert {path: rows for path, rows in found.items() if rows} == {}
