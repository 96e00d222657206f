"""T-S01, S02, S04 in a browser: the warning, the lock over the page, and going on after it."""

import re
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from clinic.enums import Role
from clinic.models import SignIn
from clinic.scope import scope
from tests.browser.charts import Chart, make_chart, open_chart, ready, saved
from tests.browser.looks import violations
from tests.clinic.sign_in.ways import code_now, give_app
from tests.factories import PASSWORD, make_practice, make_user

WORDS = "Typed before the screen locked, and not sent anywhere yet. "


@pytest.fixture
def chart(server) -> Chart:
    chart = make_chart()
    chart.add("11:00", "11:10")
    return chart


def leave_alone(page: Page, user, **span: int) -> None:
    """Nobody touches anything for so long: the server's clock and the page's."""
    left = timedelta(**span)
    SignIn.objects.filter(user=user, ended_at=None).update(seen_at=timezone.now() - left)
    page.clock.fast_forward(left.total_seconds() * 1000)


def sign_in_row(user) -> SignIn:
    return SignIn.objects.get(user=user, ended_at=None)


def office_page(signed_in, path: str = "/accounts/sign-ins/") -> tuple[Page, object]:
    with scope(make_practice()):
        user = make_user(Role.OFFICE)
    page = signed_in(user).new_page()
    page.clock.install()
    page.goto(path)
    return page, user


def test_s01_warning_two_minutes_before_and_staying(signed_in):
    page, user = office_page(signed_in)

    leave_alone(page, user, minutes=13, seconds=5)
    warning = page.get_by_role("dialog", name="Still there?")
    expect(warning).to_be_visible()
    expect(warning).to_contain_text(re.compile(r"1:[0-5]\d"))
    faults = violations(page)
    warning.get_by_role("button", name="Stay signed in").click()

    expect(warning).to_be_hidden()
    assert faults == []
    assert timezone.now() - sign_in_row(user).seen_at < timedelta(seconds=10)
    assert sign_in_row(user).locked_at is None


def test_s01_screen_is_covered_at_the_limit_and_opens_with_the_password(signed_in):
    page, user = office_page(signed_in)
    leave_alone(page, user, minutes=15, seconds=2)
    locked = page.get_by_role("dialog", name="Locked")
    expect(locked).to_be_visible()
    hidden = page.locator("main").is_hidden()
    faults = violations(page)

    locked.get_by_label("Password of").fill("not the password")
    locked.get_by_role("button", name="Unlock").click()
    expect(locked.get_by_role("alert")).to_contain_text("not right")
    locked.get_by_label("Password of").fill(PASSWORD)
    locked.get_by_role("button", name="Unlock").click()

    expect(locked).to_be_hidden()
    expect(page.locator("main")).to_be_visible()
    assert hidden
    assert faults == []
    assert sign_in_row(user).locked_at is None


def test_s01_locked_page_that_is_loaded_again_asks_and_comes_back(signed_in):
    page, user = office_page(signed_in)
    SignIn.objects.filter(user=user).update(seen_at=F("seen_at") - timedelta(minutes=16))

    page.goto("/billing/superbills/")
    expect(page.get_by_role("heading", name="Locked")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()

    expect(page).to_have_url(re.compile("/billing/superbills/$"))


def test_s04_chart_goes_on_after_the_lock_with_every_letter(signed_in, chart):
    context: BrowserContext = signed_in(chart.user)
    page = context.new_page()
    page.clock.install()
    page.goto(chart.path)
    ready(page)
    page.clock.pause_at(
        page.evaluate("Date.now() / 1000 + 20")
    )  # nothing sends itself from here on
    box = page.locator("#id_plan")
    box.fill("")
    box.press_sequentially(WORDS)
    leave_alone(page, chart.user, minutes=15, seconds=2)
    locked = page.get_by_role("dialog", name="Locked")
    expect(locked).to_be_visible()
    page.clock.resume()
    assert chart.fresh().plan == "Continue twice a week."

    locked.get_by_label("Password of").fill(PASSWORD)
    locked.get_by_role("button", name="Unlock").click()
    expect(locked).to_be_hidden()
    box.focus()
    box.press_sequentially("And after.")
    box.blur()

    expect(box).to_have_value(WORDS + "And after.")
    saved(page)
    assert chart.fresh().plan.strip() == WORDS + "And after."


def test_s03_over_after_twelve_hours_signs_in_anew_on_the_same_page(signed_in, chart):
    give_app(chart.user)
    context: BrowserContext = signed_in(chart.user)
    page = open_chart(context, chart)
    SignIn.objects.filter(user=chart.user).update(
        started_at=timezone.now() - timedelta(hours=12, seconds=5)
    )
    page.locator("#id_plan").fill("Typed after twelve hours.")
    page.locator("#id_plan").blur()
    page.locator("#save-pill[data-state=login]").click()

    dialog = page.get_by_role("dialog", name="Sign in to go on")
    dialog.get_by_label("Password of").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in", exact=True).click()
    expect(dialog.get_by_label("Code of your app")).to_be_visible()
    dialog.get_by_label("Code of your app").fill(code_now())
    dialog.get_by_role("button", name="Sign in", exact=True).click()

    expect(dialog).to_be_hidden()
    saved(page)
    assert chart.fresh().plan == "Typed after twelve hours."


def test_s06_back_after_signing_out_shows_nothing(signed_in, chart):
    """Neither a page kept whole in memory, nor one kept on the disk."""
    context: BrowserContext = signed_in(chart.user)
    page = open_chart(context, chart)
    name = str(chart.visit.patient)
    expect(page.get_by_text(name).first).to_be_visible()
    page.goto("/notes/day/")
    expect(page.get_by_text(name).first).to_be_visible()
    page.locator(".menu > summary").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/accounts/login/**")

    for _ in range(2):
        page.go_back()
        expect(page.get_by_label("Password")).to_be_visible()
        assert name not in page.content()
