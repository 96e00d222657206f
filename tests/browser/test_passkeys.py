"""T-A01 and A10 in a browser: a passkey is made, signs in alone, unlocks, and signs a note."""

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from clinic.models import Clinician, SignIn
from clinic.scope import scope
from notes.models import CosignRequest, Note, Signature
from notes.signing import sign_note
from tests.browser.charts import Chart, make_chart
from tests.browser.looks import violations
from tests.browser.test_every_page import _in_a_thread
from tests.factories import PASSWORD, make_clinician

AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def chart(server):
    chart = make_chart(confirm_each_signature=True)
    chart.add("11:00", "11:16")
    return chart


@pytest.fixture
def page(browser, browser_context_args, server, trouble) -> Page:
    context: BrowserContext = browser.new_context(**browser_context_args | {"base_url": server.url})
    context.on("page", trouble.watch)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return page


def enrol(page: Page, user) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Set up your second factor")).to_be_visible()
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def test_a01_passkey_is_set_up_and_signs_in_alone(page, chart):
    enrol(page, chart.user)
    faults = violations(page)
    page.get_by_role("link", name="I have kept them: go on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_have_count(0)
    page.goto("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Email")).to_be_visible()

    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    assert faults == []


def test_a10_passkey_signs_the_note(page, chart):
    enrol(page, chart.user)
    page.goto(f"{chart.path}sign/")
    page.get_by_label("I agree to the statement above.").check()
    page.get_by_role("button", name="Sign with a passkey").click()

    signed = page.get_by_text("Signed. Note and charges are frozen.")
    expect(signed).to_be_visible(timeout=60_000)
    note: Note = chart.fresh()
    assert note.record["signature"]["method"] == "passkey"
    assert note.record["signature"]["seconds_since_authentication"] == 0


def test_s01_passkey_unlocks_in_the_page(page, chart):
    enrol(page, chart.user)
    page.goto("/accounts/sign-ins/")
    SignIn.objects.filter(user=chart.user).update(locked_at=timezone.now())
    page.evaluate("document.dispatchEvent(new Event('handline:sign-in'))")
    locked = page.get_by_role("dialog", name="Locked")
    locked.get_by_role("button", name="Use a passkey").click()

    expect(locked).to_be_hidden()
    assert SignIn.objects.get(user=chart.user, ended_at=None).locked_at is None


def signed_note(chart: Chart) -> Note:
    with scope(chart.practice):
        note = Note.objects.select_related("visit", "author__user").get(pk=chart.note.pk)
        by, version = note.author.user, note.version
        return _in_a_thread(lambda: sign_note(note, by=by, version=version, method="test"))


def ask_to_cosign(chart: Chart, note: Note) -> Clinician:
    """A supervisor, who is asked for a co-signature and may open the note."""
    with scope(chart.practice):
        chart.practice.therapists_see_all = True
        chart.practice.save()
        supervisor = make_clinician()
        CosignRequest.objects.create(
            note=note, supervisor=supervisor, because="Asked for", asked_at=timezone.now()
        )
        return supervisor


def signatures(chart: Chart, meaning: str) -> list[str]:
    with scope(chart.practice):
        rows = Signature.objects.filter(note=chart.note, meaning=meaning)
        return list(rows.values_list("method", flat=True))


def test_a10_passkey_signs_an_addendum(page, chart):
    signed_note(chart)
    enrol(page, chart.user)
    page.goto(f"{chart.path}note/")
    page.get_by_text("Add an addendum").click()
    page.get_by_label("Text").fill("No soreness the day after.")
    page.locator("#addenda").get_by_role("button", name="Sign with a passkey").click()

    expect(page.get_by_text("Addendum signed.")).to_be_visible(timeout=20_000)
    expect(page.locator("#addenda article")).to_contain_text("No soreness the day after.")
    assert signatures(chart, "addendum") == ["passkey"]


def test_a10_passkey_co_signs(page, chart):
    supervisor = ask_to_cosign(chart, signed_note(chart))
    enrol(page, supervisor.user)
    page.goto(f"{chart.path}review/")
    page.get_by_label("Remark, printed with the signature").fill("Seen together.")
    page.get_by_role("button", name="Sign with a passkey").click()

    expect(page.get_by_text("Co-signed by")).to_be_visible(timeout=20_000)
    assert signatures(chart, "cosigner") == ["passkey"]


def test_a10_passkey_button_works_in_the_part_of_the_note_that_comes_later(page, chart):
    """The note's page fetches its co-signature after it was drawn, beside the addendum's form."""
    supervisor = ask_to_cosign(chart, signed_note(chart))
    enrol(page, supervisor.user)
    page.goto(f"{chart.path}note/")
    part = page.locator("#cosign")
    expect(part.get_by_label("Password")).to_be_visible()
    faults = violations(page)
    part.get_by_role("button", name="Sign with a passkey").click()

    expect(page.get_by_text("Co-signed by")).to_be_visible(timeout=20_000)
    assert faults == []
    assert signatures(chart, "cosigner") == ["passkey"]
