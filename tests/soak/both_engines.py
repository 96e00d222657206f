"""A practice from SQLite to PostgreSQL and back: not one byte of its record may differ. T-E04.

    bash .ci/postgres python -m tests.soak.both_engines

Exports the demo practice from SQLite, brings it into PostgreSQL, exports it there, brings that
into another SQLite, exports again. All three are compared file by file; the trail's own rows
are left out, because each import adds its event to them.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The same instant in each manifest, and no event of its own.
EXPORT = """
import sys, django; django.setup()
from datetime import UTC, datetime
from clinic.models import Practice
from notes.exchange.exporting import archive
practice = Practice.objects.order_by("pk").first()
with open(sys.argv[1], "wb") as out:
    for chunk in archive(practice, now=datetime(2026, 3, 5, tzinfo=UTC)):
        out.write(chunk)
"""
LEFT_OUT = ("clinic.auditevent", "manifest.json")


def run(folder: Path, url: str, *words: str) -> None:
    environment = {**os.environ, "HANDLINE_DEMO": "1", "HANDLINE_DATA": str(folder),
                   "DJANGO_SETTINGS_MODULE": "clinic.settings", "DATABASE_URL": url}  # fmt: skip
    if not url:
        environment.pop("HANDLINE_OWNER_URL", None)
    subprocess.run([sys.executable, *words], cwd=ROOT, env=environment, check=True)


def contents(file: Path) -> dict[str, str]:
    with zipfile.ZipFile(file) as archive:
        return {
            name: hashlib.sha256(archive.read(name)).hexdigest()
            for name in archive.namelist()
            if not any(part in name for part in LEFT_OUT)
        }


def main() -> int:
    postgres = os.environ.get("DATABASE_URL", "")
    if not postgres:
        raise SystemExit("Run it as: bash .ci/postgres python -m tests.soak.both_engines")
    with tempfile.TemporaryDirectory(prefix="handline-engines-") as place:
        folder = Path(place)
        folder.chmod(0o711)
        secrets = folder / "first"  # one installation's secrets open one installation's record
        secrets.mkdir()
        run(secrets, "", "manage.py", "dbsetup", "--demo", "--verbosity", "0")
        exports = [folder / f"{name}.zip" for name in ("sqlite", "postgres", "again")]
        run(secrets, "", "-c", EXPORT, str(exports[0]))
        run(secrets, postgres, "manage.py", "dbsetup", "--verbosity", "0")
        run(secrets, postgres, "manage.py", "bring_in_record", str(exports[0]))
        run(secrets, postgres, "-c", EXPORT, str(exports[1]))
        (secrets / "handline.sqlite3").unlink()
        for ending in ("-wal", "-shm"):
            (secrets / f"handline.sqlite3{ending}").unlink(missing_ok=True)
        run(secrets, "", "manage.py", "dbsetup", "--verbosity", "0")
        run(secrets, "", "manage.py", "bring_in_record", str(exports[1]))
        run(secrets, "", "-c", EXPORT, str(exports[2]))
        found = [contents(file) for file in exports]
    differing = [
        name for name in sorted(set().union(*found)) if len({one.get(name) for one in found}) > 1
    ]  # fmt: skip
    print(f"{len(found[0])} files from SQLite to PostgreSQL and back, {len(differing)} differ.")
    print("\n".join(differing[:20]))
    return int(bool(differing))


if __name__ == "__main__":
    sys.exit(main())
