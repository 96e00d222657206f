"""Two tabs of one person save the same chart, again and again; no save may vanish. T-C01.

    python -m tests.soak.two_tabs --saves 10000

Each tab adds numbered words to the plan, from the text and version it saw last, sent at the same
moment as the other tab's. An answer says "saved" (the word is acknowledged) or shows a conflict:
the tab takes what is stored now, as its reader would, and writes its word again. In the end
every acknowledged word is stored once, or was removed by a save that had seen it.
"""

import argparse
import sys
import threading
import time
import uuid
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

from tests.soak import saving
from tests.soak.server_kills import Gunicorn

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
        status, body = self.session.save(self.path, edit, key=uuid.uuid4(), version=self.version)
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


def race(tabs: list[Tab], saves: int, until: float) -> None:
    """Both send at the same moment, until that many are acknowledged or the time is over."""
    together = threading.Barrier(len(tabs))

    def go(tab: Tab) -> None:
        for _ in range(saves // len(tabs)):
            with suppress(threading.BrokenBarrierError):
                together.wait(30)
            if tab.failures or time.monotonic() > until:
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


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--saves", type=int, default=10_000)
    asked.add_argument("--minutes", type=float, default=600)
    given = asked.parse_args()
    saving.prepare()
    (chart,) = saving.charts(1)
    server = Gunicorn(saving.free_port())
    server.start()
    try:
        cookie, version = saving.cookie_of(chart), chart.fresh().version
        tabs = [Tab(name, f"{chart.path}ops/", saving.Session(server.port, cookie), version)
                for name in "ab"]  # fmt: skip
        for tab in tabs:
            tab.session.sign_on()
        began = time.monotonic()
        race(tabs, given.saves, began + 60 * given.minutes)
    finally:
        server.stop()
    found = wrong(tabs, chart) + saving.engine_troubles()
    told = sum((tab.told for tab in tabs), Counter())
    print(f"{told['saved']} acknowledged saves from two tabs: {len(found)} lost or doubled; "
          f"{told['told that the chart changed']} were told that the chart changed, "
          f"{told['shown both texts']} were shown both texts, "
          f"{time.monotonic() - began:.0f} s.")  # fmt: skip
    print("\n".join(found))
    return int(bool(found) or not told["shown both texts"])


if __name__ == "__main__":
    sys.exit(main())
