"""The office manager's day in a real browser: queue by keyboard, print, pay, claim, batch."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from billing.models import ChargeSet, ClaimSettings, DeskItem, DeskJob, LedgerEntry, Superbill
from billing.services.batches import take_next, work_off
from clinic.enums import Network, Role
from clinic.models import Practice, User
from clinic.scope import scope
from tests.billing.claims.remit import Said, remittance
from tests.billing.desk_making import another_visit, full_address, make_signed
from tests.browser.looks import faults, violations
from tests.factories import make_location, make_practice, make_user

T = TypeVar("T")
SIZES = [(1440, 900), (820, 1180), (320, 700)]


@dataclass
class Desk:
    """A practice with three visits to bill: two for superbills, one for a claim."""

    practice: Practice
    office: User
    first: ChargeSet
    second: ChargeSet
    claim: ChargeSet

    def state(self, charge_set: ChargeSet) -> str:
        with scope(self.practice):
            return DeskItem.objects.get(charge_set=charge_set).state


def apart(act: Callable[[], T]) -> T:
    """In a thread of its own: signing runs an event loop, and Playwright's holds this thread."""

    def run() -> T:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


@pytest.fixture
def desk(server) -> Desk:
    return apart(make_desk)


def make_desk() -> Desk:
    practice = make_practice(name="Desk Clinic")
    with scope(practice):
        make_location()
        full_address(practice)
        ClaimSettings.objects.create(
            submitter_id="SUB1", receiver_name="Clearing", receiver_id="99999", contact_name="Ruth"
        )
        first = make_signed()
        return Desk(
            practice,
            make_user(Role.OFFICE),
            first,
            another_visit(first),
            make_signed(network=Network.IN),
        )


@pytest.fixture
def page(signed_in, desk) -> Page:
    page = signed_in(desk.office).new_page()
    page.goto("/billing/superbills/")
    return page


def test_queue_by_keyboard_moves_previews_selects_and_opens(page, desk):
    rows = page.locator("tr[data-row]")
    expect(rows).to_have_count(3)

    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator("#desk-selected")).to_contain_text("1 of 3 selected")
    expect(rows.nth(1)).to_have_class("is-selected")
    name = rows.nth(1).locator("a[data-open]").inner_text()
    expect(page.locator("#desk-preview h2")).to_have_text(name)
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_have_text(name)


def test_printing_by_key_makes_the_file_and_marks_after(page, desk):
    page.goto("/billing/superbills/?state=ready")
    page.check("#desk-all")
    page.keyboard.press("p")
    expect(page.locator("#batch-title")).to_contain_text("0 of 3")
    with scope(desk.practice):
        assert DeskItem.objects.filter(state="printed").count() == 0

    apart(lambda: work_off(take_next()))

    expect(page.get_by_role("link", name="Open the file to print")).to_be_visible(timeout=10_000)
    expect(page.get_by_label("Rows that failed")).to_contain_text("in network")
    assert {desk.state(desk.first), desk.state(desk.second)} == {"printed"}
    assert desk.state(desk.claim) == "ready"
    assert violations(page) == []


def test_batch_is_canceled_from_its_page(page, desk):
    page.check("#desk-all")
    page.get_by_role("button", name="Print 3 selected").click()

    page.get_by_role("button", name="Cancel").click()

    expect(page.locator("#batch .pill")).to_have_text("Canceled")
    with scope(desk.practice):
        assert (DeskJob.objects.get().state, Superbill.objects.count()) == ("canceled", 0)


def test_superbill_is_issued_paid_printed_and_voided(page, desk):
    page.goto(f"/billing/superbills/{desk.first.note.visit.public_id}/")
    page.get_by_text("Take a payment for this visit").click()
    page.locator("#visit-amount").fill("20")
    page.get_by_role("button", name="Post payment").click()
    expect(page.get_by_text("The payment is posted.")).to_be_visible()

    page.goto(f"/billing/superbills/{desk.first.note.visit.public_id}/")
    page.get_by_role("button", name="Issue superbill").click()
    expect(page.get_by_text("Superbill SB-000001 issued.")).to_be_visible()
    page.get_by_text("Void or replace SB-000001").click()
    page.locator("#id_void_reason").fill("Patient asked for another")
    page.get_by_role("button", name="Void", exact=True).click()

    expect(page.get_by_text("SB-000001 is voided by SB-000002.")).to_be_visible()
    assert desk.state(desk.first) == "void"


def test_in_network_visit_says_why_there_is_no_superbill(page, desk):
    page.goto(f"/billing/superbills/{desk.claim.note.visit.public_id}/")

    expect(page.get_by_text("may not be billed the difference")).to_be_visible()
    expect(page.get_by_role("button", name="Issue superbill")).to_have_count(0)


def test_claim_is_made_and_its_remittance_posted(page, desk, tmp_path):
    number = str(desk.claim.note.visit.public_id)
    page.check(f"input[value='{number}']")
    page.get_by_role("button", name="Make claim file").click()
    expect(page.get_by_text("File 000000001.837 holds 1 claim.")).to_be_visible()
    total = desk.claim.total_cents
    said = Said("C0000001", total, total - 3000, (("CO", "45", 2000), ("PR", "3", 1000)))
    path = tmp_path / "answer.835"
    path.write_text(remittance(said))

    page.goto("/billing/remittances/")
    page.set_input_files("#id_file", path)
    page.get_by_role("button", name="Read and post").click()

    expect(page.get_by_text("answer.835 is read and posted.")).to_be_visible()
    page.set_input_files("#id_file", path)
    page.get_by_role("button", name="Read and post").click()
    expect(page.get_by_text("nothing was posted twice")).to_be_visible()
    with scope(desk.practice):
        assert LedgerEntry.objects.exclude(remitted=None).count() == 3


def test_filters_stay_in_the_address(page, desk):
    page.fill("#id_q", "sample")
    page.get_by_role("button", name="Filter").click()
    expect(page).to_have_url(re.compile("q=sample"))
    page.get_by_role("link", name="Ready", exact=False).first.click()

    expect(page).to_have_url(re.compile("state=ready"))
    assert "q=sample" in page.url
    expect(page.locator("#id_q")).to_have_value("sample")


def test_office_managers_day_from_queue_to_report(page, desk, tmp_path):
    """Every step of the day on one desk, each seen by what the page then says."""
    a_visit_goes_back(page, desk)
    the_others_are_printed(page, desk)
    the_claim_goes_out_and_is_denied(page, desk, tmp_path)
    a_payment_is_on_the_day_sheet(page, desk)
    the_payer_is_answered(page, desk)
    the_reports_tell_it(page, desk)


def a_visit_goes_back(page: Page, desk: Desk) -> None:
    page.fill("#id_q", "97140")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("tr[data-row]")).to_have_count(3)
    page.locator(f"tr[data-row] a[href*='{desk.first.note.visit.public_id}']").first.click()
    page.locator("#id_return").fill("Which shoulder was treated?")
    page.get_by_role("button", name="Return", exact=True).click()
    expect(page.get_by_text("“Which shoulder was treated?”")).to_be_visible()
    assert desk.state(desk.first) == "attention"


def the_others_are_printed(page: Page, desk: Desk) -> None:
    page.goto("/billing/superbills/?state=ready")
    page.check(f"input[value='{desk.second.note.visit.public_id}']")
    page.get_by_role("button", name="Print 1 selected").click()
    expect(page.locator("#batch-title")).to_contain_text("0 of 1")
    apart(lambda: work_off(take_next()))
    expect(page.get_by_role("link", name="Open the file to print")).to_be_visible(timeout=10_000)
    assert desk.state(desk.second) == "printed"


def the_claim_goes_out_and_is_denied(page: Page, desk: Desk, folder: Path) -> None:
    page.goto("/billing/superbills/?state=ready")
    page.check(f"input[value='{desk.claim.note.visit.public_id}']")
    page.get_by_role("button", name="Make claim file").click()
    expect(page.get_by_text("File 000000001.837 holds 1 claim.")).to_be_visible()
    total = desk.claim.total_cents
    answer = folder / "denied.835"
    answer.write_text(remittance(Said("C0000001", total, 0, (("CO", "50", total),), "4")))
    page.goto("/billing/remittances/")
    page.set_input_files("#id_file", answer)
    page.get_by_role("button", name="Read and post").click()
    expect(page.get_by_text("denied.835 is read and posted.")).to_be_visible()
    assert desk.state(desk.claim) == "attention"


def a_payment_is_on_the_day_sheet(page: Page, desk: Desk) -> None:
    page.goto(f"/billing/superbills/{desk.second.note.visit.public_id}/")
    page.get_by_text("Take a payment for this visit").click()
    page.locator("#visit-amount").fill("20")
    page.locator("#visit-reference").fill("check 1042")
    page.get_by_role("button", name="Post payment").click()
    expect(page.get_by_text("The payment is posted.")).to_be_visible()
    page.goto("/billing/day/")
    expect(page.get_by_role("main")).to_contain_text("$20.00")


def the_payer_is_answered(page: Page, desk: Desk) -> None:
    page.goto(f"/billing/superbills/{desk.claim.note.visit.public_id}/")
    expect(page.get_by_text("Denied", exact=True).first).to_be_visible()
    with page.expect_response(re.compile(r"/billing/papers/\d+/")) as packet:
        page.get_by_role("button", name="Appeal packet").click()
    assert (packet.value.status, packet.value.headers["content-type"]) == (200, "application/pdf")


def the_reports_tell_it(page: Page, desk: Desk) -> None:
    period = f"?since={desk.claim.note.visit.date}"
    page.goto(f"/billing/reports/denials/{period}")
    expect(page.get_by_role("rowheader", name="PLAN")).to_be_visible()
    page.get_by_role("link", name="Units", exact=True).click()
    expect(page.get_by_role("rowheader", name="97140").first).to_be_visible()
    expect(page.locator("svg.chart")).to_be_visible()
    assert violations(page) == []


def test_pages_of_the_desk_have_no_axe_violation(signed_in, desk):
    page = signed_in(desk.office).new_page()
    visit = desk.first.note.visit
    found = {}
    for path in (
        "superbills/", "superbills/?state=void", f"superbills/{visit.public_id}/",
        f"superbills/{desk.claim.note.visit.public_id}/", f"accounts/{visit.patient_id}/",
        "day/", "claims/", "remittances/", "batches/", "reports/", "reports/ageing/",
        f"coverages/{visit.coverage_id}/claim/", f"visits/{visit.public_id}/claim/",
    ):  # fmt: skip
        page.goto(f"/billing/{path}")
        found[path] = faults(page)

    assert {path: rows for path, rows in found.items() if rows} == {}
