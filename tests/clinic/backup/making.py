"""Small databases and keys for the backup's tests."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from clinic.services.backup import making, sealing
from clinic.services.backup.sqlite import SqlitePlace

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CANARY = "Canary Patient 7319"


def small_place(folder: Path, *, name: str = "clinic.sqlite3", rows: int = 20) -> SqlitePlace:
    """A database with the two tables that a backup asks for, and one of patients."""
    path = folder / name
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE clinic_practice (id INTEGER PRIMARY KEY, name TEXT)")
        db.execute("CREATE TABLE django_migrations (app TEXT, name TEXT)")
        db.execute("CREATE TABLE patient (id INTEGER PRIMARY KEY, name TEXT)")
        db.execute("INSERT INTO clinic_practice VALUES (1, 'North Clinic')")
        db.execute("INSERT INTO django_migrations VALUES ('clinic', '0001_people_and_documents')")
        db.executemany("INSERT INTO patient (name) VALUES (?)", [[CANARY]] * rows)
    return SqlitePlace(path)


def names_in(place: SqlitePlace) -> list[str]:
    with closing(sqlite3.connect(place.path)) as db:
        return [name for (name,) in db.execute("SELECT name FROM patient ORDER BY id")]


def make_key(folder: Path, name: str = "key") -> tuple[Path, str]:
    """The file of a private key, and its recipient."""
    private, public = sealing.new_identity()
    path = folder / name
    path.write_text(f"# recipient: {public}\n{private}\n", encoding="utf-8")
    return path, public


def back_up(place, folder: Path, *recipients: str, now: datetime = NOW) -> Path:
    made = making.make_backup(
        place, into=folder / "backups", recipients=recipients, now=now, work=folder
    )
    return folder / "backups" / made.file
