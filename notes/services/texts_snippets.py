"""Sentences used often: one's own first, then the practice's, then the ones shipped."""

import csv
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q

from clinic.errors import NotAllowed
from clinic.models import Clinician, User
from clinic.services import audit
from notes.models import Snippet
from notes.services.texts import TEXT_FIELDS

SECTIONS = (*TEXT_FIELDS, "response")
MOST_SHOWN = 8
_SHIPPED = Path(__file__).parent.parent / "reference" / "snippets.csv"


@cache
def _shipped() -> tuple[dict[str, str], ...]:
    with _SHIPPED.open(encoding="utf-8", newline="") as handle:
        return tuple(csv.DictReader(handle))


def snippets_of(clinician: Clinician) -> dict[str, list[dict[str, Any]]]:
    """What to offer under each section; the same label is offered once, the nearest one."""
    rows = Snippet.objects.filter(Q(clinician=clinician) | Q(clinician=None))
    mine = [{"section": r.section, "label": r.label, "text": r.text} for r in rows]
    offered: dict[str, dict[str, dict[str, Any]]] = {section: {} for section in SECTIONS}
    for row in [*mine, *_shipped()]:
        offered[row["section"]].setdefault(
            row["label"], {"label": row["label"], "text": row["text"]}
        )
    return {section: list(rows.values())[:MOST_SHOWN] for section, rows in offered.items()}


@transaction.atomic
def keep_snippet(clinician: Clinician, *, by: User, section: str, label: str, text: str) -> Snippet:
    """Offer this sentence from now on; the same label again replaces the sentence."""
    if section not in SECTIONS:
        raise NotAllowed("Choose the section this sentence belongs to.")
    if not label.strip() or not text.strip():
        raise NotAllowed("Give the sentence and a short name for it.")
    row, _ = Snippet.objects.update_or_create(
        clinician=clinician,
        section=section,
        label=label.strip(),
        defaults={"text": text.strip()},
    )
    audit.record("snippet.kept", actor=by, subject=row)
    return row
