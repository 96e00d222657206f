"""T-F01: 25 therapists saving every five seconds and five readers, on both databases.

    python tests/bench/autosave.py [--engine sqlite|postgres] [--seconds 120]

With --seconds 28800 it is T-F02: from an hour on, growing memory of the workers fails it too.

gunicorn with its usual two workers, one practice. Therapists keep to a beat of their own, as
their screens do; readers ask for the chart, its state and the day, one after the other, with a
second's rest. Limits are those of docs/assurance.md; each figure is printed as a ratio to it.
"""

import argparse
import os
import random
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.charting import percentile, ratio
from tests.soak import saving
from tests.soak.server_kills import Gunicorn, children, cluster_in

BEAT, REST = 5.0, 1.0
USUAL_MS, LATE_MS = 150, 400
GROWTH, LONG = 1.10, 3600  # of the workers' memory after a fifth of the time; judged from here on


@dataclass
class Clock:
    """Milliseconds of each request of one kind, and what went wrong."""

    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def time(self, act) -> None:
        before = time.perf_counter()
        try:
            trouble = act()
        except (OSError, HTTPException) as error:
            trouble = type(error).__name__
        self.times.append(1000 * (time.perf_counter() - before))
        if trouble:
            self.errors.append(trouble)


def save_on_the_beat(saver: saving.Saver, clock: Clock, stop: threading.Event) -> None:
    due = time.monotonic() + random.random() * BEAT
    while not stop.wait(max(0.0, due - time.monotonic())):
        before = saver.resent
        saver.session.hang_up()  # the server closes what is idle for a beat; browsers know that

        def once(before: int = before) -> str:
            saver.save(stop)
            sent_again = saver.resent - before
            return saver.failures[-1] if saver.failures else "sent again" if sent_again else ""

        clock.time(once)
        due += BEAT


def read_on(session: saving.Session, path: str, clock: Clock, stop: threading.Event) -> None:
    pages = (path, f"{path}state/", "/notes/day/")
    while not stop.is_set():
        for page in pages:
            clock.time(lambda page=page: "" if session.ask("GET", page)[0] == 200 else page)
            if stop.wait(REST):
                return


def memory(server: Gunicorn) -> float:
    """MB that the workers hold for themselves."""
    held = 0
    for pid in children(server.process.pid):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        held += sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
    return held / 1024


def measure(server: Gunicorn, people: list[saving.Saver], readers: list[saving.Saver],
            seconds: float):  # fmt: skip
    """Times of saves and of pages, and the memory after a fifth of the time and at the end."""
    saves, reads, stop = Clock(), Clock(), threading.Event()
    for each in (*people, *readers):
        each.session.sign_on()
    threads = [threading.Thread(target=save_on_the_beat, args=[p, saves, stop]) for p in people]
    threads += [
        threading.Thread(target=read_on, args=[r.session, r.chart.path, reads, stop])
        for r in readers
    ]
    for thread in threads:
        thread.start()
    time.sleep(seconds / 5)
    warm = memory(server)
    time.sleep(seconds * 4 / 5)
    held = memory(server)
    stop.set()
    for thread in threads:
        thread.join()
    return saves, reads, warm, held


def run(engine: str, given: argparse.Namespace) -> bool:
    with ExitStack() as stack:
        if engine == "postgres":
            cluster_in(stack)
        saving.prepare()
        server = Gunicorn(saving.free_port())
        everybody = saving.savers(given.therapists + given.readers, server.port)
        people, readers = everybody[: given.therapists], everybody[given.therapists :]
        server.start()
        stack.callback(lambda: server.stop())
        saves, reads, warm, held = measure(server, people, readers, given.seconds)
        lost = [trouble for each in people for trouble in saving.troubles(each)]
    load = f"load {os.getloadavg()[0]:.1f}"
    print(f"{engine}: {len(people)} therapists, {len(readers)} readers, {given.seconds:.0f} s: "
          f"{len(saves.times)} saves, {len(reads.times)} pages, "
          f"{len(saves.errors)} and {len(reads.errors)} errors, {len(lost)} lost, "
          f"{load}")  # fmt: skip
    for trouble in (*saves.errors, *reads.errors, *lost):
        print(f"  {trouble}")
    for share in (0.5, 0.95, 0.99):
        print(f"{engine} p{100 * share:.0f}: save {percentile(saves.times, share):.0f} ms, "
              f"page {percentile(reads.times, share):.0f} ms")  # fmt: skip
    grown = held / warm
    print(f"{engine} memory of the workers: {warm:.0f} MB, at the end {held:.0f} MB, "
          f"ratio {grown:.2f} (limit {GROWTH} in an hour and more)")  # fmt: skip
    good = [
        grown <= GROWTH or given.seconds < LONG,
        ratio(f"{engine} save p95", percentile(saves.times, 0.95), USUAL_MS, "ms"),
        ratio(f"{engine} save p99", percentile(saves.times, 0.99), LATE_MS, "ms"),
    ]
    return all(good) and not saves.errors and not reads.errors and not lost


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--engine", choices=("sqlite", "postgres"))
    asked.add_argument("--therapists", type=int, default=25)
    asked.add_argument("--readers", type=int, default=5)
    asked.add_argument("--seconds", type=float, default=120)
    given = asked.parse_args()
    if given.engine:
        return 0 if run(given.engine, given) else 1
    # Settings are read once: each database in a process of its own.
    each = [
        subprocess.run([sys.executable, __file__, *sys.argv[1:], "--engine", engine], check=False)
        for engine in ("sqlite", "postgres")
    ]
    return int(any(done.returncode for done in each))


if __name__ == "__main__":
    sys.exit(main())
