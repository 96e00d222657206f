"""Nothing young enough is purged: nothing signed is purged at all. T-I09."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import Model, ProtectedError

from clinic.models import Patient
from clinic.scope import scope
from notes.models import Note, Visit
from notes.services.retention import keep_until
from tests.factories import (
    at,
    make_block,
    make_episode,
    make_note,
    make_patient,
    make_practice,
    make_visit,
)
from tests.notes.acts import sign
from tests.snapshot import snapshot

LONG_AGO = date(2001, 3, 2)


def record_of(day: date, *, born_on: date = date(1970, 5, 17)) -> Visit:
    """A visit whose note is signed."""
    episode = make_episode(patient=make_patient(born_on=born_on), coverage=None)
    visit = make_visit(episode=episode, date=day, starts_at=at("09:00", day))
    note = make_note(visit)
    make_block(note, "09:00", "09:15")
    sign(note)
    return visit


def by_orm(row: Model) -> None:
    type(row).objects.filter(pk=row.pk).delete()


def by_sql(row: Model) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {row._meta.db_table} WHERE id = %s", [row.pk])
    connection.check_constraints()


@pytest.mark.parametrize(
    ("last", "born_on", "until"),
    [
        (date(2026, 3, 2), date(1980, 5, 17), date(2036, 3, 2)),
        (date(2024, 2, 29), date(1980, 5, 17), date(2034, 3, 1)),
        (date(2026, 3, 2), date(2020, 5, 17), date(2051, 5, 17)),
        (date(2026, 3, 2), date(2005, 3, 3), date(2036, 3, 3)),
        (date(2026, 3, 2), date(2008, 2, 29), date(2039, 3, 1)),
    ],
    ids=["adult", "leap day", "child", "21 tomorrow", "born on a leap day"],
)
def test_i09_time_runs_from_the_last_visit_and_not_before_majority(last, born_on, until):
    assert keep_until(last=last, born_on=born_on) == until


@pytest.mark.slow
@pytest.mark.parametrize("delete", [by_orm, by_sql])
@pytest.mark.parametrize("model", [Note, Visit, Patient])
def test_i09_signed_record_is_not_purged_however_old(in_practice, model, delete):
    visit = record_of(LONG_AGO)
    row = {Note: visit.note, Visit: visit, Patient: visit.patient}[model]
    before = snapshot()

    with pytest.raises((DatabaseError, ProtectedError)), transaction.atomic():
        delete(row)

    assert snapshot() == before


@pytest.mark.slow
def test_i09_command_refuses_a_day_early_and_takes_nothing_away_after(db, capsys):
    with scope(make_practice(name="Northmark")):
        visit = record_of(LONG_AGO)
    chart, over = visit.patient_id, date(2011, 3, 2)
    before = snapshot()

    with pytest.raises(CommandError, match="must be kept until 2011-03-02"):
        call_command("retention", chart=chart, on=over - timedelta(days=1))
    call_command("retention", on=over - timedelta(days=1))
    call_command("retention", on=over)
    call_command("retention", chart=chart, on=over)

    told = capsys.readouterr().out.splitlines()
    assert told[:3] == [
        "Northmark: 0 of 1 charts need not be kept on 2011-03-01 any longer.",
        "  The first may end on 2011-03-02.",
        "Northmark: 1 of 1 charts need not be kept on 2011-03-02 any longer.",
    ]
    assert "a court, an audit or a claim holds it" in told[-1]
    assert snapshot() == before


def test_i09_unknown_chart_is_told(db):
    with pytest.raises(CommandError, match="no chart of that id"):
        call_command("retention", chart=7)
