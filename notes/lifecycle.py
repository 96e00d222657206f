"""What the state of a note allows. (Who may is clinic.permissions.)"""

from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.models import User
from notes.enums import NoteStatus, VisitStatus
from notes.models import Note, Visit

TRANSITIONS = {NoteStatus.DRAFT: {NoteStatus.SIGNED}, NoteStatus.SIGNED: set()}
CHARTABLE = {VisitStatus.SCHEDULED, VisitStatus.ARRIVED, VisitStatus.CHARTING}


def check_can_chart(visit: Visit) -> None:
    if visit.status == VisitStatus.SIGNED:
        raise NotAllowed("This note is already signed; add an addendum.")
    if visit.status not in CHARTABLE:
        raise NotAllowed(
            f"This visit is marked {visit.get_status_display().lower()}: "
            "change that on the day list before charting."
        )


def check_can_edit(note: Note) -> None:
    if note.status != NoteStatus.DRAFT:
        raise NotAllowed("This note is already signed; add an addendum.")


def check_can_sign(note: Note, user: User) -> None:
    if NoteStatus.SIGNED not in TRANSITIONS[note.status]:
        raise NotAllowed("This note is already signed; add an addendum.")
    if user.role not in (Role.THERAPIST, Role.ASSISTANT) or note.author.user_id != user.pk:
        raise NotAllowed(f"Only {note.author} can sign this note.")


def can_sign(note: Note, user: User) -> bool:
    try:
        check_can_sign(note, user)
    except NotAllowed:
        return False
    return True


def check_can_amend(note: Note) -> None:
    if note.status != NoteStatus.SIGNED:
        raise NotAllowed("This note is a draft: change it directly, no addendum is needed.")
