"""The long trials, one after the other: python .ci/soak.py [--list] [--small] [NAME ...]

Each is a program of tests/soak with the size that docs/assurance.md states; --small takes one
tenth or less, to see that they run. A trial whose program or tool is missing here is named.
Those with --total go on where the lines of docs/soak-runs.jsonl end: Ctrl-C stops in good order.
"""

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UNWRITTEN = ("--runs", os.devnull)  # a trial of the trial counts for nothing


@dataclass(frozen=True)
class Trial:
    name: str
    ids: str  # of docs/assurance.md
    words: tuple[str, ...]
    small: tuple[str, ...]
    postgres: bool = False
    needs: str = ""  # a module that is not in tests/requirements.txt


TRIALS = (
    Trial("charting_kills", "S04 D07", ("--kills", "200"), ("--kills", "5")),
    Trial("desk_kills", "D01", ("--batches", "25"), ("--batches", "1", "--visits", "10")),
    Trial(
        "server_kills",
        "D01",
        ("--total", "--kills", "500", "--saves", "100000"),
        ("--kills", "20", "--saves", "400", *UNWRITTEN),
    ),
    Trial(
        "server_kills",
        "D01",
        ("--total", "--engine", "postgres", "--kills", "500", "--saves", "100000"),
        ("--engine", "postgres", "--kills", "20", "--saves", "400", *UNWRITTEN),
    ),
    Trial(
        "server_kills",
        "D02",
        ("--total", "--postgres-kills", "100", "--saves", "20000"),
        ("--postgres-kills", "10", "--saves", "200", *UNWRITTEN),
    ),
    Trial("power_cuts", "D04", ("--cuts", "2000"), ("--cuts", "100", "--saves", "100")),
    Trial("two_tabs", "C01 C05", ("--total", "--saves", "10000"), ("--saves", "400", *UNWRITTEN)),
    Trial("audit_writers", "U04 I03", ("8", "5000"), ("4", "200")),
    Trial("tampering", "I03", ("1000",), ("50",)),
    Trial("byte_flips", "I03", (), ("211",)),
    Trial("note_lives", "I01", ("200", "50"), ("3", "30")),
    Trial("note_lives", "I01", ("50", "50"), ("2", "30"), postgres=True),
    Trial("sign_in_times", "A03", (), ("10",)),
    Trial(
        "backups_under_load",
        "O03",
        ("--total", "--backups", "200"),
        ("--backups", "10", *UNWRITTEN),
    ),
    Trial(
        "backups_under_load",
        "O03",
        ("--total", "--backups", "50"),
        ("--backups", "5", *UNWRITTEN),
        postgres=True,
    ),
    Trial("point_in_time", "O04", ("--seconds", "20"), ("--seconds", "3")),
    Trial("upgrades", "I07", (), ("--every", "12", *UNWRITTEN)),
    Trial("both_engines", "E03 E04", (), (), postgres=True),
    Trial(
        "parsers",
        "X07",
        ("--total", "--inputs", "1000000"),
        ("--inputs", "1000", *UNWRITTEN),
    ),
    Trial("markup", "X01", (), ("--payloads", "4")),
    Trial("full_disk", "D05", (), ()),
    Trial("deployment", "O01 O02", (), (), postgres=True),
    Trial("object_store", "O04", (), (), needs="moto"),
)


def run(trial: Trial, words: tuple[str, ...]) -> str:
    """What came of it: passed, failed, or why it did not run."""
    if not (ROOT / "tests" / "soak" / f"{trial.name}.py").exists():
        return "not there"
    if trial.needs and importlib.util.find_spec(trial.needs) is None:
        return f"not run: needs {trial.needs}"
    command = [sys.executable, "-m", f"tests.soak.{trial.name}", *words]
    if trial.postgres:
        command = ["bash", str(ROOT / ".ci" / "postgres"), *command]
    dropped = ("DATABASE_URL", "HANDLINE_OWNER_URL", "HANDLINE_DEMO")
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    nice = ["nice", "-n", "10"] if shutil.which("nice") else []
    done = subprocess.run([*nice, *command], cwd=ROOT, env=environment, check=False)
    return "failed" if done.returncode else "passed"


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("names", nargs="*")
    asked.add_argument("--small", action="store_true")
    asked.add_argument("--list", action="store_true")
    given = asked.parse_args()
    chosen = [t for t in TRIALS if not given.names or t.name in given.names]
    told = []
    for trial in chosen:
        words = trial.small if given.small else trial.words
        where = " on PostgreSQL" if trial.postgres else ""
        title = f"{trial.name} {' '.join(words)}{where} ({trial.ids})"
        if given.list:
            print(title)
            continue
        print(f"\n== {title}", flush=True)
        before = time.monotonic()
        told.append((title, run(trial, words), time.monotonic() - before))
    for title, outcome, seconds in told:
        print(f"{outcome:8} {seconds:6.0f} s  {title}")
    return int(any(outcome == "failed" for _, outcome, _ in told))


if __name__ == "__main__":
    sys.exit(main())
