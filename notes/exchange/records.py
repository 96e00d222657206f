"""Every row of the practice as plain data, and back: one file per kind of row.

Works on the models as they are, of every app, so that a new table is exported without a word
here. Rows of the installation rather than of the record (secrets, keys, queues, imports,
exports) stay behind.
"""

import base64
import json
from collections.abc import Collection, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from clinic.models import AuditEvent, Patient, Practice, User
from clinic.scope import ScopedModel

APPS = ("clinic", "notes", "billing")
LEFT_BEHIND = {
    "notes.importbatch", "notes.exportjob", "notes.devicesecret", "notes.calendarfeed",
    "notes.operation", "clinic.patienttoken", "clinic.invitation", "clinic.factorreset",
    "clinic.submission", "billing.releasedraft",
}  # fmt: skip
# What opens doors here is of no use elsewhere, and of harm in other hands.
WITHHELD = {
    "clinic.user": {"password", "last_login", "is_superuser", "is_staff", "groups",
                    "user_permissions"},
    "clinic.signingauthority": {"issuing_key"},
    "clinic.signingcertificate": {"key"},
}  # fmt: skip
# The acts of taking out and bringing in stay with the installation where they happened.
OWN_ACTS = ("record.exported", "record.imported")
CHUNK = 500


def exported_models() -> list[type[models.Model]]:
    """Those of the record, each behind the rows that it refers to."""
    found = [Practice, User, AuditEvent] + [
        model
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        if issubclass(model, ScopedModel)
    ]
    wanted = [m for m in found if m._meta.label_lower not in LEFT_BEHIND]
    return _sorted(wanted)


def _sorted(wanted: list[type[models.Model]]) -> list[type[models.Model]]:
    done: list[type[models.Model]] = []
    waiting = sorted(wanted, key=lambda m: m._meta.label_lower)
    while waiting:
        ready = [m for m in waiting if not (_needs(m) & set(waiting))] or waiting[:1]
        done += ready
        waiting = [m for m in waiting if m not in ready]
    return done


def _needs(model: type[models.Model]) -> set[type[models.Model]]:
    return {
        field.related_model for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is not model
    }  # fmt: skip


def fields_of(model: type[models.Model]) -> list[models.Field]:
    hidden = WITHHELD.get(model._meta.label_lower, set())
    return [f for f in model._meta.concrete_fields if f.name not in hidden]


def rows_of(
    model: type[models.Model],
    practice: Practice,
    patient: Patient | None = None,
    but: Collection[str] = (),
) -> Iterator[dict[str, Any]]:
    """Plain rows by their key, in chunks; a patient's, or the whole practice's."""
    rows = _queryset(model, practice, patient).defer(*but)
    names = [(f.attname, f.name) for f in fields_of(model) if f.name not in but]
    for row in rows.order_by("pk").iterator(chunk_size=CHUNK):
        yield {name: plain(getattr(row, attname)) for attname, name in names}


def _queryset(model, practice: Practice, patient: Patient | None):
    if model is Practice:
        return Practice.objects.filter(pk=practice.pk)
    if model is User:
        return User.objects.filter(practice=practice)
    rows = model.objects.all()
    if model is AuditEvent:
        rows = rows.filter(practice_id=practice.pk)
        if patient:
            return rows.filter(patient_id=patient.pk).exclude(action__in=OWN_ACTS)
        # A chain keeps its links: only the acts of this very export, at its end, stay behind.
        last = rows.exclude(action__in=OWN_ACTS).order_by("-seq").values_list("seq").first()
        return rows.filter(seq__lte=last[0] if last else 0)
    if patient is None:
        return rows
    path = path_to_patient(model)
    return rows.filter(**{path: patient.pk}) if path else rows


def is_of_patients(model: type[models.Model]) -> bool:
    return model is AuditEvent or bool(path_to_patient(model))


def path_to_patient(model: type[models.Model]) -> str:
    """The shortest way from a row to its patient, as a filter; empty for rows of the practice."""
    if model is Patient:
        return "pk"
    paths = [(model, "")]
    seen = {model}
    while paths:
        following = []
        for current, path in paths:
            for field in current._meta.concrete_fields:
                target = field.related_model if field.is_relation else None
                if target is Patient:
                    return f"{path}{field.name}"
                if target and target not in seen and target not in (Practice, User):
                    seen.add(target)
                    following.append((target, f"{path}{field.name}__"))
        paths = following
    return ""


def plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value


def line(row: dict[str, Any]) -> str:
    """Sorted and tight: the same row always gives the same bytes."""
    return json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def to_python(model: type[models.Model], row: dict[str, Any]) -> models.Model:
    """The reverse of ``rows_of`` for one row."""
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if field.name not in row:
            if isinstance(field, models.BinaryField):
                values[field.attname] = b""
            continue
        value = row[field.name]
        if isinstance(field, models.BinaryField) and value is not None:
            value = base64.b64decode(value)
        elif value is not None and not isinstance(field, models.JSONField):
            target = field.target_field if field.is_relation else field
            value = target.to_python(value)
        values[field.attname] = value
    return model(**values)
