"""Clock times of a visit as instants, in the practice's zone."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from clinic.errors import NotAllowed

LONGEST = timedelta(hours=24)


def instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """That clock time on that day. A time that the clocks skip in spring is refused."""
    moment = datetime.combine(day, clock, tzinfo=zone)
    if moment.astimezone(ZoneInfo("UTC")).astimezone(zone).time() != clock:
        raise NotAllowed(
            f"{clock:%H:%M} does not exist on this day: the clocks go forward. Use a time outside "
            "the skipped hour."
        )
    return moment


def check_span(starts_at: datetime, ends_at: datetime) -> None:
    """Refuse a span that ends before it starts or is longer than a day."""
    utc = ZoneInfo("UTC")
    length = ends_at.astimezone(utc) - starts_at.astimezone(utc)
    if length <= timedelta(0):
        raise NotAllowed("The block ends before it starts: correct the start or the end time.")
    if length > LONGEST:
        raise NotAllowed("A block cannot be longer than 24 hours: correct the minutes.")
