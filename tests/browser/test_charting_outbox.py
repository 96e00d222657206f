"""Nothing is lost and nothing is doubled: no connection, lost answers, tabs, devices, sign-outs."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from clinic.scope import scope
from notes.models import LiveChart, Note, Operation
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
from tests.clinic.sign_in.ways import code_now, give_app
from tests.conftest import client_of
from tests.factories import PASSWORD, at

RAW = """async () => {
  const open = () => new Promise((done) => {
    const request = indexedDB.open("handline-outbox", 1);
    request.onsuccess = () => done(request.result);
  });
  const db = await open();
  const rows = await new Promise((done) => {
    const request = db.transaction("edits").objectStore("edits").getAll();
    request.onsuccess = () => done(request.result);
  });
  db.close();
  const text = (buffer) => Array.from(new Uint8Array(buffer), (b) => String.fromCharCode(b)).join("");
  return rows.map((row) => ({ fields: Object.keys(row).sort(), data: text(row.data) }));
}"""  # noqa: E501 a script


STORE = "document.querySelector('#charting').charting.store"
RUNNING = "document.querySelector('#charting').charting.store.view.running.start"


@pytest.fixture
def chart(server) -> Chart:
    chart = make_chart()
    chart.add("11:00", "11:10", technique="soft_tissue_mobilization", regions=["lumbar_spine"])
    return chart


@pytest.fixture
def context(signed_in, chart):
    return signed_in(chart.user)


def add_by_table(page: Page, part: str = "End", times: int = 1) -> None:
    for _ in range(times):
        page.get_by_role("button", name=f"{part}: one minute later").first.click()


def write_plan(page: Page, text: str) -> None:
    page.locator("#id_plan").fill(text)
    page.locator("#id_plan").blur()


def on_disk(page: Page) -> int:
    return len(page.evaluate(RAW))


def running(chart: Chart) -> str:
    with scope(chart.practice):
        return LiveChart.objects.get(note=chart.note, started_at__isnull=False).entry["technique"]


def operations(chart: Chart) -> int:
    with scope(chart.practice):
        return Operation.objects.filter(note=chart.note).count()


def test_three_edits_offline_are_sent_when_the_connection_is_back(context, chart):
    page = open_chart(context, chart)
    expect(page.locator("#charges .charges-sum")).to_be_visible()
    context.set_offline(True)

    add_by_table(page)
    write_plan(page, "Progress load.")
    tile(page, "Joint mobilization").click()

    expect(pill(page)).to_have_text("Offline: 3 changes on this device")
    expect(pill(page)).to_have_attribute("data-state", "offline")
    expect(page.locator("#charges-as-of")).to_contain_text("As of")
    expect(page.locator("#charges")).to_have_class("stale")
    assert chart.fresh().plan == "Continue twice a week."

    context.set_offline(False)
    saved(page)

    assert chart.spans() == [("soft_tissue_mobilization", "11:00", "11:11")]
    assert chart.fresh().plan == "Progress load."
    assert running(chart) == "joint_mobilization"
    assert operations(chart) == 3
    assert on_disk(page) == 0


def test_tab_closed_offline_sends_when_opened_again(context, chart):
    page = open_chart(context, chart)
    until(lambda: page.evaluate("!!document.querySelector('#charting').charting.outbox.store"))
    context.set_offline(True)
    write_plan(page, "Written in the basement.")
    until(lambda: on_disk(page) == 1)
    page.close(run_before_unload=False)
    assert chart.fresh().plan == "Continue twice a week."

    context.set_offline(False)
    again = open_chart(context, chart)
    saved(again)

    assert chart.fresh().plan == "Written in the basement."
    expect(again.locator("#id_plan")).to_have_value("Written in the basement.")
    assert on_disk(again) == 0


def test_lost_answer_is_asked_for_again_and_applied_once(context, chart):
    page = open_chart(context, chart)
    sent = []

    def lose_first(route):
        sent.append(route.request.headers["idempotency-key"])
        if len(sent) == 1:
            route.fetch()  # the server works, its answer never arrives
            route.abort()
        else:
            route.continue_()

    page.route("**/ops/", lose_first)
    add_by_table(page)
    saved(page)

    assert len(sent) == 2
    assert len(set(sent)) == 1
    assert chart.spans() == [("soft_tissue_mobilization", "11:00", "11:11")]
    assert operations(chart) == 1


def test_server_error_keeps_the_edits_and_says_the_reference(context, chart):
    page = open_chart(context, chart)
    page.route(
        "**/ops/",
        lambda route: route.fulfill(status=500, headers={"X-Request-ID": "abcdef0123456789"}),
    )

    add_by_table(page)

    expect(pill(page)).to_have_text("Not sent: 1 change on this device. Try again (abcdef01)")
    page.unroute("**/ops/")
    pill(page).click()
    saved(page)
    assert operations(chart) == 1


def test_session_ended_signs_in_on_the_same_page(context, chart, django_db_blocker):
    with django_db_blocker.unblock():
        give_app(chart.user)
    page = open_chart(context, chart)
    saved(page)
    context.clear_cookies()

    add_by_table(page, times=2)
    write_plan(page, "Kept through the sign-in.")
    expect(pill(page)).to_have_attribute("data-state", "login")
    pill(page).click()
    dialog = page.get_by_role("dialog", name="Sign in to go on")
    dialog.get_by_label("Password").fill("not the password")
    dialog.get_by_role("button", name="Sign in", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("not correct")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in", exact=True).click()
    expect(dialog.get_by_label("Code of your app")).to_be_visible()
    dialog.get_by_label("Code of your app").fill(code_now())
    dialog.get_by_role("button", name="Sign in", exact=True).click()

    expect(dialog).to_be_hidden()
    saved(page)
    assert chart.spans() == [("soft_tissue_mobilization", "11:00", "11:12")]
    assert chart.fresh().plan == "Kept through the sign-in."


def test_two_tabs_with_different_edits_are_merged(context, chart):
    first, second = open_chart(context, chart), open_chart(context, chart)

    add_by_table(first)
    write_plan(second, "From the second tab.")
    saved(first)
    saved(second)

    assert chart.spans() == [("soft_tissue_mobilization", "11:00", "11:11")]
    assert chart.fresh().plan == "From the second tab."
    expect(first.locator("#id_plan")).to_have_value("From the second tab.")


def test_two_devices_changing_one_block_ask_whose_is_right(signed_in, chart):
    here, there = signed_in(chart.user), signed_in(chart.user)
    mine, theirs = open_chart(here, chart), open_chart(there, chart)
    here.set_offline(True)
    add_by_table(mine, times=5)
    add_by_table(theirs, times=2)
    saved(theirs)

    here.set_offline(False)

    banner = mine.locator("#banners .decision")
    expect(banner).to_contain_text("Somebody else changed this block")
    expect(banner).to_contain_text("Changed by")
    expect(banner).to_contain_text("11:00–11:15 (15 min)")
    expect(banner).to_contain_text("11:00–11:12 (12 min)")
    expect(pill(mine)).to_have_text("1 change to decide")
    assert chart.spans() == [("soft_tissue_mobilization", "11:00", "11:12")]

    banner.get_by_role("button", name="Keep mine").click()
    saved(mine)
    assert chart.spans() == [("soft_tissue_mobilization", "11:00", "11:15")]
    expect(mine.locator("#banners .decision")).to_have_count(0)


@pytest.mark.parametrize(
    ("choice", "spans"),
    [
        ("Keep theirs", [("11:00", "11:12")]),
        ("Keep both", [("11:00", "11:12"), ("11:00", "11:15")]),
    ],
)
def test_conflict_can_keep_theirs_or_both(signed_in, chart, choice, spans):
    here, there = signed_in(chart.user), signed_in(chart.user)
    mine, theirs = open_chart(here, chart), open_chart(there, chart)
    here.set_offline(True)
    add_by_table(mine, times=5)
    add_by_table(theirs, times=2)
    saved(theirs)
    here.set_offline(False)

    mine.get_by_role("button", name=choice).click()
    saved(mine)

    assert [row[1:] for row in chart.spans()] == spans
    until(lambda: on_disk(mine) == 0)


def test_text_written_on_two_devices_is_shown_and_kept_both(signed_in, chart):
    here, there = signed_in(chart.user), signed_in(chart.user)
    mine, theirs = open_chart(here, chart), open_chart(there, chart)
    here.set_offline(True)
    write_plan(mine, "Mine.")
    write_plan(theirs, "Theirs.")
    saved(theirs)
    here.set_offline(False)

    mine.get_by_role("button", name="Keep both").click()
    saved(mine)

    assert chart.fresh().plan == "Theirs.\nMine."
    expect(mine.locator("#id_plan")).to_have_value("Theirs.\nMine.")


def test_restored_older_database_asks_about_what_the_page_had(context, chart):
    page = open_chart(context, chart)
    write_plan(page, "First.")
    saved(page)
    copy = chart.fresh()
    write_plan(page, "First. Second.")
    saved(page)
    until(lambda: chart.fresh().plan == "First. Second.")

    with scope(chart.practice):  # as an older copy of the database has it
        Note.objects.filter(pk=chart.note.pk).update(version=copy.version, plan=copy.plan)
    page.evaluate(f"{STORE}.stored.now -= 60")  # a restore takes longer than an answer
    add_by_table(page)

    expect(
        page.get_by_text("The server came back from an older copy of this chart.")
    ).to_be_visible()
    page.get_by_role("button", name="Keep mine").click()
    saved(page)
    until(lambda: chart.fresh().plan == "First. Second.")
    expect(page.locator("#id_plan")).to_have_value("First. Second.")
    until(lambda: on_disk(page) == 0)


def test_signed_meanwhile_keeps_what_was_not_applied(context, chart):
    page = open_chart(context, chart)
    saved(page)
    context.set_offline(True)
    write_plan(page, "Too late for the note.")
    until(lambda: on_disk(page) == 1)
    with scope(chart.practice):
        Note.objects.filter(pk=chart.note.pk).update(
            status="signed", signed_at=at("11:40", chart.visit.date), signed_by=chart.user,
            imported=True, digest="0" * 64,
        )  # fmt: skip

    context.set_offline(False)

    banner = page.locator("#banners .decision")
    expect(banner).to_contain_text("This note was signed meanwhile. 1 change was not applied")
    expect(page.locator("#unsent-text")).to_have_value("plan: Too late for the note.")
    expect(banner.get_by_role("link", name="Go to the signed note")).to_be_visible()
    assert on_disk(page) == 1
    assert chart.fresh().plan == "Continue twice a week."


class AnHourAgo:
    """The server's clock as it was when the page was opened."""

    @staticmethod
    def now():
        return timezone.now() - timedelta(hours=1)


def test_an_hour_offline_with_the_clock_running_loses_and_doubles_nothing(
    signed_in, chart, monkeypatch
):
    context = signed_in(chart.user)
    page = context.new_page()
    with monkeypatch.context() as earlier:
        earlier.setattr("notes.services.ops_state.timezone", AnHourAgo)
        page.clock.install(time=AnHourAgo.now())
        page.goto(chart.path)
        ready(page)
        saved(page)
        context.set_offline(True)
    began = []

    for name in ("Soft-tissue", "Joint", "Therapeutic exercise", "Neuromuscular"):
        tile(page, name).click()
        began.append(page.evaluate(RUNNING))
        page.clock.fast_forward("14:00")
    page.get_by_role("button", name="Stop").click()
    write_plan(page, "An hour without a network.")
    until(lambda: on_disk(page) == 6)
    expect(pill(page)).to_have_text("Offline: 6 changes on this device")

    context.set_offline(False)
    saved(page)

    charted = [b for b in chart.blocks() if int(b.starts_at.timestamp()) in began]
    assert [int(b.starts_at.timestamp()) for b in charted] == began
    assert [b.minutes for b in charted] == [14, 14, 14, 14]
    assert [b.ends_at for b in charted[:3]] == [b.starts_at for b in charted[1:]]
    assert len(chart.blocks()) == 5
    assert chart.fresh().plan == "An hour without a network."
    assert operations(chart) == 6


def test_what_is_on_the_device_can_be_read_by_nobody(context, chart):
    page = open_chart(context, chart)
    saved(page)
    context.set_offline(True)
    write_plan(page, "Patient Jordan Sample cried about the divorce.")
    tile(page, "Joint mobilization").click()
    until(lambda: on_disk(page) == 2)

    rows = page.evaluate(RAW)
    elsewhere = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")

    assert {tuple(row["fields"]) for row in rows} == {("data", "iv", "made", "seq", "tag")}
    raw = "".join(row["data"] for row in rows)
    for word in ("Jordan", "divorce", "joint_mobilization", "cervical", "plan"):
        assert word not in raw
        assert word not in elsewhere
    assert str(chart.visit.public_id) not in raw
    assert elsewhere == "[{},{}]"


def test_key_is_held_by_the_server_not_by_the_device(context, chart):
    page = open_chart(context, chart)

    key = page.evaluate(
        "crypto.subtle.exportKey('raw', document.querySelector('#charting').charting.outbox"
        ".store.key).then(() => 'given', (error) => error.name)"
    )

    assert key == "InvalidAccessError"


def test_edits_of_somebody_else_stay_sealed_on_a_shared_tablet(context, chart, server):
    other = make_chart()
    page = open_chart(context, chart)
    saved(page)
    context.set_offline(True)
    write_plan(page, "First person's.")
    until(lambda: on_disk(page) == 1)
    context.clear_cookies()  # first: what a closing page sends, offline or not, finds nobody
    page.close(run_before_unload=False)
    context.set_offline(False)
    cookie = client_of(other.user).cookies["sessionid"]
    context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": server.url}])

    theirs = open_chart(context, other)

    expect(theirs.locator("#banners")).to_contain_text("1 change of somebody else wait")
    assert on_disk(theirs) == 1
    assert chart.fresh().plan == "Continue twice a week."


def test_burst_of_key_presses_is_one_edit_or_few(context, chart):
    page = open_chart(context, chart)
    bar(page, "Soft-tissue").focus()
    context.set_offline(True)
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    assert 1 <= waiting(page) <= 20

    context.set_offline(False)
    saved(page)

    assert chart.spans() == [("soft_tissue_mobilization", "11:20", "11:30")]
    assert operations(chart) <= 2  # the first was tried alone, the rest are joined


def sign_out(page: Page) -> None:
    page.locator(".menu > summary").click()
    page.get_by_role("button", name="Sign out", exact=True).click()


def test_signing_out_sends_what_stands_in_the_fields_first(context, chart):
    page = open_chart(context, chart)
    page.locator("#id_plan").fill("The last words before going home.")
    sign_out(page)
    page.wait_for_url("**/accounts/login/**")

    assert chart.fresh().plan == "The last words before going home."


def test_signing_out_with_something_unsent_says_so_and_keeps_it(context, chart, server):
    page = open_chart(context, chart)
    page.route("**/ops/", lambda route: route.fulfill(status=500))
    write_plan(page, "Kept through the sign-out.")
    expect(pill(page)).to_have_attribute("data-state", "error")
    sign_out(page)
    dialog = page.get_by_role("dialog", name="1 change is not sent yet")
    dialog.get_by_role("button", name="Stay", exact=True).click()
    expect(page.locator("#id_plan")).to_be_visible()
    sign_out(page)
    dialog.get_by_role("button", name="Sign out all the same").click()
    page.wait_for_url("**/accounts/login/**")
    assert on_disk(page) == 1
    assert chart.fresh().plan == "Continue twice a week."

    page.unroute("**/ops/")
    cookie = client_of(chart.user).cookies["sessionid"]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": server.url}])
    page.goto(chart.path)
    ready(page)
    until(lambda: chart.fresh().plan == "Kept through the sign-out.")
    until(lambda: on_disk(page) == 0)
