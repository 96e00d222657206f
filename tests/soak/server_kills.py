"""Kill the server at random while clients save: each acknowledged save once. T-D01, T-D02.

    python -m tests.soak.server_kills --kills 500 --saves 100000
    python -m tests.soak.server_kills --engine postgres --kills 500 --saves 100000
    python -m tests.soak.server_kills --engine postgres --postgres-kills 100 --saves 20000

Ends by SIGKILL, at random counts of saves: one of gunicorn's workers, or (one time in twenty)
master and workers at once, or with --postgres-kills every process of PostgreSQL. Clients send
an unanswered edit again under its key. --minutes ends a run early; it tells what it reached.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.soak import saving
from tests.soak.point_in_time import Cluster

ALL_AT_ONCE = 1 / 20  # of the kills of gunicorn
WORKERS = 2
PATIENCE = 90  # seconds without one save acknowledged
ROLES = (
    "CREATE ROLE handline_owner LOGIN CREATEROLE BYPASSRLS",
    "CREATE ROLE handline_app LOGIN",
    "GRANT handline_app TO handline_owner",
    "CREATE DATABASE handline OWNER handline_owner TEMPLATE template0 ENCODING 'UTF8'",
)


def children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            if entry.name.isdigit() and int(stat[1]) == pid and stat[0] != "Z":
                found.append(int(entry.name))
    return found


def end(*pids: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@dataclass
class Gunicorn:
    port: int
    process: subprocess.Popen | None = None
    is_preloaded: bool = False  # a killed worker is forked anew at once, without its imports
    whole: int = 0  # kills of master and workers
    workers: int = 0

    def start(self) -> None:
        os.environ["GUNICORN_CMD_ARGS"] = "--preload" if self.is_preloaded else ""
        self.process = saving.serve(self.port, workers=WORKERS)

    def kill(self, dice: random.Random) -> None:
        workers = children(self.process.pid)
        if workers and dice.random() >= ALL_AT_ONCE:
            end(dice.choice(workers))
            self.workers += 1
            return
        self.stop()
        self.whole += 1
        self.start()

    def stop(self) -> None:
        end(self.process.pid, *children(self.process.pid))
        self.process.wait()


@dataclass
class Postgres:
    cluster: Cluster
    kills: int = 0

    def kill(self, _: random.Random) -> None:
        pid = int((self.cluster.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGSTOP)  # it starts no child between looking and ending
        family = [pid, *children(pid)]
        end(*family)
        deadline = time.monotonic() + 30
        # Gone altogether: its lock counts for as long as the number is taken.
        while any(Path(f"/proc/{each}").exists() for each in family):
            if time.monotonic() > deadline:
                raise SystemExit("PostgreSQL's processes are still there after SIGKILL.")
            time.sleep(0.01)
        self.cluster.start()
        self.kills += 1


@dataclass
class Trial:
    crowd: saving.Crowd
    kills: int
    saves: int
    until: float
    dice: random.Random
    done: int = 0
    stalled: list[str] = field(default_factory=list)

    def run(self, target: Gunicorn | Postgres) -> None:
        """A kill every so many saves, at a random moment of them."""
        apart = self.saves / self.kills
        goal = 0.0
        while self.done < self.kills and self.wait(goal + apart * self.dice.random()):
            time.sleep(self.dice.random() * 0.05)
            target.kill(self.dice)
            self.done, goal = self.done + 1, goal + apart
        if not self.stalled:
            self.wait(self.saves)
            self.until = time.monotonic() + PATIENCE
            self.wait(self.crowd.acknowledged + 20)  # it serves again after the last kill

    def wait(self, goal: float) -> bool:
        """Whether that many saves were acknowledged before time was up."""
        seen, moved = self.crowd.acknowledged, time.monotonic()
        while (now := self.crowd.acknowledged) < goal:
            if time.monotonic() > self.until or self.crowd.stop.is_set():
                return False
            if now != seen:
                seen, moved = now, time.monotonic()
            elif time.monotonic() - moved > PATIENCE:
                self.stalled.append(f"nothing was saved for {PATIENCE} s")
                return False
            time.sleep(0.005)
        return True


def cluster_in(stack: ExitStack) -> Cluster:
    """PostgreSQL as the settings advise: durable, its pages served by a role that RLS holds."""
    home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="handline-kills-")))
    home.chmod(0o711)
    cluster = Cluster(home)
    cluster.create()
    cluster.configure("archive_mode = off")
    cluster.start()
    stack.callback(cluster.stop)
    with closing(cluster.connect()) as live:
        for statement in ROLES:
            live.execute(statement)
    for name, role in (("HANDLINE_OWNER_URL", "owner"), ("DATABASE_URL", "app")):
        host = str(home).replace("/", "%2F")
        os.environ[name] = f"postgresql://handline_{role}@{host}/handline"
    return cluster


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--kills", type=int, default=500)
    asked.add_argument("--saves", type=int, default=0, help="200 for each kill if not given")
    asked.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    asked.add_argument("--postgres-kills", type=int, default=0, help="of PostgreSQL, not gunicorn")
    asked.add_argument("--clients", type=int, default=8)
    asked.add_argument("--minutes", type=float, default=600)
    asked.add_argument("--seed", type=int, default=int(time.time()))
    given = asked.parse_args()
    kills = given.postgres_kills or given.kills
    with ExitStack() as stack:
        wants_postgres = given.engine == "postgres" or given.postgres_kills
        cluster = cluster_in(stack) if wants_postgres else None
        saving.prepare()
        server = Gunicorn(saving.free_port(), is_preloaded=True)
        people = saving.savers(given.clients, server.port)
        server.start()
        stack.callback(lambda: server.stop())
        target = Postgres(cluster) if given.postgres_kills else server
        began = time.monotonic()
        with saving.Crowd(people) as crowd:
            trial = Trial(crowd, kills, given.saves or 200 * kills, began + 60 * given.minutes,
                          random.Random(given.seed))  # fmt: skip
            trial.run(target)
        return report(trial, target, people, time.monotonic() - began, given.seed)


def report(trial: Trial, target, people: list[saving.Saver], seconds: float, seed: int) -> int:
    from django.db import connection  # noqa: PLC0415 Django is set up now

    connection.close()  # PostgreSQL's end was the end of this one too
    found = trial.stalled + [f for each in people for f in each.failures]
    found += [trouble for each in people for trouble in saving.troubles(each)]
    found += saving.engine_troubles()
    what = "PostgreSQL" if isinstance(target, Postgres) else "gunicorn"
    told = f", {target.whole} of master and workers" if isinstance(target, Gunicorn) else ""
    print(f"{connection.vendor}: {trial.done} kills of {what} (seed {seed}{told}), "
          f"{trial.crowd.acknowledged} acknowledged saves of {len(people)} clients, "
          f"{sum(p.resent for p in people)} sent again, {len(found)} lost, doubled or torn, "
          f"{seconds:.0f} s.")  # fmt: skip
    print("\n".join(found[:10]))
    return int(bool(found) or not trial.crowd.acknowledged or not trial.done)


if __name__ == "__main__":
    sys.exit(main())
