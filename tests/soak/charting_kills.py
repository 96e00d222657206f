"""Kill the browser at random instants while somebody types, drags and times; nothing may be lost.

    python -m tests.soak.charting_kills --kills 200

Each round opens the chart in a browser with a profile on disk, works at random, a good third of
the time without a network, and kills every process of that browser with SIGKILL. The next round,
with the same profile, must find on the server whatever was on the screen one second before the
kill, once.
"""

import argparse
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookies import Morsel
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Error, Page, Playwright, sync_playwright

if TYPE_CHECKING:
    from tests.browser.charts import Chart

ALLOWED_LOSS = 1.0  # seconds of input
OUTBOX = "document.querySelector('#charting').charting.outbox"
LEFT = f"{OUTBOX}.pending.map((entry) => JSON.stringify([entry.held, entry.edit]))"
WORDS = ("neck", "back", "hip", "knee", "pull", "push", "reach", "hold", "lift", "rest", "turn")


@dataclass
class Tally:
    kills: int = 0
    unsent_at_kill: int = 0
    worst_loss: float = 0.0
    doubled: int = 0
    losses: list[float] = field(default_factory=list)  # seconds, of kills that lost any
    failures: list[str] = field(default_factory=list)


def prepare() -> None:
    """A database of its own, before anything of Django is imported."""
    below = os.environ.get("HANDLINE_DATA") or None
    os.environ["HANDLINE_DATA"] = tempfile.mkdtemp(prefix="handline-soak-", dir=below)
    os.environ["HANDLINE_DEMO"] = "1"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    os.environ["DJANGO_SETTINGS_MODULE"] = "clinic.settings"
    import django  # noqa: PLC0415 the environment comes first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("dbsetup", verbosity=0)
    call_command("collectstatic", "--no-input", verbosity=0)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(port: int, *, workers: int = 1, config: str = "clinic/gunicorn.py") -> subprocess.Popen:
    """gunicorn as an installation runs it, answering by the time this returns."""
    command = [
        sys.executable, "-m", "gunicorn", "--config", config, "clinic.wsgi",
        "-b", f"127.0.0.1:{port}", "--workers", str(workers),
    ]  # fmt: skip
    log = tempfile.TemporaryFile()  # noqa: SIM115 a pipe that nobody reads would fill and hold it up
    # A group of its own: Ctrl-C is for the trial, which ends in good order and then stops it.
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, process_group=0)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if server.poll() is not None:
            log.seek(0)
            raise SystemExit(f"The server did not start: {log.read().decode()[-2000:]}")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return server
        time.sleep(0.1)
    server.kill()
    raise SystemExit("The server did not answer within 90 seconds.")


def processes_of(profile: str) -> list[int]:
    """The browser's processes, known by the profile they were started with."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            line = (entry / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if profile in line:
            found.append(int(entry.name))
    return found


def kill(profile: str) -> None:
    for pid in processes_of(profile):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    deadline = time.monotonic() + 5
    while processes_of(profile) and time.monotonic() < deadline:
        time.sleep(0.02)
    for name in ("SingletonLock", "SingletonSocket", "SingletonCookie"):
        (Path(profile) / name).unlink(missing_ok=True)


class Worker:
    """Somebody at the chart: types numbered words, moves a block, runs the clock."""

    def __init__(self, page, dice: random.Random, count: int) -> None:
        self.page, self.dice, self.count = page, dice, count
        self.typed: list[tuple[float, str]] = []  # when, and the plan's text then

    def work(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            act = self.dice.choices((self.type, self.drag, self.clock), (6, 2, 2))[0]
            act()

    def type(self) -> None:
        self.count += 1
        area = self.page.locator("#id_plan")
        area.press("Control+End")
        area.press_sequentially(f" {self.dice.choice(WORDS)}{self.count}.")
        self.typed.append((time.monotonic(), area.input_value()))

    def drag(self) -> None:
        box = self.page.locator("handline-timeline .tl2-block").first.bounding_box()
        if not box:
            return
        x, y = box["x"] + box["width"] / 2, box["y"] + 20
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + self.dice.randint(-60, 60), y, steps=4)
        mouse.up()

    def clock(self) -> None:
        self.page.locator("#favourites .fav").nth(self.dice.randint(0, 3)).click()


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z]+\d+\.", text)  # whole: a kill may cut 386 to 38


@dataclass
class Session:
    """One person's chart, and the browser's profile that outlives each kill."""

    play: Playwright
    chart: "Chart"
    base: str
    profile: str
    cookie: Morsel
    dice: random.Random
    tally: Tally
    worker: Worker | None = None  # of the round before
    killed_at: float = 0.0

    def open(self) -> Page:
        """The chart again; what the last round left on the device is sent first, then compared."""
        from tests.browser.charts import ready, until, waiting  # noqa: PLC0415 Django is set up now

        context = launch(self.play, self.profile, self.base, self.cookie)
        page = context.pages[0]
        page.goto(self.base + self.chart.path)
        ready(page)
        until(lambda: page.evaluate(f"{OUTBOX}.opened"), seconds=40)
        until(lambda: waiting(page) == 0, seconds=40)
        for left in page.evaluate(LEFT):
            self.tally.failures.append(f"left to decide after {self.tally.kills} kills: {left}")
        self.compare()
        return page

    def compare(self) -> None:
        """What the server has now with what stood on the screen before the kill."""
        if self.worker is None:
            return
        stored = words_of(self.chart.fresh().plan)
        self.tally.doubled += len(stored) - len(set(stored))
        keys = list(self.chart.note.operations.values_list("key", flat=True))
        self.tally.doubled += len(keys) - len(set(keys))
        typed = self.worker.typed
        lost = [when for when, text in typed if not set(words_of(text)) <= set(stored)]
        if lost:
            self.tally.worst_loss = max(self.tally.worst_loss, self.killed_at - min(lost))
            self.tally.losses.append(self.killed_at - min(lost))

    def round(self, *, offline: bool) -> None:
        page = self.open()
        page.context.set_offline(offline)
        self.worker = Worker(page, self.dice, self.worker.count if self.worker else 0)
        try:
            self.worker.work(self.dice.uniform(0.2, 2.0))
            self.tally.unsent_at_kill += page.evaluate(f"{OUTBOX}.waiting")
        except Error as error:
            self.tally.failures.append(str(error).splitlines()[0])
        self.killed_at = time.monotonic()
        kill(self.profile)
        self.tally.kills += 1
        with suppress(Error):  # it is dead, as it should be
            page.context.close()


def launch(play, profile: str, base: str, cookie):
    from tests.browser.conftest import FLAGS, chromium  # noqa: PLC0415

    context = play.chromium.launch_persistent_context(
        profile, executable_path=chromium(), args=[*FLAGS, "--disable-session-crashed-bubble"],
        viewport={"width": 1440, "height": 900}, reduced_motion="reduce",
    )  # fmt: skip
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": base}])
    return context


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--kills", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=int(time.time()))
    asked = arguments.parse_args()
    prepare()
    from clinic.scope import scope  # noqa: PLC0415
    from tests.browser.charts import make_chart  # noqa: PLC0415
    from tests.conftest import client_of  # noqa: PLC0415

    tally, began = Tally(), time.monotonic()
    chart = make_chart()
    chart.add("11:00", "11:15", technique="therapeutic_exercise", regions=[])
    cookie = client_of(chart.user).cookies["sessionid"]
    port = free_port()
    server, profile = serve(port), tempfile.mkdtemp(prefix="handline-kill-")
    try:
        with sync_playwright() as play, scope(chart.practice):
            dice, base = random.Random(asked.seed), f"http://127.0.0.1:{port}"
            session = Session(play, chart, base, profile, cookie, dice, tally)
            for _ in range(asked.kills):
                session.round(offline=dice.random() < 0.4)
                if tally.kills % 20 == 0:
                    print(f"{tally.kills} kills, {time.monotonic() - began:.0f} s", flush=True)
            session.open().context.close()
    finally:
        server.terminate()
        shutil.rmtree(profile, ignore_errors=True)
    return report(tally, asked.seed)


def report(tally: Tally, seed: int) -> int:
    print(
        f"{tally.kills} kills (seed {seed}), {tally.unsent_at_kill} edits unsent when killed: "
        f"worst loss {tally.worst_loss:.2f} s of input (at most {ALLOWED_LOSS:.0f} s) "
        f"in {len(tally.losses)} that lost any, "
        f"{tally.doubled} doubled, {len(tally.failures)} failures"
    )
    for failure in tally.failures[:10]:
        print(f"  {failure}")
    good = tally.worst_loss <= ALLOWED_LOSS and not tally.doubled and not tally.failures
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
