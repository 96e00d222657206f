"""Is this person registered already?"""

from dataclasses import dataclass
from datetime import date

from clinic.folding import digits_of, fold, is_one_edit
from clinic.models import Patient, PatientToken

MOST = 5


@dataclass(frozen=True, slots=True)
class Likeness:
    """A patient who may be the same person, and why."""

    patient: Patient
    why: str


def likely_duplicates(
    *, first_name: str, last_name: str, born_on: date, phone: str = "", but: int | None = None
) -> list[Likeness]:
    """Same birthday and a like name; same name and a like birthday; same phone and name."""
    first, last, numbers = fold(first_name), fold(last_name), digits_of(phone)
    others = Patient.objects.filter(merged_into=None).exclude(pk=but)
    found: dict[int, Likeness] = {}
    for patient in others.filter(born_on=born_on):
        if _like(first, patient.first_name) and _like(last, patient.last_name):
            found[patient.pk] = Likeness(patient, "same date of birth, same or like name")
    by_name = PatientToken.objects.filter(token=last.replace(" ", "")).values("patient")
    for patient in others.filter(pk__in=by_name)[:200]:
        if patient.pk in found or not _like(first, patient.first_name):
            continue
        if _like_dates(born_on, patient.born_on):
            found[patient.pk] = Likeness(patient, "same name, date of birth differs by little")
        elif numbers & digits_of(patient.phone, patient.other_phone):
            found[patient.pk] = Likeness(patient, "same name and phone number")
    return list(found.values())[:MOST]


def _like(folded: str, name: str) -> bool:
    other = fold(name)
    return is_one_edit(folded, other) or (
        len(folded) > 2 and (other.startswith(folded) or (folded.startswith(other) and other != ""))
    )


def _like_dates(one: date, other: date) -> bool:
    """Day and month swapped, or one digit wrong."""
    swapped = (one.year, one.month, one.day) == (other.year, other.day, other.month)
    pairs = zip(f"{one:%Y%m%d}", f"{other:%Y%m%d}", strict=True)
    return swapped or sum(a != b for a, b in pairs) == 1
