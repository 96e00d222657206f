"""Changing the practice's words. Rows in use by notes are retired, never deleted."""

from typing import Any

from django.db import transaction

from clinic.models import User
from clinic.services import audit
from notes.models import BodyRegion, Technique


@transaction.atomic
def change_word(
    row: Technique | BodyRegion, *, by: User, changes: dict[str, Any]
) -> Technique | BodyRegion:
    """Store the changed fields, with old and new values in the audit trail."""
    was = type(row).objects.select_for_update().get(pk=row.pk)
    changed = {n: v for n, v in changes.items() if getattr(was, n) != v}
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        row.save(update_fields=list(changed))
        audit.record(
            "vocabulary.changed",
            actor=by,
            subject=row,
            key=row.key,
            before={name: getattr(was, name) for name in changed},
            after=changed,
        )
    return row
