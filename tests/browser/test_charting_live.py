"""Charting while treating: the clock, the tiles, the typed line, copies; counted in taps."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from clinic.scope import scope
from notes.models import BlockTemplate, LiveChart
from tests.browser.charts import Chart, make_chart, open_chart, pill, ready, saved, tile
from tests.factories import (
    PASSWORD,
    make_block,
    make_clinician,
    make_episode,
    make_note,
    make_visit,
)


@pytest.fixture
def chart(server) -> Chart:
    return make_chart()


@pytest.fixture
def page(signed_in, chart) -> Page:
    return open_chart(signed_in(chart.user), chart)


def clock_of(chart: Chart) -> LiveChart:
    with scope(chart.practice):
        return LiveChart.objects.get(note=chart.note)


def test_tiles_are_sorted_by_own_use(page):
    names = [text.split("\n")[0] for text in page.locator("#favourites .fav").all_inner_texts()]

    assert names[:4] == [
        "Soft-tissue mobilization", "Joint mobilization", "Therapeutic exercise",
        "Neuromuscular re-education",
    ]  # fmt: skip


def test_next_tile_ends_one_block_and_starts_the_other_at_the_same_instant(page, chart):
    tile(page, "Soft-tissue").click()
    page.wait_for_timeout(1100)
    tile(page, "Joint").click()
    saved(page)

    (ended,) = chart.blocks()
    live = clock_of(chart)
    assert ended.technique.key == "soft_tissue_mobilization"
    assert live.entry["technique"] == "joint_mobilization"
    assert live.started_at == ended.ends_at


def test_pause_is_nobodys_minutes(page, chart):
    tile(page, "Soft-tissue").click()
    page.wait_for_timeout(1100)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#live")).to_have_attribute("data-state", "paused")
    expect(page.locator("#live")).to_contain_text("paused, not billed")
    page.wait_for_timeout(1100)
    page.get_by_role("button", name="Resume").click()
    page.wait_for_timeout(1100)
    page.get_by_role("button", name="Stop").click()
    saved(page)

    first, second = chart.blocks()
    assert first.technique == second.technique
    assert second.starts_at > first.ends_at


def test_started_three_minutes_ago_moves_the_start_and_the_end_before_it(page, chart):
    tile(page, "Soft-tissue").click()
    page.get_by_role("button", name="I started 3 min ago").click()
    saved(page)
    began = clock_of(chart).started_at

    tile(page, "Joint").click()
    saved(page)
    (ended,) = chart.blocks()

    assert ended.starts_at == began
    assert ended.minutes >= 2


def test_undo_takes_the_switch_back(page, chart):
    tile(page, "Soft-tissue").click()
    page.wait_for_timeout(1100)
    tile(page, "Joint").click()
    page.get_by_role("button", name="Undo", exact=True).last.click()
    saved(page)

    assert chart.blocks() == []
    assert clock_of(chart).entry["technique"] == "soft_tissue_mobilization"


def test_single_keys_work_outside_fields_and_can_be_switched_off(page, chart):
    page.locator("#timeline-title").focus()
    page.keyboard.press("n")
    expect(page.locator("#live")).to_have_attribute("data-state", "running")
    page.keyboard.press("p")
    expect(page.locator("#live")).to_have_attribute("data-state", "paused")
    page.keyboard.press("/")
    expect(page.locator("#typed-line")).to_be_focused()
    page.keyboard.type("n?")
    expect(page.locator("#typed-line")).to_have_value("n?")

    page.locator("#timeline-title").focus()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    dialog.get_by_label("Single-letter keys are on").uncheck()
    page.keyboard.press("Escape")
    page.locator("#timeline-title").focus()
    page.keyboard.press("?")
    expect(dialog).to_be_hidden()
    saved(page)


def test_typed_line_becomes_chips_then_a_block(page, chart):
    line = page.locator("#typed-line")

    line.fill("10 min stm l upper trap gr iii pain 6->4 guarding less")
    chips = page.locator("#typed-chips")
    expect(chips.locator("li")).to_have_text([
        "10 min", "Soft-tissue mobilization", "97140", "Left upper trapezius", "grade III",
        "pain 6→4", "note: guarding less",
    ])  # fmt: skip
    line.press("Enter")
    saved(page)

    (block,) = chart.blocks()
    assert chart.spans() == [("soft_tissue_mobilization", "11:00", "11:10")]
    assert (block.side, block.grade, block.pain_before, block.pain_after, block.response) == (
        "left", "III", 6, 4, "guarding less",
    )  # fmt: skip
    expect(line).to_have_value("")


def test_two_regions_ask_and_are_not_guessed(page, chart):
    line = page.locator("#typed-line")
    line.fill("9:05-9:17 stm neck upper trap")
    question = page.locator("#typed-question")
    expect(question).to_contain_text("Which region?")
    line.press("Enter")
    saved(page)
    assert chart.blocks() == []

    question.get_by_role("button", name="Cervical spine and Upper trapezius").click()
    question.get_by_role("button", name="Right").click()
    line.press("Enter")
    saved(page)

    (block,) = chart.blocks()
    assert chart.spans() == [("soft_tissue_mobilization", "09:05", "09:17")]
    with scope(chart.practice):
        assert [r.key for r in block.regions.order_by("key")] == [
            "cervical_spine", "upper_trapezius",
        ]  # fmt: skip
    assert block.side == "right"


def test_line_typed_offline_is_read_when_the_connection_is_back(page, chart):
    page.context.set_offline(True)
    page.locator("#typed-line").fill("12 te")
    page.locator("#typed-line").press("Enter")
    expect(pill(page)).to_have_text("Offline: 1 change on this device")
    assert chart.blocks() == []

    page.context.set_offline(False)
    saved(page)

    assert chart.spans() == [("therapeutic_exercise", "11:00", "11:12")]


def test_last_visit_is_copied_as_a_plan_without_minutes_or_responses(page, chart):
    page.get_by_role("button", name="Copy last visit").click()
    saved(page)

    live = clock_of(chart)
    assert chart.blocks() == []
    assert len(live.planned) == 14
    assert {row["response"] for row in live.planned} == {""}
    assert {row["pain_before"] for row in live.planned} == {None}
    assert not any({"start", "end", "minutes"} & set(row) for row in live.planned)

    page.get_by_role("button", name="Next block").first.click()
    saved(page)
    assert clock_of(chart).entry["technique"] == live.planned[0]["technique"]
    assert len(clock_of(chart).planned) == 13


def test_template_is_kept_and_used(page, chart):
    chart.add("11:00", "11:10", technique="soft_tissue_mobilization", regions=["lumbar_spine"])
    page.reload()
    ready(page)
    page.get_by_role("button", name="Keep as template").click()
    dialog = page.get_by_role("dialog", name="Keep as a template")
    dialog.get_by_label("Name").fill("Low back")
    dialog.get_by_label("For the whole practice").check()
    dialog.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("Template Low back kept.")).to_be_visible()
    page.get_by_role("button", name="Templates").click()
    page.get_by_role("dialog").get_by_role("button", name="Low back", exact=True).click()
    expect(page.locator("#plan .plan-item")).to_have_count(1)
    saved(page)

    with scope(chart.practice):
        (row,) = BlockTemplate.objects.all()
    assert (row.name, row.clinician_id) == ("Low back", None)
    assert "response" not in row.entries[0]
    assert [entry["technique"] for entry in clock_of(chart).planned] == ["soft_tissue_mobilization"]


def test_form_of_a_new_block_follows_the_last_one(page, chart):
    """Its end too: a start that moved on alone would make a block of nearly a day."""
    expect(page.locator("#id_start")).to_have_value("11:00")

    page.locator("#typed-line").fill("25 te")
    page.locator("#typed-line").press("Enter")
    expect(page.locator("#block-rows tr")).to_have_count(1)

    expect(page.locator("#id_start")).to_have_value("11:25")
    expect(page.locator("#id_end")).to_have_value("11:35")
    expect(page.locator("#id_minutes")).to_have_value("10")


def test_sentence_is_tapped_into_its_section(page, chart):
    page.locator("#id_plan").fill("Ice at home.")
    page.get_by_role("group", name="Sentences for plan").get_by_text("Progress").click()
    saved(page)

    assert chart.fresh().plan == "Ice at home. Progress exercise load at the next visit."


def test_missing_list_leads_to_the_field(page, chart):
    chart.add("11:00", "11:10", technique="soft_tissue_mobilization", regions=[], response="")
    page.reload()
    ready(page)
    missing = page.locator("#missing-list li")
    expect(missing).to_have_count(2)

    missing.filter(has_text="write the response").get_by_role("link").click()
    expect(page.locator("#id_response")).to_be_focused()
    missing.filter(has_text="choose the region").get_by_role("link").click()
    expect(page.locator("#id_regions [data-filter]")).to_be_focused()


def test_time_with_another_patient_is_named_with_a_fix(signed_in, chart):
    with scope(chart.practice):
        episode = make_episode(clinician=chart.user.clinician)
        visit = make_visit(episode=episode, date=chart.visit.date, starts_at=chart.visit.starts_at)
        other = make_note(visit)
        make_block(other, "11:20", "11:40")
    chart.add("11:00", "11:25", technique="soft_tissue_mobilization", regions=["lumbar_spine"])
    page = open_chart(signed_in(chart.user), chart)
    number = episode.patient.record_number

    expect(page.locator("#fixes")).to_contain_text(
        f"Patient {number} has your one-on-one time 11:20–11:40; it overlaps "
        "Soft-tissue mobilization 11:20–11:25."
    )
    page.get_by_role("button", name="End Soft-tissue mobilization at 11:20").click()
    saved(page)

    assert chart.spans() == [("soft_tissue_mobilization", "11:00", "11:20")]


class Taps:
    """A person who counts: each click is a tap, only the signing secret is typed."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps, self.typed = page, 0, 0

    def tap(self, locator) -> None:
        locator.click()
        self.taps += 1


def test_routine_follow_up_takes_at_most_20_taps_and_no_typing(signed_in):
    chart = make_chart(complete=False)
    page = open_chart(signed_in(chart.user, proved_ago=3600), chart)
    hand = Taps(page)
    reply = page.get_by_role("group", name="Response of the running block")
    hand.taps += 1  # "Start note" on the day list, which opened this page

    names = ["Soft-tissue", "Joint", "Therapeutic exercise", "Neuromuscular"]
    for name, said in zip(names, ("Pain less", "Moves better", None, None), strict=True):
        hand.tap(tile(page, name))
        page.wait_for_timeout(1100)
        if said:
            hand.tap(reply.get_by_role("button", name=said))
    hand.tap(page.get_by_role("group", name="Sentences for subjective").get_by_text("Better"))
    until_last = hand.taps
    hand.tap(page.get_by_role("button", name="Stop"))
    hand.tap(page.get_by_role("group", name="Sentences for assessment").get_by_text("Responds"))
    hand.tap(page.get_by_role("group", name="Sentences for plan").get_by_text("Continue"))
    hand.tap(page.get_by_role("link", name="Review and sign"))
    hand.tap(page.get_by_label("I agree to the statement above."))
    page.locator("#main").get_by_label("Password").fill(PASSWORD)
    hand.tap(page.get_by_role("button", name="Sign note and charges"))
    page.wait_for_url("**/note/")

    after = hand.taps - until_last
    print(f"\nroutine follow-up, 4 blocks live: {hand.taps} taps, {after} after the last block")
    assert chart.fresh().is_signed
    assert len(chart.blocks()) == 4
    assert hand.taps <= 20
    assert after <= 6
    assert hand.typed == 0


def test_paper_is_seen_before_signing_and_the_next_patient_is_one_tap_away(signed_in):
    chart = make_chart()
    chart.add("11:00", "11:15")
    with scope(chart.practice):
        later = make_visit(
            episode=chart.visit.episode, date=chart.visit.date,
            starts_at=chart.visit.starts_at + timedelta(hours=1),
        )  # fmt: skip
    context = signed_in(chart.user, proved_ago=3600)
    page = open_chart(context, chart)
    page.get_by_role("link", name="Review and sign").click()
    draft = context.request.get(f"{chart.path}draft.pdf")
    assert draft.headers["content-type"] == "application/pdf"
    assert draft.body()[:5] == b"%PDF-"
    secret = page.locator("#main").get_by_label("Password")
    page.get_by_label("I agree to the statement above.").check()
    secret.fill("not the password")
    page.get_by_role("button", name="Sign note and charges").click()
    expect(page.get_by_text("That password is not right. Nothing was signed")).to_be_visible()
    assert not chart.fresh().is_signed
    page.get_by_label("I agree to the statement above.").check()
    secret.fill(PASSWORD)
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        page.get_by_role("button", name="Sign note and charges").click()
    assert answered.value.status == 302
    with scope(chart.practice):  # the paper is there with the answer, not some time after it
        paper = bytes(chart.fresh().document.content)
    page.wait_for_url("**/note/")
    link = page.get_by_role("link", name="Open PDF")
    assert context.request.get(link.get_attribute("href")).body() == paper
    assert paper[:5] == b"%PDF-"

    page.get_by_role("button", name="Start note").click()
    page.wait_for_url(f"**/{later.public_id}/")
    ready(page)


def test_colleague_at_the_same_chart_is_named(signed_in):
    chart = make_chart(therapists_see_all=True)
    chart.add("11:00", "11:15")
    with scope(chart.practice):
        colleague = make_clinician(first_name="Ada", last_name="Lind").user
    theirs = open_chart(signed_in(colleague), chart)
    theirs.get_by_role("button", name="End: one minute later").first.click()
    saved(theirs)

    page = open_chart(signed_in(chart.user), chart)

    expect(page.locator("#banners")).to_contain_text("Ada Lind is charting here too.")
