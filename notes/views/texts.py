"""Writing the note's text."""

from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from clinic.enums import Role
from clinic.errors import Conflict, NotAllowed
from clinic.permissions import allow
from notes.forms.texts import NoteTextForm
from notes.services.texts import save_texts
from notes.views.answers import refused, saved
from notes.views.reach import visit_or_404


@allow(Role.THERAPIST, Role.ASSISTANT)
@require_POST
def save(request, visit_id):
    visit = visit_or_404(visit_id, request.user)
    if not hasattr(visit, "note"):
        return redirect("notes:chart", visit_id=visit.public_id)
    form = NoteTextForm(request.POST, note=visit.note)
    if not form.is_valid():
        return refused(request, visit, status=422, text_form=form)
    try:
        save_texts(visit.note, by=request.user, base=form.base, texts=form.texts)
    except Conflict as conflict:
        form.add_error(None, str(conflict))
        form.take(conflict.theirs)
        return refused(request, visit, status=409, text_form=form, theirs=conflict.theirs)
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return refused(request, visit, status=409, text_form=form)
    return saved(request, visit, "Text saved.")
