"""The practice's techniques and regions, kept by the admin."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from clinic.enums import Role
from clinic.permissions import allow
from clinic.services import audit
from notes.forms.vocabulary import RegionForm, TechniqueForm
from notes.models import BodyRegion, Technique
from notes.services.vocabulary import change_word


@allow(Role.ADMIN)
@require_GET
def vocabulary(request):
    audit.record("vocabulary.viewed", actor=request.user)
    context = {
        "techniques": Technique.objects.order_by("code", "label"),
        "regions": BodyRegion.objects.order_by("pk"),
    }
    return render(request, "notes/vocabulary.html", context)


def _edit(request, row, form_class):
    form = form_class(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        change_word(row, by=request.user, changes=form.cleaned_data)
        messages.success(request, f"{row.label} saved. Notes signed before keep what they had.")
        return redirect("notes:vocabulary")
    status = 422 if form.is_bound else 200
    audit.record("vocabulary.viewed", actor=request.user, subject=row)
    return render(request, "notes/word.html", {"form": form, "row": row}, status=status)


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def technique(request, pk):
    return _edit(request, get_object_or_404(Technique, pk=pk), TechniqueForm)


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def region(request, pk):
    return _edit(request, get_object_or_404(BodyRegion, pk=pk), RegionForm)
