"""Cut the power at random while clients save on SQLite; nothing acknowledged may be gone. T-D04.

    python -m tests.soak.power_cuts --cuts 2000

gunicorn serves under recorder.c, which notes every write, truncation, sync and removal of the
database's files, and clients save through it. For a cut anywhere in that record the files are
built anew: what was synced is there; of the rest nothing, all, the first calls or any of them,
torn at 512 bytes. The database must then open sound, with every edit acknowledged before.
The same is done with synchronous=OFF, where losses must be found: else this finds nothing.
Needs a C compiler (cc).
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.soak import saving
from tests.soak.disk import Disk, File, read_record
from tests.soak.server_kills import Gunicorn

NAME = "handline.sqlite3"
CONTROL = 10  # one cut in so many is enough to find losses without syncs


@dataclass
class Recording:
    """One run of saves: the database before it, every call, and what was acknowledged when."""

    before: bytes
    record: bytes = b""
    acknowledged: list[tuple[int, str]] = field(default_factory=list)  # record's length, key


def compiled(folder: Path) -> Path:
    if not shutil.which("cc"):
        raise SystemExit("A C compiler is missing: install gcc, then run this again.")
    library = folder / "recorder.so"
    source = Path(__file__).with_name("recorder.c")
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, source], check=True)
    return library


def recorded(folder: Path, library: Path, *, synchronous: str, saves: int) -> Recording:
    """Let clients save that often under the recorder."""
    from django.db import connection  # noqa: PLC0415 Django is set up now

    data = Path(os.environ["HANDLINE_DATA"]).resolve()
    server = Gunicorn(saving.free_port())
    people = saving.savers(4, server.port)
    connection.close()  # the last one: the log goes into the database
    if (data / f"{NAME}-wal").exists():
        raise SystemExit("Somebody else has the database open.")
    file = folder / f"record-{synchronous}"
    run = Recording((data / NAME).read_bytes())
    usual = dict(os.environ)
    os.environ |= {"LD_PRELOAD": str(library), "RECORDER_FILE": str(file),
                   "RECORDER_FOLDER": str(data), "SOAK_SYNCHRONOUS": synchronous,
                   "DJANGO_SETTINGS_MODULE": "tests.soak.unsynced_settings"}  # fmt: skip
    server.start()
    os.environ.clear()
    os.environ.update(usual)
    try:
        _save(people, file, saves, run)
    finally:
        server.stop()
    run.record = file.read_bytes()
    failures = [failure for each in people for failure in each.failures]
    if failures or len(run.acknowledged) < saves:
        raise SystemExit(f"Only {len(run.acknowledged)} saves were acknowledged. {failures[:3]}")
    return run


def _save(people: list[saving.Saver], file: Path, saves: int, run: Recording) -> None:
    lock = threading.Lock()

    def told(saver: saving.Saver) -> None:
        with lock:
            run.acknowledged.append((file.stat().st_size, saver.acknowledged[-1].hex))

    for each in people:
        each.on_saved = lambda saver=each: told(saver)
    with saving.Crowd(people) as crowd:
        deadline = time.monotonic() + 600
        while (
            crowd.acknowledged < saves and time.monotonic() < deadline and not crowd.stop.is_set()
        ):
            time.sleep(0.01)


def cut(run: Recording, cuts: int, dice: random.Random) -> Iterator[str]:
    """What is wrong after each cut; nothing where all is well."""
    calls = list(read_record(run.record))
    places = sorted(dice.randrange(len(calls)) for _ in range(cuts))
    disk, done = Disk({NAME: File(bytearray(run.before))}), 0
    for place in places:
        for call in calls[done:place]:
            disk.take(call)
        done = max(done, place)
        length = calls[place - 1].until if place else 0
        expected = {key for at, key in run.acknowledged if at <= length}
        yield wrong_with(disk.after_a_cut(dice), expected)


def wrong_with(files: dict[str, bytearray], expected: set[str]) -> str:
    import sqlite3  # noqa: PLC0415 as the settings swapped it

    with tempfile.TemporaryDirectory(prefix="handline-cut-", dir=_memory()) as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        try:
            with closing(sqlite3.connect(Path(folder) / NAME)) as found:
                return _read(found, expected)
        except sqlite3.DatabaseError as error:
            return f"unreadable: {error}"


def _read(found, expected: set[str]) -> str:
    (sound,) = found.execute("PRAGMA integrity_check(1)").fetchone()
    if sound != "ok":
        return f"corrupt: {sound.splitlines()[0]}"
    stored = {key for (key,) in found.execute("SELECT key FROM notes_operation")}
    if lost := len(expected - stored):
        return f"lost: {lost} acknowledged saves"
    torn = found.execute(
        "SELECT count(*) FROM notes_note n WHERE version - 1 <> "
        "(SELECT count(*) FROM notes_operation o WHERE o.note_id = n.id) "
        "AND EXISTS (SELECT 1 FROM notes_operation o WHERE o.note_id = n.id)"
    ).fetchone()[0]
    return f"torn: {torn} notes" if torn else ""


def _memory() -> str | None:
    """Rebuilt thousands of times: in memory where there is some."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 folders of our own


def trial(run: Recording, what: str, cuts: int, dice: random.Random) -> int:
    before = time.monotonic()
    found = [wrong for wrong in cut(run, cuts, dice) if wrong]
    kinds = {kind: sum(f.startswith(kind) for f in found)
             for kind in ("lost", "torn", "corrupt", "unreadable")}  # fmt: skip
    syncs = sum(call.kind == "e" for call in read_record(run.record))
    print(f"{what}: {cuts} cuts in {len(run.acknowledged)} acknowledged saves "
          f"({len(run.record) / 1e6:.0f} MB, {syncs} syncs): "
          + ", ".join(f"{number} {kind}" for kind, number in kinds.items())
          + f", {time.monotonic() - before:.0f} s.", flush=True)  # fmt: skip
    for wrong in found[:3]:
        print(f"  {wrong}")
    return len(found)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--cuts", type=int, default=2000)
    asked.add_argument("--saves", type=int, default=400)
    asked.add_argument("--seed", type=int, default=int(time.time()))
    given = asked.parse_args()
    saving.prepare()
    dice = random.Random(given.seed)
    print(f"seed {given.seed}")
    with tempfile.TemporaryDirectory(prefix="handline-record-") as place:
        library = compiled(Path(place))
        run = recorded(Path(place), library, synchronous="FULL", saves=given.saves)
        bad = trial(run, "synchronous=FULL", given.cuts, dice)
        fewer = max(20, given.saves // CONTROL)
        control = recorded(Path(place), library, synchronous="OFF", saves=fewer)
        found = trial(control, "synchronous=OFF", max(20, given.cuts // CONTROL), dice)
    if not found:
        print("Without syncs nothing was lost: this simulator would find nothing.")
    return int(bool(bad) or not found)


if __name__ == "__main__":
    sys.exit(main())
