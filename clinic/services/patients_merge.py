"""Putting two records of one person together, and taking them apart again."""

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from clinic.errors import NotAllowed
from clinic.guards import UPDATE, registered
from clinic.models import Patient, PatientAlert, PatientMerge, PatientToken, User
from clinic.services import audit
from clinic.services.patients_alerts import show_alerts

_OWN = {PatientToken, PatientMerge, Patient}


def _movable():
    """Rows of any app that belong to a patient, unless the database keeps them as they are."""
    frozen = {g.table for g in registered() if g.event == UPDATE and g.condition == "1=1"}
    for relation in Patient._meta.related_objects:
        model = relation.related_model
        if model not in _OWN and model._meta.db_table not in frozen:
            yield model, relation.field.name


@transaction.atomic
def merge_patients(kept: Patient, merged: Patient, *, by: User) -> PatientMerge:
    """Move everything of ``merged`` to ``kept``. Issued documents keep the name they print.

    Drafts go along: whoever is charting goes on in the same visit.
    """
    rows = Patient.objects.select_for_update().order_by("pk").in_bulk([kept.pk, merged.pk])
    kept, merged = rows[kept.pk], rows[merged.pk]
    if kept.pk == merged.pk:
        raise NotAllowed("These are one and the same record: choose another.")
    for patient in (kept, merged):
        if patient.merged_into_id is not None:
            raise NotAllowed(f"{patient.record_number} was merged already: undo that first.")
    # First, because the database moves a signed visit only between records that are one person's.
    merged.merged_into = kept
    merged.save(update_fields=["merged_into"])
    moved: dict[str, list[int]] = {}
    for model, field in _movable():
        found = model.objects.filter(**{field: merged})
        if keys := list(found.values_list("pk", flat=True)):
            moved[f"{model._meta.label_lower}.{field}"] = keys
            found.update(**{field: kept})
    _refresh(kept, merged)
    row = PatientMerge.objects.create(
        kept=kept, merged=merged, moved=moved, merged_at=timezone.now(), merged_by=by
    )
    audit.record(
        "patient.merged",
        actor=by,
        subject=row,
        patient_id=kept.pk,
        merged=merged.pk,
        rows=sum(len(keys) for keys in moved.values()),
    )
    return row


@transaction.atomic
def undo_merge(merge: PatientMerge, *, by: User) -> PatientMerge:
    """Move back what moved. What was added to the kept record since stays there."""
    merge = PatientMerge.objects.select_for_update().get(pk=merge.pk)
    if merge.undone_at is not None:
        raise NotAllowed("This merge was undone already.")
    if merge.kept.merged_into_id is not None:
        raise NotAllowed(f"{merge.kept} was merged on: undo the later merge first.")
    for label, keys in merge.moved.items():
        name, field = label.rsplit(".", 1)
        model = apps.get_model(name)
        model.objects.filter(pk__in=keys, **{field: merge.kept}).update(**{field: merge.merged})
    merge.merged.merged_into = None
    merge.merged.save(update_fields=["merged_into"])
    merge.undone_at = timezone.now()
    merge.save(update_fields=["undone_at"])
    _refresh(merge.kept, merge.merged)
    audit.record("patient.merge_undone", actor=by, subject=merge, patient_id=merge.kept_id)
    return merge


def _refresh(*patients: Patient) -> None:
    """The words of the alerts follow the alerts that moved."""
    for patient in patients:
        if PatientAlert.objects.filter(patient=patient).exists() or patient.alert:
            show_alerts(patient)
