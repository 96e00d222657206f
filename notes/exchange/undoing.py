"""Undoing an import: what nobody has used since goes; the rest stays and is counted."""

from django.db import transaction
from django.utils import timezone

from clinic.errors import NotAllowed
from clinic.models import Coverage, Patient, PatientContact, PatientToken, Payer, User
from clinic.services import audit
from notes.enums import BatchState
from notes.models import Booking, EpisodeOfCare, ImportBatch, Visit

CHUNK = 500


@transaction.atomic
def undo_batch(batch: ImportBatch, *, by: User) -> dict[str, int]:
    """Remove the batch's rows; returns how many of each kind stay because they are in use."""
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state != BatchState.APPLIED:
        raise NotAllowed(f"This file is {batch.get_state_display().lower()}: nothing to undo.")
    made = batch.made
    kept = {
        "visit": _drop(Visit, made.get("visit", []), _free_visits),
        "episode": _drop(EpisodeOfCare, made.get("episode", []), _free_episodes),
        "coverage": _drop(Coverage, made.get("coverage", []), _free_coverages),
        "payer": _drop(Payer, made.get("payer", []), _free_payers),
        "contact": _drop(PatientContact, made.get("contact", []), lambda rows: rows),
        "patient": _drop(Patient, made.get("patient", []), _free_patients),
    }
    for pk, values in made.get("changed", {}).items():
        patient = Patient.objects.filter(pk=int(pk)).first()
        if patient is not None:
            for name, value in values.items():
                setattr(patient, name, value)
            patient.save()
    batch.state, batch.undone_at = BatchState.UNDONE, timezone.now()
    batch.save(update_fields=["state", "undone_at"])
    audit.record("import.undone", actor=by, subject=batch, **kept)
    return {kind: number for kind, number in kept.items() if number}


def _drop(model, keys: list[int], free) -> int:
    """Delete what is free, in chunks; returns how many rows stay."""
    left = 0
    for start in range(0, len(keys), CHUNK):
        rows = model.objects.filter(pk__in=keys[start : start + CHUNK])
        number = rows.count()
        going = list(free(rows).values_list("pk", flat=True))
        if model is Visit:
            Booking.objects.filter(visit__in=going).delete()
        if model is Patient:
            PatientToken.objects.filter(patient__in=going).delete()
        # Without asking every related table for each row: what is in use was left out above,
        # and the database would refuse the rest.
        model.objects.filter(pk__in=going)._raw_delete(model.objects.db)
        left += number - len(going)
    return left


def _free_visits(rows):
    return rows.filter(note__isnull=True)


def _free_episodes(rows):
    return rows.filter(
        visits__isnull=True, diagnoses__isnull=True, plans__isnull=True, orders__isnull=True,
        authorizations__isnull=True, goal_rows__isnull=True, progress_reports__isnull=True,
    )  # fmt: skip


def _free_coverages(rows):
    return rows.filter(episodes__isnull=True, visits__isnull=True)


def _free_payers(rows):
    """Those that no row of any app names."""
    for relation in Payer._meta.related_objects:
        if not relation.hidden:
            rows = rows.filter(**{f"{relation.name}__isnull": True})
    return rows


def _free_patients(rows):
    return rows.filter(
        visits__isnull=True, episodes__isnull=True, coverages__isnull=True, documents__isnull=True,
        files__isnull=True, consents__isnull=True, alerts__isnull=True, contacts__isnull=True,
        merges__isnull=True, merged_records__isnull=True,
    )  # fmt: skip
