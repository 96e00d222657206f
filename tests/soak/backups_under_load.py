"""Back up again and again while others write; nothing acknowledged may be missing. T-O03.

    python -m tests.soak.backups_under_load --backups 200

Writers save rows through the application's own settings of SQLite. Before each backup the keys
acknowledged so far are noted; the backup must hold all of them, be sound, and come back equal.
With DATABASE_URL set, the same on PostgreSQL.
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


def rounds(folder: Path, backups: int, writers: Writers) -> list[str]:
    from django.conf import settings  # noqa: PLC0415

    from clinic.services.backup import making, restoring, sealing  # noqa: PLC0415
    from clinic.services.backup.places import place_of  # noqa: PLC0415

    private, public = sealing.new_identity()
    key = folder / "key"
    key.write_text(private, encoding="utf-8")
    place, now, bad = place_of(settings.BACKUP_DATABASE), datetime.now(UTC), []
    for number in range(backups):
        expected = set(writers.acknowledged)
        made = making.make_backup(place, into=folder / "backups", recipients=[public], work=folder,
                                  now=now + timedelta(seconds=number))  # fmt: skip
        file = folder / "backups" / made.file
        try:
            with tempfile.TemporaryDirectory(dir=folder) as into:
                told, snapshot = restoring.open_backup(
                    file, key=key, into=Path(into), place=place
                )  # fmt: skip
                restoring.compare(told)(place.examine(snapshot))
                missing = expected - keys_in(place, snapshot)
            if missing:
                bad.append(f"backup {number}: {len(missing)} acknowledged rows are missing")
        except Exception as trouble:
            bad.append(f"backup {number}: {trouble}")
        file.unlink()
    return bad


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
    given = asked.parse_args()
    folder = prepare()
    writers = Writers(given.writers)
    try:
        while not writers.acknowledged:
            time.sleep(0.1)
        before = time.monotonic()
        bad = rounds(folder, given.backups, writers)
    finally:
        writers.stop()
    print(f"{given.backups} backups under {given.writers} writers, "
          f"{len(writers.acknowledged)} acknowledged rows, {len(bad)} bad, "
          f"{time.monotonic() - before:.0f} s.")  # fmt: skip
    print("\n".join(bad))
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
