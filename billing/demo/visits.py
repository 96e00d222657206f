"""Charting the demo visits through the product's own services."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from billing.demo.record import measure, set_goal
from clinic.models import Clinician, Coverage, Location, Patient
from notes.models import (
    BodyRegion,
    DiagnosisCode,
    EpisodeDiagnosis,
    EpisodeOfCare,
    Note,
    Order,
    PlanOfCare,
    Technique,
    Visit,
)
from notes.services.blocks import NEW, BlockEntry, save_block
from notes.services.procedures import ProcedureEntry, save_procedure
from notes.services.texts import TEXT_FIELDS, save_texts
from notes.services.visits import open_note
from notes.signing import sign_note

Story = dict[str, Any]


@dataclass
class Ground:
    """Rows that every demo visit needs, read once."""

    location: Location
    techniques: dict[str, Technique] = field(default_factory=dict)
    regions: dict[str, BodyRegion] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls) -> "Ground":
        return cls(
            location=Location.objects.get(),
            techniques={row.key: row for row in Technique.objects.all()},
            regions={row.key: row for row in BodyRegion.objects.all()},
            titles=dict(DiagnosisCode.objects.values_list("code", "title")),
        )


def open_episode(
    story: Story, ground: Ground, *, patient: Patient, clinician: Clinician, started_on: date
) -> EpisodeOfCare:
    coverage = patient.coverages.first()
    episode = EpisodeOfCare.objects.create(
        patient=patient,
        clinician=clinician,
        coverage=coverage,
        title=story["title"],
        started_on=started_on,
        onset_on=started_on - timedelta(days=24),
    )
    EpisodeDiagnosis.objects.bulk_create(
        EpisodeDiagnosis(episode=episode, position=n, code=code, title=ground.titles.get(code, ""))
        for n, code in enumerate(story["diagnoses"], start=1)
    )
    Order.objects.create(
        episode=episode,
        provider_name="Dr. Ines Halvorsen, MD",
        provider_npi="1234567893",
        ordered_on=started_on - timedelta(days=3),
        signed_on=started_on - timedelta(days=3),
        names_techniques="Manual therapy, exercise",
    )
    PlanOfCare.objects.create(
        episode=episode,
        starts_on=started_on,
        ends_on=started_on + timedelta(days=89),
        frequency="2 visits a week for 6 weeks",
        amount="45 minutes",
        interventions="Manual therapy, therapeutic exercise, neuromuscular re-education",
        planned_visits=12,
        sent_on=started_on + timedelta(days=1),
        certified_on=started_on + timedelta(days=9),
    )
    set_goal(episode)
    return episode


def book(
    episode: EpisodeOfCare, ground: Ground, *, starts_at: datetime, number: int, status: str
) -> Visit:
    zone = episode.practice.zone
    return Visit.objects.create(
        episode=episode,
        patient=episode.patient,
        clinician=episode.clinician,
        location=ground.location,
        coverage=Coverage.objects.filter(pk=episode.coverage_id).first(),
        date=starts_at.astimezone(zone).date(),
        starts_at=starts_at,
        number_in_episode=number,
        status=status,
    )


def chart(visit: Visit, story: Story, ground: Ground, *, blocks: int | None = None) -> Note:
    """Chart the story's blocks and text; the first ``blocks`` of them for a draft."""
    user = visit.clinician.user
    note = open_note(visit, by=user)
    moment = visit.starts_at
    for row in story.get("procedures", ()):
        moment = _chart_procedure(note, row, ground, moment)
    for row in story["blocks"][:blocks]:
        moment = _chart_block(note, row, ground, moment)
    if blocks is None:
        texts = {name: story[name] for name in TEXT_FIELDS}
        note = save_texts(note, by=user, base=dict.fromkeys(TEXT_FIELDS, ""), texts=texts)
        measure(note)
    return Note.objects.get(pk=note.pk)


def _chart_block(note: Note, row: list, ground: Ground, moment: datetime) -> datetime:
    padded = [*row, *[""] * (8 - len(row))]
    technique, minutes, regions, side, grade, dose, response, pain = padded[:8]
    codes = row[8] if len(row) > 8 else [d.code for d in note.visit.episode.diagnoses.all()[:2]]
    before, _, after = pain.partition(">")
    end = moment + timedelta(minutes=minutes)
    save_block(
        note,
        by=note.author.user,
        public_id=uuid.uuid4(),
        version=NEW,
        entry=BlockEntry(
            technique=ground.techniques[technique],
            regions=[ground.regions[key] for key in regions.split("+") if key],
            side=side,
            starts_at=moment,
            ends_at=end,
            performed_by="assistant" if note.author.is_assistant else "therapist",
            performer=note.author,
            grade=grade,
            dose=dose,
            response=response,
            pain_before=int(before) if before else None,
            pain_after=int(after) if after else None,
            diagnosis_codes=codes,
        ),
    )
    return end


def _chart_procedure(note: Note, row: list, ground: Ground, moment: datetime) -> datetime:
    code, regions, minutes, *rest = row
    save_procedure(
        note,
        by=note.author.user,
        public_id=uuid.uuid4(),
        version=NEW,
        entry=ProcedureEntry(
            code=code,
            regions=[ground.regions[key] for key in regions.split("+") if key],
            performer=note.author,
            starts_at=moment,
            minutes=minutes,
            findings=rest[0] if rest else "",
            diagnosis_codes=rest[1] if len(rest) > 1 else [],
        ),
    )
    return moment + timedelta(minutes=minutes)


def sign(note: Note) -> Note:
    """Sign through the real service, at the end of the visit."""
    last = note.blocks.order_by("-ends_at").first()
    end = last.ends_at if last else note.visit.starts_at + timedelta(minutes=20)
    return sign_note(
        note,
        by=note.author.user,
        version=note.version,
        method="demo",
        at=end + timedelta(minutes=2),
    )
