"""Saving the note's text by compare-and-set: nobody overwrites anybody silently."""

from collections.abc import Mapping

from django.db import transaction

from clinic.errors import Conflict
from clinic.models import User
from clinic.services import audit
from notes.lifecycle import check_can_edit
from notes.models import Note

TEXT_FIELDS = ("subjective", "objective", "assessment", "plan")


@transaction.atomic
def save_texts(note: Note, *, by: User, base: Mapping[str, str], texts: Mapping[str, str]) -> Note:
    """Store the sections that the user changed.

    ``base`` is what the form showed when it was loaded: a section somebody else changed
    since is a Conflict only if the user changed it too, and to something else.
    """
    note = Note.objects.select_for_update().get(pk=note.pk)
    check_can_edit(note)
    mine = {name: texts[name] for name in TEXT_FIELDS if texts[name] != base[name]}
    wanted = {name: text for name, text in mine.items() if text != getattr(note, name)}
    if any(getattr(note, name) != base[name] for name in wanted):
        raise Conflict(
            "Somebody else changed this text while you were writing. Both are shown: "
            "keep what is right and save again.",
            theirs=note,
        )
    if not wanted:
        return note
    for name, text in wanted.items():
        setattr(note, name, text)
    note.version += 1
    note.save(update_fields=[*wanted, "version"])
    audit.record(
        "note.changed",
        actor=by,
        subject=note,
        patient_id=note.visit.patient_id,
        sections=sorted(wanted),
    )
    return note
