"""The whole installation out and back, on the engine that the suite runs on. T-O04."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection

from clinic.enums import Role
from clinic.models import Practice
from clinic.scope import scope
from clinic.services.backup import making, restoring
from clinic.services.backup.places import State, place_of
from clinic.services.backup.postgres import PostgresPlace
from clinic.services.backup.sqlite import SqlitePlace
from tests.clinic.backup.making import NOW, make_key
from tests.conftest import user_with
from tests.factories import make_document, make_patient, make_practice


@pytest.fixture
def filled(transactional_db) -> Practice:
    practice = make_practice(name="North Clinic")
    with scope(practice):
        make_document(by=user_with(Role.THERAPIST, practice), patient=make_patient())
    return practice


@pytest.fixture
def elsewhere(tmp_path):
    """An empty place of the same engine, gone after the test."""
    here = place_of(connection.settings_dict)
    if isinstance(here, SqlitePlace):
        yield SqlitePlace(tmp_path / "elsewhere.sqlite3")
        return
    there = replace(here, name=f"{here.name}_elsewhere")
    try:
        yield there
    finally:
        there.drop(here)


def first(place, statement: str):
    """One value, read past Django."""
    if isinstance(place, PostgresPlace):
        with place.connected() as found:
            return found.execute(statement).fetchone()[0]
    import sqlite3  # noqa: PLC0415 as the settings swapped it

    found = sqlite3.connect(place.path)
    try:
        return found.execute(statement).fetchone()[0]
    finally:
        found.close()


@pytest.mark.slow
def test_T_O04_installation_comes_back_and_over_an_older_one(filled, elsewhere, tmp_path):
    here, (key, public) = place_of(connection.settings_dict), make_key(tmp_path)
    backups = tmp_path / "backups"
    given = {"into": backups, "recipients": [public], "work": tmp_path}
    older = making.make_backup(here, now=NOW, **given)

    assert elsewhere.state() is State.EMPTY
    done = restoring.restore(elsewhere, backups / older.file, key=key, work=tmp_path)

    assert elsewhere.state() is State.FILLED
    assert done.manifest.rows["clinic_storeddocument"] == 1
    asked = "SELECT content FROM clinic_storeddocument"
    assert bytes(first(elsewhere, asked)) == bytes(first(here, asked))
    with pytest.raises(Exception, match="cannot be changed or deleted"):
        first(elsewhere, "DELETE FROM clinic_storeddocument RETURNING id")

    make_practice(name="South Clinic")
    newer = making.make_backup(here, now=NOW.replace(hour=13), **given)
    done = restoring.restore(
        elsewhere, backups / newer.file, key=key, work=tmp_path, replace=True
    )  # fmt: skip

    counted = "SELECT count(*) FROM clinic_practice"
    assert first(elsewhere, counted) == 2
    assert _kept(elsewhere, done.kept, counted) == 1


def _kept(place, where: str, statement: str):
    if isinstance(place, SqlitePlace):
        return first(SqlitePlace(Path(where)), statement)
    old = replace(place, name=where.removeprefix("database "))
    try:
        return first(old, statement)
    finally:
        old.drop(place)
