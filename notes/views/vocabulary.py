"""The practice's techniques and regions, kept by the admin."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clinic.enums import Role
from clinic.errors import Conflict, NotAllowed
from clinic.permissions import allow
from clinic.services import audit
from notes.forms.vocabulary import RegionForm, TechniqueForm
from notes.models import BodyRegion, Technique, WordVersion
from notes.services.vocabulary import change_word, versions_of


@allow(Role.ADMIN)
@require_GET
def vocabulary(request):
    audit.record("vocabulary.viewed", actor=request.user)
    today = timezone.localdate()
    context = {
        "techniques": Technique.objects.order_by("code", "label"),
        "regions": BodyRegion.objects.order_by("pk"),
        "coming": WordVersion.objects.filter(starts_on__gt=today)
        .select_related("technique", "region")
        .order_by("starts_on"),
    }
    return render(request, "notes/vocabulary.html", context)


def _edit(request, row, form_class):
    versions = versions_of(row)
    form = form_class(request.POST or None, instance=row, initial=_earlier(request, versions))
    label = row.label
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            change_word(
                row,
                by=request.user,
                changes=form.values(),
                seen=form.was_seen,
                starts_on=data["starts_on"],
                why=data["why"],
            )
        except Conflict as conflict:
            form.meet(conflict)
        except NotAllowed as refusal:
            form.add_error("starts_on", str(refusal))
        else:
            messages.success(request, f"{row.label} saved. Notes signed before keep what they had.")
            return redirect("notes:vocabulary")
    status = 422 if form.is_bound else 200
    audit.record("vocabulary.viewed", actor=request.user, subject=row)
    context = {"form": form, "row": row, "label": label, "versions": versions}
    return render(request, "notes/word.html", context, status=status)


def _earlier(request, versions: list[WordVersion]) -> dict:
    """What the word meant in the version that is to come back; saving makes it the newest."""
    asked = request.GET.get("version", "")
    found = [row.meaning for row in versions if str(row.version) == asked]
    return found[0] if found else {}


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def technique(request, pk):
    return _edit(request, get_object_or_404(Technique, pk=pk), TechniqueForm)


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def region(request, pk):
    return _edit(request, get_object_or_404(BodyRegion, pk=pk), RegionForm)
