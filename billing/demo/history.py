"""Ninety days of a small clinic: signed notes, imported history, drafts, today's list."""

import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

from billing.demo.bulk import ImportedVisit, import_history
from billing.demo.diary import Diary, moment
from billing.demo.visits import Ground, Story, book, chart, open_episode, sign
from billing.demo.waiting import Waiting, leave_waiting
from clinic.models import Clinician, Coverage, Patient, Payer, Practice
from notes.enums import VisitStatus
from notes.models import EpisodeOfCare

_HOME = Path(__file__).parent
DAYS = 90
SIGNED = 31  # with the worked examples and the assistant's about forty signed notes
PLAIN = {
    "subjective": "Published worked example, charted as a visit: read the charges for its answer.",
    "objective": "As in the example.",
    "assessment": "Treated as the example describes.",
    "plan": "None; this visit shows a rule.",
}


def stories() -> list[Story]:
    return tomllib.loads((_HOME / "stories.toml").read_text(encoding="utf-8"))["story"]


def worked_examples() -> list[Story]:
    text = (_HOME / "worked_examples.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["example"]


def workdays(today: date) -> list[date]:
    """The weekdays of the last ninety days, oldest first, without today."""
    days = (today - timedelta(days=n) for n in range(DAYS, 0, -1))
    return [day for day in days if day.weekday() < 5]


def fill(practice: Practice, *, today: date) -> None:
    """Everything that the demo practice has charted. The same day gives the same practice."""
    ground = Ground.read()
    random = Random(today.toordinal())  # noqa: S311 - a repeatable demo
    episodes = _episodes(practice, ground, today)
    days = workdays(today)
    _worked_examples(practice, ground, days)
    diary = Diary(practice)
    _past(diary, episodes, ground, days, random)
    _today(practice, episodes, ground, today)
    leave_waiting(Waiting(practice, ground, diary, days, episodes, today))


def _episodes(practice: Practice, ground: Ground, today: date) -> list[tuple[EpisodeOfCare, Story]]:
    """One episode for each patient, with a problem that the clinician treats."""
    treaters: dict[str, list[Clinician]] = {}
    for clinician in Clinician.objects.filter(is_assistant=False).order_by("pk"):
        treaters.setdefault(clinician.discipline, []).append(clinician)
    told = stories()
    found = []
    for number, patient in enumerate(Patient.objects.order_by("record_number")):
        story = told[number % len(told)]
        people = treaters[story["discipline"]]
        clinician = people[(number // len(told)) % len(people)]
        started = today - timedelta(days=60 + number % 20)
        episode = open_episode(
            story, ground, patient=patient, clinician=clinician, started_on=started
        )
        found.append((episode, story))
    return found


def _worked_examples(practice: Practice, ground: Ground, days: list[date]) -> None:
    for number, example in enumerate(worked_examples()):
        clinician = Clinician.objects.filter(
            discipline=example["discipline"], is_assistant=False
        ).order_by("pk")[0]
        payer = Payer.objects.get(name=example["payer"])
        coverage = Coverage.objects.filter(payer=payer).order_by("pk")[0]
        story = PLAIN | example | {"diagnoses": _example_diagnoses(example)}
        story["blocks"] = [_example_block(row, story["diagnoses"]) for row in example["blocks"]]
        story["procedures"] = [
            [*row, "Restricted; released", story["diagnoses"][:1]]
            for row in example.get("procedures", ())
        ]
        day = days[-6 - number]
        episode = open_episode(
            story, ground, patient=coverage.patient, clinician=clinician, started_on=day
        )
        EpisodeOfCare.objects.filter(pk=episode.pk).update(coverage=coverage)
        episode.refresh_from_db()
        visit = book(
            episode,
            ground,
            starts_at=moment(practice, day, 17),
            number=1,
            status=VisitStatus.ARRIVED,
        )
        sign(chart(visit, story, ground))


def _example_diagnoses(example: Story) -> list[str]:
    return ["M99.03", "M54.2"] if example["discipline"] == "DC" else ["M54.2", "M62.838"]


def _example_block(row: list, diagnoses: list[str]) -> list:
    technique, minutes, *rest = row
    regions = rest[0] if rest else "cervical_spine"
    side = "both" if regions.endswith("paraspinals") else ""
    codes = diagnoses[1:] if rest else diagnoses[:1]
    return [technique, minutes, regions, side, "", "", "As in the example", "", codes]


def _past(diary: Diary, episodes: list, ground: Ground, days: list[date], random: Random) -> None:
    """About 190 visits: history brought in, then our own signed ones, some that never were."""
    imported, own, practice = [], [], diary.practice
    for place, (episode, story) in enumerate(episodes):
        own_days = [day for day in days if day >= episode.started_on]
        chosen = sorted(random.sample(own_days[:-5], 4))
        for number, day in enumerate(chosen, start=1):
            slot = diary.take(episode.clinician_id, day)
            is_own = number == 4 and place < SIGNED
            (own if is_own else imported).append((episode, story, slot, number))
    import_history(
        practice,
        [ImportedVisit(episode, story, starts_at, number)
         for episode, story, starts_at, number in imported],
        ground,
    )  # fmt: skip
    for place, (episode, story, starts_at, number) in enumerate(own):
        visit = book(
            episode, ground, starts_at=starts_at, number=number, status=VisitStatus.ARRIVED
        )
        sign(chart(visit, _varied(story, place), ground))
    for (episode, _), status in zip(episodes, _absences(), strict=False):
        book(
            episode,
            ground,
            starts_at=moment(practice, days[-2], 16, 30),
            number=5,
            status=status,
        )


def _absences() -> Iterator[VisitStatus]:
    yield from (VisitStatus.CANCELED, VisitStatus.NO_SHOW) * 3


def _varied(story: Story, place: int) -> Story:
    """The same problem charts different minutes on different days."""
    blocks = [list(row) for row in story["blocks"]]
    for n, row in enumerate(blocks):
        row[1] = max(5, row[1] + (place * 5 + n * 3) % 7 - 3)
    return story | {"blocks": blocks}


def _today(practice: Practice, episodes: list, ground: Ground, today: date) -> None:
    """Each clinician's list: one in the middle of charting, one arrived, more to come."""
    seen: dict[int, int] = {}
    for episode, story in episodes:
        place = seen.get(episode.clinician_id, 0)
        if place >= 4:
            continue
        seen[episode.clinician_id] = place + 1
        status = (VisitStatus.ARRIVED, VisitStatus.ARRIVED, VisitStatus.SCHEDULED)[min(place, 2)]
        visit = book(
            episode, ground, starts_at=moment(practice, today, 9 + place), number=5, status=status
        )
        if place == 0:
            chart(visit, story, ground, blocks=2)
