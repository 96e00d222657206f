"""The main job once through all of it: chart, see the charges, sign, print; then the admin."""

import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from clinic.enums import Network, Role
from clinic.models import AuditEvent, Practice
from clinic.scope import scope
from notes.enums import VisitStatus
from notes.models import Note
from tests.billing.making import make_fees, make_payer_with
from tests.browser.charts import noon_zone, ready, until
from tests.clinic.sign_in.ways import code_now, give_app
from tests.factories import (
    PASSWORD,
    at,
    make_clinician,
    make_coverage,
    make_episode,
    make_location,
    make_order,
    make_plan,
    make_practice,
    make_user,
    make_visit,
    region_of,
    technique_of,
)


@pytest.fixture
def clinic(server) -> Practice:
    """A practice with one visit of today and the people who work on it."""
    practice = make_practice(timezone=noon_zone())
    with scope(practice):
        technique_of("joint_mobilization")
        region_of("cervical_spine")
        make_location()
        make_fees(**{"97530": 7100})
        clinician = make_clinician(first_name="Ana", last_name="Reed")
        make_user(Role.OFFICE)
        make_user(Role.ADMIN)
        payer = make_payer_with("commercial-legacy-edits", name="Pine State")
        coverage = make_coverage(payer=payer, network=Network.OUT)
        today = datetime.now(practice.zone).date()
        episode = make_episode(coverage=coverage, clinician=clinician, started_on=today)
        make_plan(episode, starts_on=today, ends_on=today + timedelta(days=80), certified_on=today)
        make_order(episode, ordered_on=today, signed_on=today)
        make_visit(
            episode=episode, date=today, starts_at=at("09:00", today), status=VisitStatus.ARRIVED
        )
    return practice


def sign_in(page: Page, server, user) -> None:
    give_app(user)
    page.goto(server.url)
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_label("Code")).to_be_visible()
    page.get_by_label("Code").fill(code_now())
    page.get_by_role("button", name="Sign in", exact=True).click()


def of_role(practice: Practice, role: Role):
    return practice.users.get(role=role)


def add_block(page: Page, technique: str, minutes: str, *, region: str = "", response: str) -> None:
    form = page.locator("form[action$='/blocks/']")
    form.get_by_label("Technique").select_option(label=technique)
    form.get_by_label("Minutes").fill(minutes)
    if region:
        form.locator(".region-options").get_by_label(region, exact=True).check()
    form.get_by_role("textbox", name="Response").fill(response)
    form.get_by_role("button", name="Add block").click()


def pdf_text(content: bytes, folder: Path) -> str:
    path = folder / "document.pdf"
    path.write_bytes(content)
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return done.stdout.decode()


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_therapist_charts_and_signs_and_the_office_prints(
    clinic, server, browser, browser_context_args, trouble, tmp_path, scripts
):
    context = browser.new_context(**browser_context_args | {"java_script_enabled": scripts})
    context.on("page", trouble.watch)
    page = context.new_page()
    sign_in(page, server, of_role(clinic, Role.THERAPIST))

    page.get_by_role("button", name="Start note").click()
    if scripts:
        ready(page)
    add_block(page, "Joint mobilization", "15", region="Cervical spine", response="Rotation freer")
    expect(page.get_by_text("Rotation freer").first).to_be_visible()
    add_block(page, "Therapeutic activities", "15", response="Two cues")
    expect(page.get_by_text("Two cues").first).to_be_visible()
    for name in ("Subjective", "Assessment", "Plan"):
        page.get_by_label(name, exact=True).fill(f"{name} of today, in words.")
    if page.get_by_role("button", name="Save text").is_visible():
        page.get_by_role("button", name="Save text").click()
        expect(page.get_by_text("Saved.").first).to_be_visible()
    if scripts:
        charges = page.locator("#charges")
        expect(charges.locator("th", has_text="97530")).to_be_visible()
        expect(charges.locator(".mod-pill", has_text="59")).to_be_visible()
        expect(page.get_by_text("Everything the chart needs is there")).to_be_visible()
    page.get_by_role("link", name="Review and sign").first.click()
    page.get_by_label("I agree to the statement above.").check()
    expect(page.get_by_text("no password is needed")).to_be_visible()  # it was given just now
    page.get_by_role("button", name="Sign note and charges").click()
    expect(page.get_by_text("Signed. Note and charges are frozen.")).to_be_visible()

    with scope(clinic):
        note = Note.objects.get()
        assert note.is_signed
        assert [str(line) for line in note.charge_set.lines.all()] == ["97140 x1", "97530-59 x1"]
    link = page.get_by_role("link", name="Open PDF").get_attribute("href")
    text = pdf_text(context.request.get(server.url + link).body(), tmp_path)
    assert note.number in text
    assert "Rotation freer" in text
    assert "59" in text
    visit_id = page.url.split("/")[-3]
    context.close()
    _office_prints(clinic, server, browser, browser_context_args, trouble, tmp_path, visit_id)


def _office_prints(clinic, server, browser, options, trouble, tmp_path, visit_id) -> None:
    context = browser.new_context(**options)
    context.on("page", trouble.watch)
    page = context.new_page()
    sign_in(page, server, of_role(clinic, Role.OFFICE))
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    page.goto(f"{server.url}/billing/superbills/{visit_id}/")
    page.get_by_role("button", name="Issue superbill").first.click()
    expect(page.get_by_text("SB-000001").first).to_be_visible()
    answer = context.request.get(f"{server.url}/billing/superbills/{visit_id}/superbill.pdf")
    text = pdf_text(answer.body(), tmp_path)
    assert "Superbill" in text
    assert "$133.00" in text
    assert page.goto(f"{server.url}/notes/visits/{visit_id}/").status == 403
    context.close()


def test_admin_reads_rules_words_and_the_trail(clinic, server, browser, signed_in):
    page = signed_in(of_role(clinic, Role.ADMIN)).new_page()

    page.goto("/")
    page.get_by_role("link", name="Pine State").first.click()
    expect(page.get_by_role("heading", name="Pine State")).to_be_visible()
    page.get_by_role("link", name="Practice").first.click()
    page.get_by_role("link", name="Techniques").click()
    expect(page.get_by_text("Joint mobilization").first).to_be_visible()
    page.get_by_role("link", name="Practice").first.click()
    page.get_by_role("link", name="Audit").click()
    expect(page.get_by_text("vocabulary.viewed").first).to_be_visible()
    answer = page.goto("/notes/day/")
    assert answer.status == 200
    with scope(clinic):
        assert AuditEvent.objects.filter(action="payer.viewed").exists()


def test_two_people_editing_one_text_see_both(clinic, server, signed_in):
    """Without JavaScript, where nothing but the form stands between two people."""
    therapist = of_role(clinic, Role.THERAPIST)
    context = signed_in(therapist, java_script_enabled=False)
    first, second = context.new_page(), context.new_page()
    first.goto("/")
    first.get_by_role("button", name="Start note").click()
    second.goto(first.url)

    for page, text in ((first, "Written first"), (second, "Written second")):
        page.get_by_label("Plan", exact=True).fill(text)
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.get_by_role("button", name="Save text").click()

    expect(second.get_by_text("Somebody else changed this text")).to_be_visible()
    expect(second.get_by_text("Written first")).to_be_visible()
    expect(second.get_by_label("Plan", exact=True)).to_have_value("Written second")
    with scope(clinic):
        assert Note.objects.get().plan == "Written first"


def test_what_is_filled_in_before_the_script_arrives_stays(clinic, server, signed_in):
    context = signed_in(of_role(clinic, Role.THERAPIST))
    page = context.new_page()
    page.goto("/")
    page.get_by_role("button", name="Start note").click()
    ready(page)
    waiting = []
    page.route("**/js/chart.js", lambda route: waiting.append(route))

    page.goto(page.url, wait_until="commit")
    form = page.locator("form[action$='/blocks/']")
    form.get_by_label("Technique").select_option(label="Joint mobilization")
    form.get_by_role("textbox", name="Response").fill("Rotation freer")
    page.get_by_label("Plan", exact=True).fill("Typed on a slow line.")
    for route in waiting:
        route.continue_()
    ready(page)

    expect(form.get_by_label("Technique").locator("option:checked")).to_have_text(
        "Joint mobilization"
    )
    expect(form.get_by_role("textbox", name="Response")).to_have_value("Rotation freer")
    with scope(clinic):
        until(lambda: Note.objects.get().plan == "Typed on a slow line.")
