"""Which backups are kept, and how old the newest is."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clinic.services.backup.making import ENDING, page_of

DRILL = "last-drill.json"
_NAME = f"handline-%Y%m%dT%H%M%SZ{ENDING}"


def backups(folder: Path) -> list[tuple[datetime, Path]]:
    """Finished backups, oldest first; the time is in the name."""
    found = []
    for path in folder.glob(f"handline-*{ENDING}"):
        try:
            made = datetime.strptime(path.name, _NAME).replace(tzinfo=UTC)
        except ValueError:
            continue
        if page_of(path).exists():
            found.append((made, path))
    return sorted(found)


def newest(folder: Path) -> tuple[datetime, Path] | None:
    found = backups(folder)
    return found[-1] if found else None


def superfluous(times: Iterable[datetime], *, now: datetime) -> set[datetime]:
    """All of two days, one a day for five weeks, one a month for ever: the rest may go."""
    kept: set[datetime] = set()
    by_period: dict[tuple[str, str], datetime] = {}
    every = sorted(times)
    for made in every:
        age = now - made
        if age <= timedelta(hours=48):
            kept.add(made)
        if age <= timedelta(days=35):
            by_period.setdefault(("day", f"{made:%Y-%m-%d}"), made)
        by_period.setdefault(("month", f"{made:%Y-%m}"), made)
    kept |= set(by_period.values()) | set(every[-1:])
    return set(every) - kept


def tidy(folder: Path, *, now: datetime) -> int:
    """Delete the superfluous ones; says how many."""
    found = backups(folder)
    gone = superfluous((made for made, _ in found), now=now)
    for made, path in found:
        if made in gone:
            path.unlink()
            page_of(path).unlink(missing_ok=True)
    return len(gone)


def last_drill(folder: Path) -> dict | None:
    try:
        return json.loads((folder / DRILL).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
