"""The practice's own settings: who it is, where it treats, who treats.

What was signed or printed before holds its own copy of these, so a change counts from now on.
"""

from collections.abc import Mapping
from typing import Any

from django.db import models, transaction

from clinic.errors import NotAllowed
from clinic.models import AuditEvent, Clinician, Location, Practice, User
from clinic.services import audit
from clinic.services.edit_conflicts import check_seen
from clinic.tax_ids import shown_tax_id

Setting = Practice | Location | Clinician


@transaction.atomic
def add_setting(row: Setting, *, by: User, values: Mapping[str, Any]) -> Setting:
    """A new location or clinician of the practice in scope."""
    for name, value in values.items():
        setattr(row, name, value)
    _check(row)
    row.save()
    audit.record(f"{row._meta.model_name}.added", actor=by, subject=row, name=str(row))
    return row


@transaction.atomic
def change_setting(row: Setting, *, by: User, values: Mapping[str, Any], seen: str) -> Setting:
    """Save what differs, and enter from what to what.

    Raises Conflict, with the row as stored in ``theirs``, when ``seen`` is not its fingerprint.
    """
    # NO KEY: everybody else's rows point at the practice, and are written meanwhile.
    stored = type(row)._base_manager.select_for_update(no_key=True).get(pk=row.pk)
    check_seen(stored, values, seen)
    changes = {
        name: [_plain(name, getattr(stored, name)), _plain(name, value)]
        for name, value in values.items()
        if getattr(stored, name) != value
    }
    if not changes:
        return stored
    for name in changes:
        setattr(stored, name, values[name])
    _check(stored)
    stored.save(update_fields=list(changes))
    audit.record(
        f"{stored._meta.model_name}.changed", actor=by, subject=stored, name=str(stored),
        changes=changes,
    )  # fmt: skip
    return stored


def latest_changes(limit: int = 20) -> list[AuditEvent]:
    """Who changed which setting, newest first."""
    kinds = ("clinic.practice", "clinic.location", "clinic.clinician")
    acts = [f"{name.partition('.')[2]}.{act}" for name in kinds for act in ("added", "changed")]
    return list(AuditEvent.objects.filter(action__in=acts).order_by("-pk")[:limit])


def _check(row: Setting) -> None:
    if isinstance(row, Location) and not row.active:
        others = Location.objects.filter(active=True).exclude(pk=row.pk)
        if not others.exists():
            raise NotAllowed("This is the only open location: open another one first.")
    if isinstance(row, Clinician):
        _check_clinician(row)


def _check_clinician(row: Clinician) -> None:
    if row.is_assistant and row.supervisor is None:
        raise NotAllowed("An assistant works under a therapist: choose the supervisor.")
    if row.supervisor is not None and row.supervisor.pk == row.pk:
        raise NotAllowed("Nobody supervises themselves: choose another clinician.")
    if row.supervisor is not None and row.supervisor.is_assistant:
        raise NotAllowed(f"{row.supervisor} is an assistant: choose a therapist as supervisor.")
    if row.active and not row.is_assistant:
        return
    if first := Clinician.objects.filter(supervisor_id=row.pk or 0, active=True).first():
        raise NotAllowed(f"{first} works under {row}: give them another supervisor first.")


def _plain(name: str, value: Any) -> Any:
    if name == "tax_id":
        return shown_tax_id(value)
    if isinstance(value, models.Model):
        return str(value)
    return value if isinstance(value, (bool, int, str, type(None))) else str(value)
