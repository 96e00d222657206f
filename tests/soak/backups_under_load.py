"""Back up again and again while others write; nothing acknowledged may be missing. T-O03.

    python -m tests.soak.backups_under_load --total --backups 200

Writers save rows through the application's own settings of SQLite. Before each backup the keys
acknowledged so far are noted; the backup must hold all of them, be sound, and come back equal.
With DATABASE_URL set, the same on PostgreSQL. Each piece of them is written down.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.soak import runs

PIECE = 20  # backups
WRITER = """
import os, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "clinic.settings"
import django; django.setup()
from clinic.models import Practice
from clinic.scope import scope
from clinic.services import audit
practice = Practice.objects.get()
number = 0
with scope(practice):
    while True:
        number += 1
        event = audit.record("soak.saved", actor=None, writer=sys.argv[1], number=number)
        print(event.pk, flush=True)
        time.sleep(0.01)
"""


class Writers:
    """Processes that save, and the keys they were told are saved."""

    def __init__(self, number: int) -> None:
        self.acknowledged: set[int] = set()
        self.running = [
            subprocess.Popen([sys.executable, "-c", WRITER, str(n)], stdout=subprocess.PIPE,
                             text=True)
            for n in range(number)
        ]  # fmt: skip
        for process in self.running:
            threading.Thread(target=self._listen, args=[process], daemon=True).start()

    def _listen(self, process: subprocess.Popen) -> None:
        for line in process.stdout:
            self.acknowledged.add(int(line))

    def stop(self) -> None:
        for process in self.running:
            process.kill()
            process.wait()


def prepare() -> Path:
    """An installation of its own with one practice, before anything of Django is imported."""
    folder = Path(tempfile.mkdtemp(prefix="handline-soak-", dir=os.environ.get("HANDLINE_DATA")))
    os.environ |= {"HANDLINE_DATA": str(folder), "HANDLINE_DEMO": "1",
                   "DJANGO_SETTINGS_MODULE": "clinic.settings"}  # fmt: skip
    import django  # noqa: PLC0415 the environment comes first

    django.setup()
    # As a command of its own: on PostgreSQL only that signs in as the owner.
    subprocess.run([sys.executable, "manage.py", "dbsetup", "--verbosity", "0"], check=True)
    from tests.factories import make_practice  # noqa: PLC0415

    make_practice(name="Soak Clinic")
    return folder


class Taking:
    """Backups one after another, each opened again and asked for what it must hold."""

    def __init__(self, folder: Path, writers: Writers) -> None:
        from django.conf import settings  # noqa: PLC0415

        from clinic.services.backup import sealing  # noqa: PLC0415
        from clinic.services.backup.places import place_of  # noqa: PLC0415

        private, self.public = sealing.new_identity()
        self.folder, self.writers, self.key = folder, writers, folder / "key"
        self.key.write_text(private, encoding="utf-8")
        self.place, self.began = place_of(settings.BACKUP_DATABASE), datetime.now(UTC)
        self.number = 0

    def once(self) -> list[str]:
        """What is wrong with the next backup."""
        from clinic.services.backup import making  # noqa: PLC0415

        self.number += 1
        expected = set(self.writers.acknowledged)
        made = making.make_backup(
            self.place, into=self.folder / "backups", recipients=[self.public], work=self.folder,
            now=self.began + timedelta(seconds=self.number),
        )  # fmt: skip
        file = self.folder / "backups" / made.file
        try:
            missing = expected - self.keys_of(file)
        except Exception as trouble:
            return [f"backup {self.number}: {trouble}"]
        finally:
            file.unlink()
        told = f"backup {self.number}: {len(missing)} acknowledged rows are missing"
        return [told] if missing else []

    def keys_of(self, file: Path) -> set[int]:
        from clinic.services.backup import restoring  # noqa: PLC0415

        with tempfile.TemporaryDirectory(dir=self.folder) as into:
            told, snapshot = restoring.open_backup(
                file, key=self.key, into=Path(into), place=self.place
            )  # fmt: skip
            restoring.compare(told)(self.place.examine(snapshot))
            return keys_in(self.place, snapshot)


def keys_in(place, snapshot: Path) -> set[int]:
    if place.engine == "sqlite":
        import sqlite3  # noqa: PLC0415 as the settings swapped it

        with sqlite3.connect(snapshot) as found:
            return {key for (key,) in found.execute("SELECT id FROM clinic_auditevent")}
    listed = subprocess.run(
        ["pg_restore", "--data-only", "--table=clinic_auditevent", "--file=-", str(snapshot)],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    lines = listed.split("FROM stdin;\n", 1)[1].split("\n\\.", 1)[0].splitlines()
    return {int(line.split("\t", 1)[0]) for line in lines}


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--backups", type=int, default=200)
    asked.add_argument("--writers", type=int, default=3)
    runs.add_words(asked)
    given = asked.parse_args()
    folder = prepare()
    from django.db import connection  # noqa: PLC0415

    trial = f"backups under load on {connection.vendor}"
    left = runs.left(trial, {"backups": given.backups}, given)["backups"]
    ended, until, bad = runs.end_on_signals(), time.monotonic() + 60 * given.minutes, []
    writers = Writers(given.writers)
    try:
        while not writers.acknowledged:
            time.sleep(0.1)
        taking = Taking(folder, writers)
        while left and not (bad or ended.is_set() or time.monotonic() > until):
            began, rows, number = time.monotonic(), len(writers.acknowledged), 0
            while number < min(left, PIECE) and not ended.is_set() and time.monotonic() < until:
                bad += taking.once()
                number += 1
            left -= number
            counted = {"backups": number, "rows": len(writers.acknowledged) - rows, "bad": len(bad)}
            runs.write_down(trial, given, seed=0, seconds=time.monotonic() - began, counted=counted)
    finally:
        writers.stop()
    print("\n".join(bad))
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
