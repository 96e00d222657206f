"""Finding the visit a request is about; what is out of reach does not exist."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from clinic.models import User
from notes.models import Visit
from notes.queries import visits_to_open


def visit_or_404(visit_id: UUID, user: User) -> Visit:
    return get_object_or_404(visits_to_open(user), public_id=visit_id)


def charted_or_404(visit_id: UUID, user: User) -> Visit:
    """A visit with its note, and only what an edit of the chart reads: one comes every 5 s."""
    visits = Visit.objects.visible_to(user).filter(note__isnull=False)
    needed = visits.select_related("clinician", "episode", "note__author", "practice")
    return get_object_or_404(needed, public_id=visit_id)
