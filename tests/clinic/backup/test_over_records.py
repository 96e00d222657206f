"""Restoring where there are records already. T-Z10."""

import pytest

from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.services.backup import restoring
from clinic.services.backup.approval import Confirmation, check_two_people
from clinic.services.backup.places import State
from clinic.services.backup.sqlite import SqlitePlace
from tests.clinic.backup.making import CANARY, back_up, make_key, names_in, small_place
from tests.factories import PASSWORD, make_user


@pytest.fixture
def backup(tmp_path):
    key, public = make_key(tmp_path)
    return back_up(small_place(tmp_path), tmp_path, public), key


def test_restore_over_records_is_refused_without_the_word(tmp_path, backup):
    file, key = backup
    live = small_place(tmp_path, name="live.sqlite3", rows=3)
    before = live.path.read_bytes()

    with pytest.raises(NotAllowed, match="There are records here already"):
        restoring.restore(live, file, key=key, work=tmp_path)

    assert live.path.read_bytes() == before


def test_restore_over_records_keeps_the_old_ones_beside(tmp_path, backup):
    file, key = backup
    live = small_place(tmp_path, name="live.sqlite3", rows=3)

    done = restoring.restore(live, file, key=key, work=tmp_path, replace=True)

    assert names_in(live) == [CANARY] * 20
    assert names_in(SqlitePlace(tmp_path / done.kept)) == [CANARY] * 3


def test_processes_that_have_the_database_open_see_the_restored_one(tmp_path, backup):
    """The file is written through SQLite, not replaced under those who hold it."""
    import sqlite3  # noqa: PLC0415 as the settings swapped it

    file, key = backup
    live = small_place(tmp_path, name="live.sqlite3", rows=3)
    held = sqlite3.connect(live.path)
    assert held.execute("SELECT count(*) FROM patient").fetchone() == (3,)

    restoring.restore(live, file, key=key, work=tmp_path, replace=True)

    assert held.execute("SELECT count(*) FROM patient").fetchone() == (20,)
    held.execute("INSERT INTO patient (name) VALUES ('later')")
    held.commit()
    held.close()
    assert len(names_in(live)) == 21


def test_database_that_cannot_be_read_is_set_aside_whole(tmp_path, backup):
    file, key = backup
    broken = SqlitePlace(tmp_path / "broken.sqlite3")
    broken.path.write_bytes(b"not a database, but somebody's records once" * 200)
    assert broken.state() is State.UNREADABLE

    done = restoring.restore(broken, file, key=key, work=tmp_path, replace=True)

    assert names_in(broken) == [CANARY] * 20
    with open(done.kept, "rb") as kept:
        assert kept.read().startswith(b"not a database")


def test_damaged_backup_leaves_the_live_records_alone(tmp_path, backup):
    file, key = backup
    live = small_place(tmp_path, name="live.sqlite3", rows=3)
    file.write_bytes(file.read_bytes()[:-200])

    with pytest.raises(NotAllowed, match="damaged"):
        restoring.restore(live, file, key=key, work=tmp_path, replace=True)

    assert names_in(live) == [CANARY] * 3


@pytest.fixture
def people(in_practice):
    """An admin, a second person, and somebody who left."""
    make_user(Role.ADMIN, email="first@north.example")
    make_user(Role.OFFICE, email="second@north.example")
    make_user(Role.ADMIN, email="left@north.example", is_active=False)


def said(*emails: str, password: str = PASSWORD) -> list[Confirmation]:
    return [Confirmation(email, password) for email in emails]


def test_T_Z10_two_people_of_whom_one_is_an_admin_may(people):
    names = check_two_people(said("first@north.example", "Second@North.example"))

    assert len(names) == 2


@pytest.mark.parametrize(
    "given",
    [
        [],
        said("first@north.example"),
        said("first@north.example", "first@north.example"),
        said("first@north.example", "FIRST@north.example"),
        said("second@north.example"),
        said("first@north.example", "left@north.example"),
        said("first@north.example", "nobody@north.example"),
        said("first@north.example", "second@north.example", password="guessed"),
    ],
)
def test_T_Z10_fewer_than_two_people_are_refused(people, given):
    with pytest.raises(NotAllowed, match="Two different people confirm this"):
        check_two_people(given)


def test_only_account_of_a_solo_practice_may_alone(in_practice):
    make_user(Role.ADMIN, email="solo@north.example")

    assert len(check_two_people(said("solo@north.example"))) == 1
