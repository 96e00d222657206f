"""A visit of today to chart in the browser, and the screen's parts by what people see."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from time import monotonic, sleep
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

from clinic.models import Practice, User
from clinic.scope import scope
from notes.models import Note, TreatmentBlock, Visit
from tests.billing.making import make_fees, make_payer_with
from tests.browser.looks import drawn
from tests.factories import (
    at,
    make_block,
    make_clinician,
    make_coverage,
    make_episode,
    make_location,
    make_note,
    make_plan,
    make_practice,
    make_visit,
    technique_of,
)

TILES = (
    ("soft_tissue_mobilization", ("lumbar_spine",), 5),
    ("joint_mobilization", ("cervical_spine",), 4),
    ("therapeutic_exercise", (), 3),
    ("neuromuscular_reeducation", (), 2),
)


def noon_zone() -> str:
    """A zone where it is noon now: a visit of this morning and one running both are today."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


@dataclass
class Chart:
    """A draft of today's visit at 11:00, of a patient seen before."""

    practice: Practice
    user: User
    visit: Visit
    note: Note

    @property
    def path(self) -> str:
        return f"/notes/visits/{self.visit.public_id}/"

    def fresh(self) -> Note:
        with scope(self.practice):
            return Note.objects.get(pk=self.note.pk)

    def blocks(self) -> list[TreatmentBlock]:
        with scope(self.practice):
            return list(self.note.blocks.select_related("technique"))

    def spans(self) -> list[tuple[str, str, str]]:
        """Technique and local clock times of what the server has, in order of time."""
        zone = self.practice.zone
        return [
            (b.technique.key, f"{b.starts_at.astimezone(zone):%H:%M}",
             f"{b.ends_at.astimezone(zone):%H:%M}")
            for b in self.blocks()
        ]  # fmt: skip

    def add(self, start: str, end: str, **more: Any) -> TreatmentBlock:
        with scope(self.practice):
            return make_block(self.note, start, end, **more)


def make_chart(*, complete: bool = True, **practice: Any) -> Chart:
    practice = make_practice(**{"timezone": noon_zone()} | practice)
    with scope(practice):
        technique_of("rest")
        make_location()
        make_fees()
        clinician = make_clinician()
        coverage = make_coverage(payer=make_payer_with("commercial"))
        episode = make_episode(coverage=coverage, clinician=clinician)
        make_plan(episode)
        today = datetime.now(practice.zone).date()
        _history(episode, today - timedelta(days=7))
        visit = make_visit(episode=episode, date=today, starts_at=at("11:00", today))
        texts = (
            {} if complete else dict.fromkeys(("subjective", "objective", "assessment", "plan"), "")
        )
        return Chart(practice, clinician.user, visit, make_note(visit, **texts))


def _history(episode: Any, day: date) -> None:
    """Earlier blocks: what the tiles are sorted by, and the visit that can be copied."""
    note = make_note(make_visit(episode=episode, date=day, starts_at=at("09:00", day)))
    minute = 0
    for technique, regions, times in TILES:
        for _ in range(times):
            start = f"{9 + minute // 60:02}:{minute % 60:02}"
            minute += 5
            end = f"{9 + minute // 60:02}:{minute % 60:02}"
            make_block(note, start, end, technique=technique, regions=regions)


# --- the screen -----------------------------------------------------------------------------


def open_chart(context: BrowserContext, chart: Chart, *, fragment: str = "") -> Page:
    page = context.new_page()
    page.goto(chart.path + fragment)
    ready(page)
    return page


def ready(page: Page) -> None:
    """The script has taken over and nothing moves any more, so that a place pointed at stays."""
    page.wait_for_selector("#charting[data-ready]")
    page.evaluate("document.fonts.ready.then(() => true)")
    drawn(page)


def until(holds: Callable[[], bool], *, seconds: float = 20) -> None:
    """Asked again and again from here: the page's policy forbids Playwright's own waiting."""
    last = monotonic() + seconds
    while not holds():
        assert monotonic() < last, "did not come true in time"
        sleep(0.05)


# What a hand has done but is no edit yet: typing that waits for its pause, and edits to send.
_ON_ITS_WAY = """() => {
  const { editor, outbox, texts } = document.querySelector("#charting").charting;
  return outbox.waiting + [editor.timer, ...Object.values(texts.timers)].filter(Boolean).length;
}"""


def saved(page: Page) -> None:
    """Until nothing is on its way any more.

    Of what begins with an answer of the server or with a dialog, the test first expects what
    people see of it: before that there may be nothing on its way yet.
    """
    drawn(page)  # a click's own tasks have run
    until(lambda: page.evaluate(_ON_ITS_WAY) == 0)
    expect(pill(page)).to_have_attribute("data-state", "saved")


def pill(page: Page) -> Locator:
    return page.locator("#save-pill")


def bar(page: Page, name: str) -> Locator:
    """A block on the timeline, by the beginning of its name."""
    return page.locator(f"handline-timeline .tl2-block[aria-label^='{name}']")


def tile(page: Page, name: str) -> Locator:
    return page.locator("#favourites .fav", has_text=name)


def refuse(page: Page) -> None:
    """An edit that the server will not have, as one typed offline may turn out to be."""
    page.route(
        "**/ops/", lambda route: route.fulfill(status=422, json={"error": "Give the minutes."})
    )
    page.get_by_role("button", name="End: one minute later").first.click()
    expect(page.locator("#banners .decision")).to_be_visible()


def waiting(page: Page) -> int:
    return page.evaluate("document.querySelector('#charting').charting.outbox.waiting")
