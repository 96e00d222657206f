"""What several runs of one long trial add up to: python -m tests.soak.runs

A trial may be done piece by piece. Each piece that ends leaves a line in docs/soak-runs.jsonl:
when, on which commit, from which seed, under which load, what it counted and how much of it was
wrong. Lines of bad pieces stay. With --total a trial does only what the lines leave to do.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from argparse import ArgumentParser, Namespace
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "soak-runs.jsonl"


def add_words(asked: ArgumentParser) -> None:
    """The words of every trial that can be done piece by piece."""
    asked.add_argument("--total", action="store_true", help="only what earlier runs left to do")
    asked.add_argument("--runs", type=Path, default=FILE, help="where the pieces are written down")
    asked.add_argument("--minutes", type=float, default=600, help="then end, in good order")


def lines(file: Path = FILE) -> Iterator[dict]:
    if file.exists():
        yield from map(json.loads, file.read_text(encoding="utf-8").splitlines())


def reached(trial: str, file: Path = FILE) -> Counter[str]:
    """The sums of what a trial's pieces counted."""
    sums: Counter[str] = Counter()
    for line in lines(file):
        if line["trial"] == trial:
            sums.update(line["counted"])
    return sums


def left(trial: str, goals: dict[str, int], given: Namespace) -> dict[str, int]:
    """What is to be done of the goals: all, or with --total what the lines leave."""
    done = reached(trial, given.runs) if given.total else Counter()
    return {name: max(0, goal - done[name]) for name, goal in goals.items()}


def end_on_signals() -> threading.Event:
    """Set by Ctrl-C or SIGTERM: what runs ends in good order and is written down."""
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    return asked


def write_down(
    trial: str, given: Namespace, *, seed: int, seconds: float, counted: dict[str, int]
) -> None:
    line = {
        "trial": trial,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "seed": seed,
        "seconds": round(seconds),
        "load": round(os.getloadavg()[0], 1),
        "counted": counted,
    }
    with given.runs.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    print(f"{trial}: {_told(counted)}, {seconds:.0f} s; so far {_told(reached(trial, given.runs))}",
          flush=True)  # fmt: skip


def _told(counted: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in counted.items())


def _commit() -> str:
    asked = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def main() -> int:
    pieces: dict[str, list[dict]] = defaultdict(list)
    for line in lines():
        pieces[line["trial"]].append(line)
    for trial, those in pieces.items():
        hours = sum(line["seconds"] for line in those) / 3600
        commits = len({line["commit"] for line in those})
        print(f"{trial}: {_told(reached(trial))}; {len(those)} pieces on {commits} commits, "
              f"{hours:.1f} h, the last at {those[-1]['at']}")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
