"""Named lists of blocks to plan a visit with; they never hold minutes or responses."""

import uuid
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from clinic.errors import NotAllowed
from clinic.models import Clinician, User
from clinic.services import audit
from notes.models import BlockTemplate
from notes.services.entries import LASTING


def templates_for(clinician: Clinician) -> QuerySet[BlockTemplate]:
    """One's own and the practice's."""
    return BlockTemplate.objects.filter(Q(clinician=clinician) | Q(clinician=None))


@transaction.atomic
def keep_template(
    clinician: Clinician, *, by: User, name: str, entries: list[dict[str, Any]], shared: bool
) -> BlockTemplate:
    """Keep these blocks under a name; the same name again replaces the list."""
    if not name.strip():
        raise NotAllowed("Give the template a name.")
    if not entries:
        raise NotAllowed("Chart or plan at least one block, then keep them as a template.")
    row, _ = BlockTemplate.objects.update_or_create(
        clinician=None if shared else clinician,
        name=name.strip(),
        defaults={
            "entries": [{k: v for k, v in e.items() if k in LASTING} for e in entries],
        },
    )
    audit.record("template.kept", actor=by, subject=row, shared=shared)
    return row


@transaction.atomic
def drop_template(clinician: Clinician, *, by: User, public_id: uuid.UUID) -> None:
    row = templates_for(clinician).filter(public_id=public_id).first()
    if row is not None:
        audit.record("template.dropped", actor=by, subject=row)
        row.delete()
