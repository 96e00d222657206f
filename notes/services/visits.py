"""Starting a visit's note."""

from django.db import transaction

from clinic.errors import NotAllowed
from clinic.models import User
from clinic.services import audit
from notes.enums import VisitStatus
from notes.lifecycle import check_can_chart
from notes.models import Note, Visit


@transaction.atomic
def open_note(visit: Visit, *, by: User) -> Note:
    """The visit's note, started if it is not there yet. Safe to repeat."""
    visit = Visit.objects.select_for_update().get(pk=visit.pk)
    note = Note.objects.filter(visit=visit).first()
    if note is not None:
        return note
    check_can_chart(visit)
    if not hasattr(by, "clinician"):
        raise NotAllowed("Only a clinician starts a note: ask an admin to set up your license.")
    note = Note.objects.create(visit=visit, author=visit.clinician)
    visit.status = VisitStatus.CHARTING
    visit.save(update_fields=["status"])
    audit.record("note.started", actor=by, subject=note, patient_id=visit.patient_id)
    return note
