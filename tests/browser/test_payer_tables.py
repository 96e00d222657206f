"""Fees, published tables and the chart's facts in a real browser, as admin."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Locator, Page, expect

from billing.models import EditEdition, Fee, PolicyCase, ReleaseDraft
from clinic.enums import Role
from clinic.scope import scope
from notes.models import DiagnosisCode
from tests.billing.reference.published import (
    ACTIVE,
    MUE_NAME,
    PublishedFile,
    mue_text,
    plain,
    ptp_parts,
)
from tests.browser.looks import faults
from tests.browser.payer_desk import Desk, made_apart
from tests.conftest import user_with

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NEW_PAIR = "97110\t97140\t\t20260701\t*\t0\tInvented rationale"
LIMITS = mue_text("97140,9,3 Date of Service Edit: Clinical,x")
ORDER = "".join(
    f"{number:05} {code:7} 1 {'Invented short title':60} Invented long title\n"
    for number, code in enumerate(["M542", "M5450"], start=1)
)


@pytest.fixture
def desk(browser) -> Desk:
    return made_apart()


@pytest.fixture
def context(desk, signed_in) -> BrowserContext:
    return signed_in(desk.admin)


def content(file: PublishedFile) -> bytes:
    file.stream.seek(0)
    return file.stream.read()


def upload(page: Page, kind: str, *files: PublishedFile) -> None:
    page.goto("/billing/tables/")
    page.get_by_label("Which table").select_option(kind)
    page.get_by_label("Files, as downloaded").set_input_files(
        [
            {
                "name": file.name,
                "mimeType": "application/octet-stream",
                "buffer": content(file),
            }
            for file in files
        ]
    )
    page.get_by_label("Our clinic holds a CPT license").check()
    page.get_by_role("button", name="Read the file").click()


def fees_of(desk: Desk, code: str) -> list[int]:
    with scope(desk.practice):
        rows = Fee.objects.filter(code=code).order_by("starts_on")
        return list(rows.values_list("amount_cents", flat=True))


def test_uploaded_limits_wait_with_their_report_until_they_are_accepted(desk, context):
    page = context.new_page()
    before = EditEdition.objects.count()
    upload(page, "limits", plain(MUE_NAME, LIMITS))

    waiting = page.locator("section.waiting")
    expect(waiting.locator(".report")).to_contain_text("97140")
    expect(waiting).to_contain_text("1 of 1 rows have our codes. Imported by Ana First.")
    found = faults(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    waiting.get_by_role("button", name="Accept 2026Q3").click()

    expect(page.locator(".notice-success")).to_contain_text("is in force")
    expect(page.locator("section.waiting")).to_have_count(0)
    accepted = page.locator("tr", has_text="2026Q3").first
    expect(accepted.locator("[data-label=Accepted]")).to_contain_text("Ana First")
    assert found == []
    assert EditEdition.objects.count() == before + 1


def simulated(page: Page, desk: Desk) -> Locator:
    """What the simulator bills for a quarter of exercise and one of manual therapy."""
    page.goto(f"{desk.path}simulator/")
    for row, code in enumerate(("97110", "97140")):
        page.locator(f"[name=sim-rows-{row}-what]").fill(code)
        page.locator(f"[name=sim-rows-{row}-minutes]").fill("15")
    billed = page.locator("#sim-result table tbody")
    expect(billed).to_contain_text("97110")
    return billed


def test_code_pairs_in_four_zips_wait_and_bill_from_their_acceptance_on(desk, context):
    page = context.new_page()
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(simulated(page, desk)).to_contain_text("97140")
    upload(page, "pairs", *ptp_parts(ACTIVE, NEW_PAIR))

    waiting = page.locator("section.waiting")
    expect(waiting.locator(".report")).to_contain_text("97110/97140 (indicator 0)")
    expect(waiting).to_contain_text("2 of 5 rows have our codes. Imported by Ana First.")
    expect(simulated(page, desk)).to_contain_text("97140")  # a draft counts for nothing
    page.goto("/billing/tables/")
    assert faults(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    waiting.get_by_role("button", name="Accept 2026Q3").click()

    expect(page.locator(".notice-success")).to_contain_text("is in force")
    accepted = page.locator("tr", has_text="2026Q3").first
    expect(accepted.locator("[data-label=Accepted]")).to_contain_text("Ana First")
    expect(simulated(page, desk)).not_to_contain_text("97140")


def test_code_pairs_cut_short_or_of_three_parts_are_not_kept(desk, context):
    page = context.new_page()
    before = EditEdition.objects.count()
    *whole, last = ptp_parts(ACTIVE)

    upload(page, "pairs", *whole, plain(last.name, content(last)[:-40]))
    form = page.locator("section:has(#upload-title)")
    expect(form).to_contain_text("is damaged or cut short: download it again.")
    upload(page, "pairs", *ptp_parts(ACTIVE)[:3])
    expect(form.locator(".invalid-feedback, [role=alert]").first).to_be_visible()

    assert EditEdition.objects.count() == before


def test_wrong_file_gets_its_sentence_and_nothing_is_kept(desk, context):
    page = context.new_page()
    before = EditEdition.objects.count()

    upload(page, "fees", plain(MUE_NAME, LIMITS))

    expect(page.locator("section:has(#upload-title)")).to_contain_text("use import_mue")
    assert EditEdition.objects.count() == before
    assert faults(page) == []


def test_diagnosis_release_waits_and_is_discarded(desk, context):
    page = context.new_page()
    codes = DiagnosisCode.objects.count()
    upload(page, "diagnoses", plain("icd10cm-order-2030.txt", ORDER))
    waiting = page.locator("section.waiting")
    expect(waiting.locator(".report")).to_contain_text("From 2029-10-01: 2 codes, 2 billable.")

    waiting.get_by_role("button", name="Discard").click()

    expect(page.locator(".notice-success")).to_contain_text("is discarded")
    with scope(desk.practice):
        assert not ReleaseDraft.objects.exists()
    assert DiagnosisCode.objects.count() == codes


def test_fees_change_from_a_day_on_and_an_earlier_schedule_comes_back(desk, context):
    page = context.new_page()
    page.goto("/billing/fees/")
    changing = page.locator("section:has(#change-title)")
    tomorrow = timezone.localdate() + timedelta(days=1)
    changing.get_by_label("In force from").fill(tomorrow.isoformat())
    changing.get_by_label("Code and amount").fill("97140 71.50")
    changing.get_by_label("Why").fill("Yearly")
    changing.get_by_role("button", name="Set these fees").click()
    expect(page.locator("tr", has_text="97140")).to_contain_text("$71.50 from")

    page.get_by_role("link", name="Bring back").first.click()
    typed = changing.get_by_label("Code and amount")
    expect(typed).to_have_value("97110 68.00\n97112 71.00\n97140 62.00\n98940 52.00")
    changing.get_by_label("In force from").fill((tomorrow + timedelta(days=1)).isoformat())
    changing.get_by_role("button", name="Set these fees").click()

    expect(page.locator(".notice-success")).to_be_visible()
    assert fees_of(desk, "97140") == [6200, 7150, 6200]


def test_mistyped_fee_is_told_and_what_was_typed_stays(desk, context):
    page = context.new_page()
    page.goto("/billing/fees/")
    changing = page.locator("section:has(#change-title)")
    changing.get_by_label("Code and amount").fill("massage 50")
    changing.get_by_label("Why").fill("Yearly")

    changing.get_by_role("button", name="Set these fees").click()

    expect(changing).to_contain_text("Line 1 is “massage 50”; write a code and dollars")
    expect(changing.get_by_label("Code and amount")).to_have_value("massage 50")
    assert fees_of(desk, "97140") == [6200]
    assert faults(page) == []


def test_chart_facts_bring_findings_and_are_kept_with_the_case(desk, context):
    page = context.new_page()
    page.goto(f"{desk.path}simulator/")
    result = page.locator("#sim-result")
    expect(result).to_contain_text("3 units")

    page.get_by_text("Certification, order, authorization").click()
    page.get_by_label("Units a visit in the order").fill("1")

    expect(result).to_contain_text("3 timed units are billed, but the order names 1 a visit.")
    found = faults(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_label("Name of the case").fill("Above the order")
    page.get_by_role("button", name="Save as a test case").click()
    page.wait_for_url("**/payers/*/v1/**")
    with scope(desk.practice):
        assert PolicyCase.objects.get().name == "Above the order"
    assert found == []


@pytest.mark.parametrize("role", [Role.THERAPIST, Role.ASSISTANT, Role.OFFICE])
def test_other_roles_neither_see_nor_send_these_forms(desk, signed_in, role):
    context = signed_in(user_with(role, desk.practice))
    page = context.new_page()
    before = EditEdition.objects.count()
    paths = ("/billing/tables/upload/", "/billing/fees/change/", f"{desk.path}simulator/",
             f"{desk.path}rates/", f"{desk.path}draft/")  # fmt: skip

    page.goto("/accounts/password/change/")
    token = page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value") or ""
    answers = [
        page.request.post(
            page.url.split("/accounts")[0] + path,
            form={"csrfmiddlewaretoken": token},
            headers={"Referer": page.url},
        ).status
        for path in paths
    ]

    assert answers == [403] * len(paths)
    assert EditEdition.objects.count() == before
    assert fees_of(desk, "97140") == [6200]
