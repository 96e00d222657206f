"""When the demo's clinicians see whom."""

from collections import Counter
from datetime import date, datetime, time

from clinic.models import Practice


def moment(practice: Practice, day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=practice.zone)


class Diary:
    """Each clinician sees one patient an hour, from eight on."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        self.taken: Counter[tuple[int, date]] = Counter()

    def take(self, clinician_id: int, day: date) -> datetime:
        hour = 8 + self.taken[clinician_id, day]
        self.taken[clinician_id, day] += 1
        return moment(self.practice, day, hour)
