"""Kill the server at random while clients save: each acknowledged save once. T-D01, T-D02.

    python -m tests.soak.server_kills --total --kills 500 --saves 100000
    python -m tests.soak.server_kills --total --engine postgres --kills 500 --saves 100000
    python -m tests.soak.server_kills --total --postgres-kills 100 --saves 20000

Ends by SIGKILL, at random counts of saves: one of gunicorn's workers, or (one time in twenty)
master and workers at once, or with --postgres-kills every process of PostgreSQL. Clients send
an unanswered edit again under its key. Goes piece by piece, each with new charts, looked at
whole at its end and written down (tests/soak/runs.py); --minutes or Ctrl-C end it in good order.
"""

import argparse
import math
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.soak import runs, saving
from tests.soak.point_in_time import Cluster

ALL_AT_ONCE = 1 / 20  # of the kills of gunicorn
WORKERS = 2
APART = 200  # saves between two kills at most
PIECE, MOST = 25, 5000  # kills and saves, then everything is looked at
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


def end_family(pid: int, reap: Callable[[], object] = lambda: None) -> None:
    """A process and its children, gone altogether: lock and port count for as long as they are."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)  # it starts no child between looking and ending
    family = [pid, *children(pid)]
    end(*family)
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{each}").exists() for each in family):
        if time.monotonic() > deadline:
            raise SystemExit(f"Process {pid} or a child of it is still there after SIGKILL.")
        reap()
        time.sleep(0.01)


@dataclass
class Gunicorn:
    port: int
    process: subprocess.Popen | None = None
    is_preloaded: bool = False  # a killed worker is forked anew at once, without its imports
    whole: int = 0  # kills of master and workers
    workers: int = 0

    def start(self) -> None:
        config = "tests/soak/gunicorn.py" if self.is_preloaded else "clinic/gunicorn.py"
        self.process = saving.serve(self.port, workers=WORKERS, config=config)

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
        if self.process.poll() is None:
            end_family(self.process.pid, self.process.poll)


@dataclass
class Postgres:
    cluster: Cluster
    kills: int = 0

    def kill(self, _: random.Random) -> None:
        pid = int((self.cluster.data / "postmaster.pid").read_text().split()[0])
        end_family(pid)
        self.cluster.start()
        self.kills += 1


@dataclass
class Piece:
    """So many kills and saves, with charts of its own."""

    crowd: saving.Crowd
    kills: int
    saves: int
    until: float
    dice: random.Random
    asked_to_end: threading.Event
    done: int = 0
    stalled: list[str] = field(default_factory=list)

    def run(self, target: Gunicorn | Postgres) -> None:
        """A kill every so many saves, at a random moment of them."""
        apart = self.saves / max(self.kills, 1)
        goal = 0.0
        while self.done < self.kills and self.wait(goal + apart * self.dice.random()):
            time.sleep(self.dice.random() * 0.05)
            target.kill(self.dice)
            self.done, goal = self.done + 1, goal + apart
        self.wait(self.saves)
        self.until = time.monotonic() + PATIENCE
        self.asked_to_end = threading.Event()
        if not self.stalled:
            self.wait(self.crowd.acknowledged + 20)  # it serves again after the last kill

    def wait(self, goal: float) -> bool:
        """Whether that many saves were acknowledged before time was up."""
        seen, moved = self.crowd.acknowledged, time.monotonic()
        while (now := self.crowd.acknowledged) < goal:
            if self.is_over() or self.stalled:
                return False
            if now != seen:
                seen, moved = now, time.monotonic()
            elif time.monotonic() - moved > PATIENCE:
                self.stalled.append(f"nothing was saved for {PATIENCE} s")
            time.sleep(0.005)
        return True

    def is_over(self) -> bool:
        ended = self.crowd.stop.is_set() or self.asked_to_end.is_set()
        return ended or time.monotonic() > self.until


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


@dataclass
class Trial:
    """Piece after piece until the goals are reached, the time is over or something is wrong."""

    name: str
    given: argparse.Namespace
    target: Gunicorn | Postgres
    server: Gunicorn
    until: float

    def run(self) -> list[str]:
        goals = {"kills": self.given.kills, "saves": self.given.saves}
        ended, found = runs.end_on_signals(), []
        left = runs.left(self.name, goals, self.given)
        while any(left.values()) and not (found or ended.is_set() or time.monotonic() > self.until):
            pieces = max(1, math.ceil(left["kills"] / PIECE), math.ceil(left["saves"] / MOST))
            seed = random.SystemRandom().randrange(2**32)
            kills, saves = (math.ceil(left[name] / pieces) for name in goals)
            kills = max(kills, saves // APART)
            counted, found = self.piece(kills, max(saves, kills), seed, ended)
            left = {name: max(0, left[name] - counted[name]) for name in goals}
        return found

    def piece(self, kills: int, saves: int, seed: int, ended: threading.Event):
        from django.db import connection  # noqa: PLC0415 Django is set up now

        connection.close()  # PostgreSQL's end was the end of this one too
        began, whole = time.monotonic(), getattr(self.target, "whole", 0)
        people = saving.savers(self.given.clients, self.server.port)
        with saving.Crowd(people) as crowd:
            piece = Piece(crowd, kills, saves, self.until, random.Random(seed), ended)
            piece.run(self.target)
        connection.close()
        found = piece.stalled + [f for each in people for f in each.failures]
        found += [trouble for each in people for trouble in saving.troubles(each)]
        found += saving.engine_troubles()
        counted = {
            "kills": piece.done,
            "of all processes": getattr(self.target, "whole", piece.done) - whole,
            "saves": crowd.acknowledged,
            "sent again": sum(each.resent for each in people),
            "lost, doubled or torn": len(found),
        }
        runs.write_down(self.name, self.given, seed=seed, seconds=time.monotonic() - began,
                        counted=counted)  # fmt: skip
        return counted, found


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--kills", type=int, default=500)
    asked.add_argument("--saves", type=int, default=0, help="200 for each kill if not given")
    asked.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    asked.add_argument("--postgres-kills", type=int, default=0, help="of PostgreSQL, not gunicorn")
    asked.add_argument("--clients", type=int, default=16)
    runs.add_words(asked)
    given = asked.parse_args()
    given.kills = given.postgres_kills or given.kills
    given.saves = given.saves or APART * given.kills
    engine = "postgresql" if given.engine == "postgres" or given.postgres_kills else "sqlite"
    killed = "PostgreSQL" if given.postgres_kills else f"gunicorn on {engine}"
    with ExitStack() as stack:
        cluster = cluster_in(stack) if engine == "postgresql" else None
        saving.prepare()
        server = Gunicorn(saving.free_port(), is_preloaded=True)
        server.start()
        stack.callback(server.stop)
        target = Postgres(cluster) if given.postgres_kills else server
        until = time.monotonic() + 60 * given.minutes
        found = Trial(f"kills of {killed}", given, target, server, until).run()
    print("\n".join(found[:10]))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
