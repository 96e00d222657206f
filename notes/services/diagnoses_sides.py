"""Codes that leave the side open, and what to choose instead; the clinician's usual codes."""

from datetime import date

from clinic.models import Clinician
from notes.models import DiagnosisCode, DiagnosisFavorite
from notes.services.diagnoses import valid_on

OPEN_SIDE = "unspecified"
SIDES = ("left", "right", "bilateral")
MOST_FAVORITES = 8


def sides_of(row: DiagnosisCode, *, on: date) -> list[DiagnosisCode]:
    """The same condition with its side named; empty where the code says the side, or has none."""
    if OPEN_SIDE not in row.title.lower() or len(row.code) < 5:
        return []
    siblings = valid_on(on).filter(code__startswith=row.code[:-1], billable=True)
    named = [s for s in siblings.exclude(code=row.code) if len(s.code) == len(row.code)]
    return [s for s in named if any(side in s.title.lower().split() for side in SIDES)]


def favorites_of(clinician: Clinician | None, *, on: date) -> list[DiagnosisCode]:
    """Used most often first, as far as they are billable on the day."""
    if clinician is None:
        return []
    rows = DiagnosisFavorite.objects.filter(clinician=clinician)[:MOST_FAVORITES]
    order = {row.code: place for place, row in enumerate(rows)}
    found = valid_on(on).filter(code__in=order, billable=True)
    return sorted(found, key=lambda code: order[code.code])


def edition_on(day: date) -> str:
    """The fiscal year whose codes are valid on the day, as they are published each October."""
    year = day.year + (day.month >= 10)
    return f"ICD-10-CM FY {year}"
