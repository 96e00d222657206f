"""Clocks that jump: nights of daylight saving, leap days, wrong clocks. T-T01, T-T03, T-T04."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.models import Patient
from notes.models import TreatmentBlock

ZONES = ("America/New_York", "America/Los_Angeles", "America/Denver", "America/Anchorage")
# Both nights of the year, per zone in local time; Arizona and Hawaii have none.
NIGHTS = ((date(2026, 3, 8), -60), (date(2026, 11, 1), 60))


@settings(max_examples=250, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    night=st.sampled_from(NIGHTS),
    begins=st.integers(-240, 300),
    lasts=st.integers(1, 480),
)
def test_T_T01_minutes_over_the_change_are_real_minutes(zone, night, begins, lasts):
    day, _ = night
    local = datetime(day.year, day.month, day.day, 2, tzinfo=ZoneInfo(zone))
    starts = (local.astimezone(UTC) + timedelta(minutes=begins)).astimezone(ZoneInfo(zone))
    ends = (starts.astimezone(UTC) + timedelta(minutes=lasts)).astimezone(ZoneInfo(zone))

    block = TreatmentBlock(starts_at=starts.astimezone(UTC), ends_at=ends.astimezone(UTC))

    assert block.minutes == lasts
    # Printed with their offsets, the two clocks tell the same.
    shown = ends.replace(tzinfo=None) - starts.replace(tzinfo=None)
    assert shown - (ends.utcoffset() - starts.utcoffset()) == timedelta(minutes=lasts)


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(2000, 2, 29), date(2026, 2, 28), 25),
        (date(2000, 2, 29), date(2026, 3, 1), 26),
        (date(2000, 2, 29), date(2024, 2, 29), 24),
        (date(1980, 12, 31), date(2026, 12, 30), 45),
        (date(1980, 12, 31), date(2026, 12, 31), 46),
        (date(2026, 1, 1), date(2026, 1, 1), 0),
        (date(1999, 12, 31), date(2000, 1, 1), 0),
    ],
)
def test_T_T04_age_is_right_on_leap_days_and_year_ends(born, on, age):
    assert Patient(born_on=born).age_on(on) == age


@pytest.mark.parametrize("hour", [23, 0])
def test_T_T04_block_over_new_year_counts_its_minutes(hour):
    starts = datetime(2026, 12, 31, 23, 50, tzinfo=UTC)

    block = TreatmentBlock(starts_at=starts, ends_at=starts + timedelta(minutes=25 + hour))

    assert block.minutes == 25 + hour
