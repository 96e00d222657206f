"""The nightly drill: the newest backup, restored somewhere else, must be a working Handline."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import get_commands

from clinic.errors import NotAllowed
from clinic.services.backup import keeping, manifest, restoring
from clinic.services.backup.places import Place
from clinic.services.backup.postgres import PostgresPlace
from clinic.services.backup.sqlite import SqlitePlace

# What is asked of the restored installation, by the programs that a clinic would run.
QUESTIONS: tuple[tuple[str, ...], ...] = (
    ("check", "--database", "default", "--fail-level", "ERROR"),
    ("verify_records",),
)


@dataclass(frozen=True, slots=True)
class Drilled:
    at: str
    file: str
    ok: bool
    seconds: float
    rows: int
    trouble: str = ""


def drill(place: Place, folder: Path, *, key: Path, now: datetime, work: Path) -> Drilled:
    """Restore the newest backup beside everything, ask it questions, throw it away."""
    before = time.monotonic()
    found = keeping.newest(folder)
    rows, trouble, name = 0, "", ""
    try:
        if found is None:
            raise NotAllowed(f"There is no backup in {folder}.")
        name = found[1].name
        with _elsewhere(place, work) as (there, environment):
            told = restoring.restore(there, found[1], key=key, work=work).manifest
            rows = sum(told.rows.values())
            _ask(QUESTIONS, environment)
    except NotAllowed as refusal:
        trouble = str(refusal)
    result = Drilled(
        now.isoformat(), name, not trouble, round(time.monotonic() - before, 1), rows, trouble
    )
    _remember(folder, result)
    return result


@contextmanager
def _elsewhere(place: Place, work: Path):
    """An empty place of the same engine and the environment that points at it."""
    with tempfile.TemporaryDirectory(prefix="drill-", dir=work) as folder:
        if isinstance(place, PostgresPlace):
            there = replace(place, name=f"{place.name}_drill_{os.getpid()}")
            try:
                yield there, {"DATABASE_URL": there.url, "HANDLINE_DATA": folder}
            finally:
                there.drop(place)
        else:
            yield (
                SqlitePlace(Path(folder) / "handline.sqlite3"),
                {"DATABASE_URL": "", "HANDLINE_DATA": folder},
            )


def _ask(questions: Sequence[tuple[str, ...]], environment: dict[str, str]) -> None:
    known = get_commands()
    secrets = {f"HANDLINE_{name}": getattr(settings, name, "") for name in manifest.SECRETS}
    for words in questions:
        if words[0] not in known:
            continue
        done = subprocess.run(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), *words],
            env={**os.environ, **secrets, **environment},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            lines = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
            said = next((line for line in lines if "(clinic." in line), lines[-1])
            raise NotAllowed(f"manage.py {words[0]} found fault with the restored copy: {said}")


def _remember(folder: Path, result: Drilled) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / f"{keeping.DRILL}.part"
    part.write_text(json.dumps(asdict(result), sort_keys=True, indent=1) + "\n", encoding="utf-8")
    os.replace(part, folder / keeping.DRILL)
