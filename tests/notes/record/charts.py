"""Clean charts of all disciplines, and everything that is said about one before it is signed."""

import tomllib
import uuid
from datetime import date, timedelta
from pathlib import Path

from billing.demo.history import stories
from billing.demo.visits import Ground, Story, book, chart, open_episode
from billing.services.deriving import charges_of
from billing.services.policies import publish_from_preset
from clinic.models import Payer
from notes.models import BlockPurpose, Goal, Note, Visit
from notes.queries import blocks_of, procedures_of
from notes.services.diagnoses import load_starter_diagnoses
from notes.services.goals import add_goal
from notes.services.missing import missing_for
from notes.services.plans_progress import GoalProgress, sign_progress_report
from notes.vocabulary import seed_vocabulary
from tests.factories import DAY, at, make_clinician, make_coverage, make_location, make_patient

START = DAY - timedelta(days=28)
CREDENTIALS = {
    "PT": "PT, DPT", "OT": "OTR/L", "SLP": "CCC-SLP", "DC": "DC", "DO": "DO", "MT": "LMT",
}  # fmt: skip


def ground() -> Ground:
    """The words and codes that every chart needs, seeded once in a test."""
    seed_vocabulary()
    load_starter_diagnoses()
    make_location()
    return Ground.read()


def payer_of(preset: str) -> Payer:
    name = f"Payer {preset}"
    payer = Payer.objects.filter(name=name).first()
    if payer is None:
        payer = Payer.objects.create(name=name)
        publish_from_preset(payer, key=preset, starts_on=date(2026, 1, 1), by=None)
    return payer


def clean_note(of: Ground, story: Story, preset: str, **clinician) -> Note:
    """A draft in a chart that lacks nothing: order, certified plan, goal, reasons, report."""
    author = make_clinician(
        discipline=story["discipline"], credential=CREDENTIALS[story["discipline"]], **clinician
    )
    patient = make_patient()
    make_coverage(patient=patient, payer=payer_of(preset))
    episode = open_episode(story, of, patient=patient, clinician=author, started_on=START)
    episode.orders.update(signed_on=START)
    if not episode.goal_rows.exists():
        _goal(episode)
    sign_progress_report(
        episode, by=author.user, submit_key=uuid.uuid4(), on=START, summary="At the start",
        continuing="As planned", goals=[GoalProgress(1, "as at the start")], method="password",
    )  # fmt: skip
    visit = book(episode, of, starts_at=at("09:00"), number=2, status="arrived")
    note = chart(visit, story, of)
    purposes(note)
    return Note.objects.get(pk=note.pk)


def _goal(episode) -> Goal:
    return add_goal(
        episode, by=episode.clinician.user, on=START,
        values={"term": "long", "text": "Turn the head while driving",
                "measure": "Cervical rotation, right", "baseline": "40 degrees",
                "target": "70 degrees", "due_on": START + timedelta(days=60)},
    )  # fmt: skip


def purposes(note: Note) -> None:
    for block in note.blocks.all():
        BlockPurpose.objects.update_or_create(
            note=note, block_id=block.public_id,
            defaults={"goals": [1], "rationale": "Restricted joint motion, end-feel firm"},
        )  # fmt: skip


def fresh(note: Note) -> Visit:
    return Visit.objects.get(pk=note.visit_id)


def said_before_signing(note: Note) -> list[tuple[str, str]]:
    """Level and sentence of all that the page shows: what is missing, and what the payer says."""
    stored = Note.objects.get(pk=note.pk)
    missing = missing_for(stored, list(blocks_of(stored)), list(procedures_of(stored)))
    findings = charges_of(fresh(note)).result.findings
    return [("block", m.text) for m in missing] + [(f.level, f.text) for f in findings]


def all_stories() -> list[Story]:
    """The demo practice's problems, and those of the disciplines that it does not have."""
    text = (Path(__file__).parent / "stories.toml").read_text(encoding="utf-8")
    return [*stories(), *tomllib.loads(text)["story"]]
