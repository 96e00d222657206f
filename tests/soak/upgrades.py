"""From each older version of the database to this one: every guard is there afterwards. T-I07.

    python -m tests.soak.upgrades [--every N] [--first N] [--last N]

Walks forward through the migrations of our apps on SQLite and keeps the database as it was
after each. Each of these is brought to this version with ``migrate``, as dbsetup does it,
then asked for guards and migrations that it lacks. What was upgraded is written down as it is
done (tests/soak/runs.py): --first and --last do a part of them.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.soak import runs

ROOT = Path(__file__).resolve().parents[2]
WALK = """
import shutil, sys, django; django.setup()
from pathlib import Path
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
folder, every, first, last = Path(sys.argv[1]), *map(int, sys.argv[2:])
loader = MigrationExecutor(connection).loader
plan = MigrationExecutor(connection).migration_plan(loader.graph.leaf_nodes())
ours = [m for m, _ in plan if m.app_label in ("clinic", "notes", "billing")]
file = connection.settings_dict["NAME"]
for count, one in enumerate(ours[:-1]):
    MigrationExecutor(connection).migrate([(one.app_label, one.name)])
    if count % every == 0 and first <= count <= last:
        place = folder / f"{count:03}-{one.app_label}-{one.name}"
        place.mkdir()
        connection.close()
        shutil.copy(file, place / "handline.sqlite3")
"""
# As dbsetup does it; by hand, migrate refuses an older database and says to run dbsetup.
UPGRADE = """
import django; django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from clinic import guards
call_command("migrate", interactive=False, verbosity=0)
executor = MigrationExecutor(connection)
lacking = guards.missing() + executor.migration_plan(executor.loader.graph.leaf_nodes())
print(len(guards.registered("sqlite")), len(lacking), lacking[:3])
"""


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HANDLINE_DEMO": "1", "HANDLINE_DATA": str(folder),
                   "DJANGO_SETTINGS_MODULE": "clinic.settings"}  # fmt: skip
    for name in ("DATABASE_URL", "HANDLINE_OWNER_URL"):
        environment.pop(name, None)
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, check=False, text=True,
        capture_output=True,
    )  # fmt: skip


def trouble_of(folder: Path) -> str:
    """What is wrong after the upgrade; empty where nothing is."""
    done = run(folder, "-c", UPGRADE)
    if done.returncode:
        return done.stderr.strip().splitlines()[-1]
    guards, lacking, names = done.stdout.split(maxsplit=2)
    return "" if int(guards) > 0 and lacking == "0" else f"lacks {names}"


def versions_in(home: Path, given: argparse.Namespace) -> list[Path]:
    """The older databases asked for, each in a folder of its own."""
    walk, kept = home / "walk", home / "kept"
    walk.mkdir()
    kept.mkdir()
    numbers = [str(number) for number in (given.every, given.first, given.last)]
    walked = run(walk, "-c", WALK, str(kept), *numbers)
    if walked.returncode:
        raise SystemExit(walked.stderr[-2000:])
    return sorted(kept.iterdir())


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--every", type=int, default=1, help="only every Nth version")
    asked.add_argument("--first", type=int, default=0)
    asked.add_argument("--last", type=int, default=9999)
    runs.add_words(asked)
    given = asked.parse_args()
    ended, until = runs.end_on_signals(), time.monotonic() + 60 * given.minutes
    done, bad, began = [], {}, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="handline-upgrades-") as place:
        for version in versions_in(Path(place), given):
            if ended.is_set() or time.monotonic() > until:
                break
            if trouble := trouble_of(version):
                bad[version.name] = trouble
            done.append(version.name)
            shutil.rmtree(version)
    runs.write_down("upgrades of older versions", given, seed=0, seconds=time.monotonic() - began,
                    counted={"versions": len(done), "not as they should be": len(bad)})  # fmt: skip
    print(f"From {done[0]} to {done[-1]}." if done else "None.")
    for name, trouble in bad.items():
        print(f"{name}: {trouble}")
    return int(bool(bad) or not done)


if __name__ == "__main__":
    sys.exit(main())
