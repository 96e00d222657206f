"""One form on a page of its own: shown, checked, handed to one service."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse

from clinic.errors import Conflict, NotAllowed
from clinic.forms.seen import SeenForm
from clinic.services import audit
from notes.models import EpisodeOfCare


def episode_url(episode: EpisodeOfCare, anchor: str = "") -> str:
    return reverse("notes:episode", args=[episode.pk]) + (f"#{anchor}" if anchor else "")


def sheet(
    request,
    form: forms.Form,
    *,
    title: str,
    episode: EpisodeOfCare | None,
    back: str,
    save: Callable[[dict[str, Any]], Any],
    done: str,
    patient_id: int,
    hint: str = "",
    button: str = "Save",
):
    """Answer a GET or POST of the form; ``save`` is the one call, its refusal is shown."""
    if request.method == "POST" and form.is_valid():
        try:
            save(form.values() if isinstance(form, SeenForm) else form.cleaned_data)
        except Conflict as conflict:
            form.meet(conflict)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect(back)
    audit.record("record.viewed", actor=request.user, patient_id=patient_id, sheet=title)
    context = {
        "form": form, "title": title, "back": back, "episode": episode, "hint": hint,
        "button": button,
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    return render(request, "notes/record_sheet.html", context, status=status)
