"""Remarks of supervisors about signed notes, and the addenda they ask for."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.models import Clinician, User
from clinic.services import audit
from notes.models import Addendum, Note, ReviewRemark


@transaction.atomic
def leave_remark(note: Note, *, by: User, text: str, asks_addendum: bool) -> ReviewRemark:
    """Say something about a signed note; it is part of the practice's review, not of the note."""
    if not note.is_signed:
        raise NotAllowed("The note is a draft: talk to its author, who can still change it.")
    clinician = getattr(by, "clinician", None)
    is_supervisor = clinician is not None and not clinician.is_assistant
    if by.role != Role.ADMIN and not is_supervisor:
        raise NotAllowed("Only a therapist or an admin reviews notes.")
    if not text.strip():
        raise NotAllowed("Write what you noticed.")
    row = ReviewRemark.objects.create(
        note=note,
        by=by,
        by_name=str(by),
        at=timezone.now(),
        text=text.strip(),
        asks_addendum=asks_addendum,
    )
    audit.record("note.reviewed_by_supervisor", actor=by, subject=row,
                 patient_id=note.visit.patient_id)  # fmt: skip
    return row


@transaction.atomic
def settle_remark(
    remark: ReviewRemark, *, by: User, addendum: Addendum | None = None
) -> ReviewRemark:
    """Done: by an addendum, or because the author and the reviewer agree that none is needed."""
    remark = ReviewRemark.objects.select_for_update().get(pk=remark.pk)
    if remark.settled_at is not None:
        raise NotAllowed("This remark is settled.")
    author = remark.note.author.user_id
    if by.pk not in (author, remark.by_id):
        raise NotAllowed("Only the note's author or the reviewer settles a remark.")
    if remark.asks_addendum and addendum is None and by.pk == author:
        raise NotAllowed("An addendum was asked for: write it, then this remark is settled.")
    return _settle(remark, by=by, addendum=addendum)


def _settle(remark: ReviewRemark, *, by: User, addendum: Addendum | None) -> ReviewRemark:
    remark.settled_at, remark.addendum = timezone.now(), addendum
    remark.save(update_fields=["settled_at", "addendum"])
    patient_id = remark.note.visit.patient_id
    audit.record("remark.settled", actor=by, subject=remark, patient_id=patient_id)
    return remark


def settle_by_addendum(addendum: Addendum, *, by: User) -> int:
    """An addendum answers every open remark that asked for one."""
    open_remarks = ReviewRemark.objects.filter(
        note=addendum.note, asks_addendum=True, settled_at=None
    )
    for remark in open_remarks:
        _settle(remark, by=by, addendum=addendum)
    return len(open_remarks)


def addenda_asked_of(clinician: Clinician) -> QuerySet[ReviewRemark]:
    return ReviewRemark.objects.filter(
        note__author=clinician, asks_addendum=True, settled_at=None
    ).select_related("note__visit__patient")
