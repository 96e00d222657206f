from datetime import UTC, datetime, timedelta

from clinic.services.backup import keeping
from clinic.services.backup.making import page_of
from tests.clinic.backup.making import NOW


def hourly(days: int) -> list[datetime]:
    return [NOW - timedelta(hours=hour) for hour in range(24 * days)]


def test_two_days_of_hours_five_weeks_of_days_and_every_month_stay():
    times = hourly(400)

    kept = sorted(set(times) - keeping.superfluous(times, now=NOW))

    recent = [made for made in kept if NOW - made <= timedelta(hours=48)]
    assert len(recent) == 49
    days = {made.date() for made in kept if NOW - made <= timedelta(days=35)}
    assert len(days) == 36
    assert {(made.year, made.month) for made in kept} == {(m.year, m.month) for m in times}
    assert len(kept) < 49 + 36 + 14


def test_newest_backup_is_never_deleted():
    old = [datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, 1, tzinfo=UTC)]

    assert keeping.superfluous(old, now=NOW) == set()


def test_unfinished_and_foreign_files_are_no_backups(tmp_path):
    for name in ("handline-20260302T120000Z.tar.gz.part", "handline-x.tar.gz.age", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "handline-20260302T120000Z.tar.gz.age").touch()  # its page is missing

    assert keeping.newest(tmp_path) is None


def test_tidying_deletes_backup_and_page_together(tmp_path):
    for hour in (1, 2, 3):
        path = tmp_path / f"handline-20260101T0{hour}0000Z.tar.gz.age"
        path.touch()
        page_of(path).touch()

    assert keeping.tidy(tmp_path, now=NOW) == 1

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "handline-20260101T010000Z.json", "handline-20260101T010000Z.tar.gz.age",
        "handline-20260101T030000Z.json", "handline-20260101T030000Z.tar.gz.age",
    ]  # fmt: skip
