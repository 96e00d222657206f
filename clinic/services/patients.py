"""Registering a patient and keeping the front page: names, contacts, coverages."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from clinic.errors import NotAllowed
from clinic.models import Coverage, DocumentCounter, Patient, PatientContact, User
from clinic.services import audit
from clinic.services.edit_conflicts import check_seen
from clinic.services.patients_duplicates import Likeness, likely_duplicates

OLDEST = 130  # years
_COUNTER = "patient"


class LikelyDuplicate(NotAllowed):
    """Somebody like this is registered already; ``likenesses`` says who."""

    def __init__(self, likenesses: list[Likeness]) -> None:
        names = ", ".join(f"{x.patient} ({x.patient.record_number})" for x in likenesses)
        super().__init__(
            f"This may be {names}. Open that record, or say that this is another person."
        )
        self.likenesses = likenesses


def check_birthday(born_on: date, today: date) -> None:
    if born_on > today:
        raise NotAllowed("The date of birth is in the future: correct the year.")
    if today.year - born_on.year > OLDEST:
        raise NotAllowed(f"That is more than {OLDEST} years ago: correct the year.")


@transaction.atomic
def register_patient(
    values: Mapping[str, Any],
    *,
    by: User,
    coverages: Sequence[Mapping[str, Any]] = (),
    contacts: Sequence[Mapping[str, Any]] = (),
    is_another: bool = False,
) -> Patient:
    """A new record. Raises LikelyDuplicate unless ``is_another`` says that it is no duplicate."""
    check_birthday(values["born_on"], timezone.localdate())
    likenesses = likely_duplicates(
        first_name=values["first_name"],
        last_name=values["last_name"],
        born_on=values["born_on"],
        phone=values.get("phone", ""),
    )
    if likenesses and not is_another:
        raise LikelyDuplicate(likenesses)
    number = values.get("record_number") or next_record_number()
    if Patient.objects.filter(record_number=number).exists():
        raise NotAllowed(f"Record number {number} is in use: leave it empty for the next free one.")
    patient = Patient.objects.create(**{**values, "record_number": number})
    for rank, card in enumerate(coverages, start=1):
        Coverage.objects.create(patient=patient, **{"rank": rank, **card})
    for contact in contacts:
        PatientContact.objects.create(patient=patient, **contact)
    audit.record("patient.registered", actor=by, subject=patient, patient_id=patient.pk)
    return patient


def next_record_number() -> str:
    """The next number that no record has, in the caller's transaction."""
    DocumentCounter.objects.get_or_create(kind=_COUNTER)
    counter = DocumentCounter.objects.select_for_update().get(kind=_COUNTER)
    while True:
        counter.last += 1
        number = f"P{counter.last:06d}"
        if not Patient.objects.filter(record_number=number).exists():
            counter.save(update_fields=["last"])
            return number


@transaction.atomic
def change_patient(
    patient: Patient, *, by: User, values: Mapping[str, Any], seen: str | None = None
) -> Patient:
    """Save the changed fields only; the audit names them, never their content.

    Raises Conflict when ``seen`` is not the fingerprint of what is stored.
    """
    patient = Patient.objects.select_for_update().get(pk=patient.pk)
    check_seen(patient, values, seen)
    check_not_merged(patient)
    check_birthday(values["born_on"], timezone.localdate())
    changed = [name for name, value in values.items() if getattr(patient, name) != value]
    for name in changed:
        setattr(patient, name, values[name])
    if changed:
        patient.save(update_fields=changed)
        audit.record(
            "patient.changed", actor=by, subject=patient, patient_id=patient.pk, fields=changed
        )
    return patient


def check_not_merged(patient: Patient) -> None:
    if patient.merged_into_id is not None:
        raise NotAllowed(
            f"This record was merged into {patient.merged_into} "
            f"({patient.merged_into.record_number}): go on there."
        )


@transaction.atomic
def save_coverage(
    patient: Patient,
    *,
    by: User,
    values: Mapping[str, Any],
    coverage: Coverage | None = None,
    seen: str | None = None,
) -> Coverage:
    """Add a card, or change one. A card that ended stays for the visits it paid."""
    check_not_merged(patient)
    row = Coverage(patient=patient)
    if coverage is not None:
        row = Coverage.objects.select_for_update().get(pk=coverage.pk)
        check_seen(row, values, seen)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    action = "coverage.changed" if coverage else "coverage.added"
    audit.record(action, actor=by, subject=row, patient_id=patient.pk)
    return row


@transaction.atomic
def save_contact(patient: Patient, *, by: User, values: Mapping[str, Any]) -> PatientContact:
    check_not_merged(patient)
    row = PatientContact.objects.create(patient=patient, **values)
    audit.record("contact.added", actor=by, subject=row, patient_id=patient.pk)
    return row


@transaction.atomic
def remove_contact(contact: PatientContact, *, by: User) -> None:
    audit.record("contact.removed", actor=by, subject=contact, patient_id=contact.patient_id)
    contact.delete()
