"""Charting what was measured, found, meant and supervised. Each write is one of a draft's."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction

from clinic.errors import NotAllowed
from clinic.models import PatientAlert, User
from clinic.services import audit
from notes.lifecycle import check_can_edit
from notes.measures import SITES, Site
from notes.models import (
    AlertAnswer,
    BlockPurpose,
    Measurement,
    Note,
    OutcomeScore,
    SegmentFinding,
    SupervisionFact,
)
from notes.scores import Answers, ScoreError, score_tenths

SEGMENTS = (
    "C0", *(f"C{n}" for n in range(1, 8)), *(f"T{n}" for n in range(1, 13)),
    *(f"L{n}" for n in range(1, 6)), "SI", "SAC", "COC",
)  # fmt: skip


@transaction.atomic
def save_measurement(
    note: Note,
    *,
    by: User,
    kind: str,
    site: str,
    side: str,
    before: Decimal | None,
    after: Decimal | None,
) -> Measurement:
    """Add the figures, or put these in the place of those charted before."""
    found = SITES.get(kind, {}).get(site)
    if found is None:
        raise NotAllowed("Choose what was measured from the list.")
    check_side(found, side)
    for figure in (before, after):
        check_figure(found, figure)
    if before is None and after is None:
        raise NotAllowed(
            f"{found.label}: write the figure before the treatment, after it, or both."
        )
    note = _open(note)
    row, _ = Measurement.objects.update_or_create(
        note=note,
        kind=kind,
        site=site,
        side=side if found.has_side else "",
        defaults={"before_tenths": tenths(before), "after_tenths": tenths(after)},
    )
    return _wrote(note, by, "measurement.saved", row)


def check_side(site: Site, side: str) -> None:
    if site.has_side and side not in ("left", "right"):
        raise NotAllowed(f"{site.label}: say left or right; measure each side on its own line.")


def check_figure(site: Site, figure: Decimal | None) -> None:
    if figure is not None and not site.low <= figure <= site.high:
        raise NotAllowed(
            f"{site.label}: {figure} {site.unit} cannot be right; write {site.low} to {site.high}."
        )


def tenths(figure: Decimal | None) -> int | None:
    return None if figure is None else int((figure * 10).to_integral_value())


@transaction.atomic
def save_score(note: Note, *, by: User, instrument: str, answers: Answers) -> OutcomeScore:
    """Score the answers by the instrument's published rule, and keep both."""
    try:
        score = score_tenths(instrument, answers)
    except ScoreError as refusal:
        raise NotAllowed(str(refusal)) from refusal
    note = _open(note)
    row, _ = OutcomeScore.objects.update_or_create(
        note=note,
        instrument=instrument,
        defaults={"answers": list(answers), "score_tenths": score},
    )
    return _wrote(note, by, "score.saved", row)


@transaction.atomic
def save_finding(note: Note, *, by: User, segment: str, side: str, **found: Any) -> SegmentFinding:
    if segment not in SEGMENTS:
        raise NotAllowed(f"Choose a segment from {SEGMENTS[0]} to {SEGMENTS[-1]}.")
    if not any(found.get(name) for name in ("pain", "asymmetry", "motion", "tissue")):
        raise NotAllowed(f"{segment}: say what was found: pain, asymmetry, motion or tissue.")
    note = _open(note)
    row, _ = SegmentFinding.objects.update_or_create(
        note=note, segment=segment, side=side, defaults=found
    )
    return _wrote(note, by, "finding.saved", row)


@transaction.atomic
def save_purpose(
    note: Note, *, by: User, block_id: uuid.UUID, rationale: str, goals: Sequence[int]
) -> BlockPurpose:
    """Why the block needed skilled hands, and which goals it serves."""
    note = _open(note)
    if not note.blocks.filter(public_id=block_id).exists():
        raise NotAllowed("This block is not in the note any more: reload the page.")
    known = set(note.visit.episode.goal_rows.values_list("number", flat=True))
    if unknown := set(goals) - known:
        raise NotAllowed(f"This episode has no goal {min(unknown)}.")
    row, _ = BlockPurpose.objects.update_or_create(
        note=note,
        block_id=block_id,
        defaults={"rationale": rationale.strip(), "goals": sorted(set(goals))},
    )
    return _wrote(note, by, "purpose.saved", row)


@transaction.atomic
def save_supervision(note: Note, *, by: User, kind: str, remark: str) -> SupervisionFact:
    note = _open(note)
    row, _ = SupervisionFact.objects.update_or_create(
        note=note, defaults={"kind": kind, "remark": remark.strip()}
    )
    return _wrote(note, by, "supervision.saved", row)


@transaction.atomic
def answer_alert(note: Note, *, by: User, alert: PatientAlert, reason: str) -> AlertAnswer:
    """Say why it was right all the same. The record stays truthful, and the reason is in it."""
    if alert.patient_id != note.visit.patient_id:
        raise NotAllowed("This alert is of another patient: reload the page.")
    if not reason.strip():
        raise NotAllowed("Give the reason in a sentence.")
    note = _open(note)
    row, _ = AlertAnswer.objects.update_or_create(
        note=note, alert=alert, defaults={"reason": reason.strip()}
    )
    return _wrote(note, by, "alert.answered", row)


_KINDS = {
    "measurement": Measurement,
    "score": OutcomeScore,
    "finding": SegmentFinding,
}


@transaction.atomic
def remove(note: Note, *, by: User, what: str, pk: int) -> None:
    """Take one figure, score or finding out of a draft. Safe to repeat."""
    note = _open(note)
    row = _KINDS[what].objects.filter(note=note, pk=pk).first()
    if row is not None:
        _wrote(note, by, f"{what}.removed", row)
        row.delete()


def _open(note: Note) -> Note:
    note = Note.objects.select_for_update().get(pk=note.pk)
    check_can_edit(note)
    return note


def _wrote(note: Note, by: User, action: str, row: Any) -> Any:
    note.version += 1
    note.save(update_fields=["version"])
    audit.record(action, actor=by, subject=row, patient_id=note.visit.patient_id)
    return row
