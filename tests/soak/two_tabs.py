"""Two tabs of one person save the same chart, again and again; no save may vanish. T-C01.

    python -m tests.soak.two_tabs --total --saves 10000

Some people at once, each with two tabs at one chart of their own. Each tab adds numbered words to
the plan, from the text and version it saw last, sent at the same moment as the other tab's. An
answer says "saved" (the word is acknowledged) or shows a conflict: the tab takes what is stored
now, as its reader would, and writes its word again. In the end every acknowledged word is stored
once, or was removed by a save that had seen it. Goes piece by piece (tests/soak/runs.py), each
with new charts.
"""

import argparse
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException

from tests.soak import runs, saving
from tests.soak.server_kills import Gunicorn

TRIAL = "saves from two tabs"
PIECE = 1000  # saves, then everything is looked at
TRIES = 100
LONGEST = 300  # words in the plan; the tab that finds so many replaces them


@dataclass
class Tab:
    """What one tab shows, and what it was told about each of its words."""

    name: str
    path: str
    session: saving.Session
    version: int
    plan: str = ""
    acknowledged: list[str] = field(default_factory=list)
    taken_away: list[str] = field(default_factory=list)  # acknowledged removals of old words
    told: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def write(self) -> None:
        """One word, until it is saved."""
        word = f"{self.name}{len(self.acknowledged)}"
        while not self.failures:
            words = self.plan.split()
            gone = words if len(words) >= LONGEST else []
            text = " ".join([*([] if gone else words), word])
            if self._send(text):
                self.acknowledged.append(word)
                self.taken_away += gone
                return

    def _send(self, text: str) -> bool:
        """Whether it was saved. A changed chart is looked at and the edit sent again, as it is."""
        edit = {"op": "text", "section": "plan", "base": self.plan, "text": text}
        status, body = self._answered(edit, uuid.uuid4())
        if status == 409 and body.get("stale"):
            self.told["told that the chart changed"] += 1
            self.version = body["state"]["version"]
            return self._send(text)
        if status not in (200, 409):
            self.failures.append(f"{self.name}: {status} {body.get('error', '')}")
            return False
        self.told["saved" if status == 200 else "shown both texts"] += 1
        self.version, self.plan = body["state"]["version"], body["state"]["texts"]["plan"]
        return status == 200

    def _answered(self, edit: dict, key: uuid.UUID) -> tuple[int, dict]:
        """Sent again under its key while no answer comes, as the page does: a worker may retire."""
        for _ in range(TRIES):
            with suppress(OSError, HTTPException):
                return self.session.save(self.path, edit, key=key, version=self.version)
            self.told["sent again"] += 1
            time.sleep(0.1)
        return 0, {"error": f"no answer to {TRIES} requests"}


def race(tabs: list[Tab], saves: int, is_over: Callable[[], bool]) -> None:
    """Both send at the same moment, until that many are acknowledged or the time is over."""
    together = threading.Barrier(len(tabs))

    def go(tab: Tab) -> None:
        for _ in range(saves // len(tabs)):
            with suppress(threading.BrokenBarrierError):
                together.wait(30)
            if tab.failures or is_over():
                together.abort()
            if together.broken:
                return
            tab.write()

    threads = [threading.Thread(target=go, args=[tab]) for tab in tabs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def wrong(tabs: list[Tab], chart) -> list[str]:
    """Each acknowledged word is in the plan once, or was removed by a save that had seen it."""
    from clinic.scope import scope  # noqa: PLC0415 Django is set up now

    with scope(chart.practice):
        note = chart.fresh()
        edits = note.operations.count()
    acknowledged = Counter(word for tab in tabs for word in tab.acknowledged)
    stored = Counter(note.plan.split())
    removed = Counter(word for tab in tabs for word in tab.taken_away)
    found = [failure for tab in tabs for failure in tab.failures]
    if lost := acknowledged - stored - removed:
        found.append(f"{lost.total()} acknowledged saves are lost, among them {min(lost)}")
    if more := stored + removed - acknowledged:
        found.append(f"{more.total()} words are stored that nobody was told of: {min(more)}")
    saved = sum(tab.told["saved"] for tab in tabs)
    if not saved == edits == note.version - 1 == acknowledged.total():
        found.append(f"{saved} saved, {edits} edits kept, {note.version - 1} changes of the note")
    return found


def pair(chart, port: int) -> list[Tab]:
    """Two tabs of the chart's therapist, in one session."""
    cookie, version = saving.cookie_of(chart), chart.fresh().version
    tabs = [Tab(name, f"{chart.path}ops/", saving.Session(port, cookie), version) for name in "ab"]
    for tab in tabs:
        tab.session.sign_on()
    return tabs


def piece(saves: int, people: int, port: int, given, is_over: Callable[[], bool]):
    """What was counted, and what of it is wrong."""
    began, charts = time.monotonic(), saving.charts(people)
    pairs = [pair(chart, port) for chart in charts]
    races = [threading.Thread(target=race, args=[tabs, saves // people, is_over]) for tabs in pairs]
    for one in races:
        one.start()
    for one in races:
        one.join()
    found = [w for tabs, chart in zip(pairs, charts, strict=True) for w in wrong(tabs, chart)]
    found += saving.engine_troubles()
    told = sum((tab.told for tabs in pairs for tab in tabs), Counter())
    names = ("saved", "told that the chart changed", "shown both texts", "sent again")
    counted = {name: told[name] for name in names} | {"lost or doubled": len(found)}
    runs.write_down(TRIAL, given, seed=0, seconds=time.monotonic() - began, counted=counted)
    return counted, found


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--saves", type=int, default=10_000)
    asked.add_argument("--people", type=int, default=4)
    runs.add_words(asked)
    given = asked.parse_args()
    left = runs.left(TRIAL, {"saved": given.saves}, given)["saved"]
    saving.prepare()
    ended, until, shown, found = runs.end_on_signals(), time.monotonic() + 60 * given.minutes, 0, []

    def is_over() -> bool:
        return ended.is_set() or time.monotonic() > until

    server = Gunicorn(saving.free_port(), is_preloaded=True)
    server.start()
    try:
        while left > 0 and not (found or is_over()):
            saves = max(2 * given.people, min(left, PIECE))
            counted, found = piece(saves, given.people, server.port, given, is_over)
            left, shown = left - counted["saved"], shown + counted["shown both texts"]
    finally:
        server.stop()
    print("\n".join(found))
    return int(bool(found) or not shown)


if __name__ == "__main__":
    sys.exit(main())
