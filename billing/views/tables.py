"""Published tables: what is loaded, since when, by whom; uploading and accepting."""

from contextlib import ExitStack

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from billing.enums import EditionKind, EditionStatus
from billing.forms.tables import DIAGNOSES, UploadForm
from billing.importers.difference import in_words
from billing.models import EditEdition, ReleaseDraft
from billing.services.editions import (
    import_fees,
    import_limits,
    import_pairs,
)
from billing.services.policies_currency import stale
from billing.services.policies_tables import (
    accept_with_history,
    diagnosis_releases,
    discard_with_history,
    remember_edition,
    who,
)
from billing.services.release_drafts import (
    accept_draft,
    keep_release,
    refuse_draft,
    waiting_releases,
)
from clinic.enums import Role
from clinic.errors import HandlineError
from clinic.permissions import allow
from clinic.published_files import PublishedFile
from clinic.services import audit


@allow(Role.ADMIN)
@require_GET
def tables(request):
    audit.record("tables.viewed", actor=request.user)
    return render(request, "billing/tables.html", _context(request, UploadForm()))


def _context(request, form: UploadForm, **more) -> dict:
    rows = list(EditEdition.objects.select_related("imported_by", "accepted_by"))
    for row in rows:
        row.by_words, row.accepted_words = who(row.imported_by, row), who(row.accepted_by, row)
        row.report = in_words(row.difference) if row.difference else []
    kinds = [
        (EditionKind(kind).label, [row for row in rows if row.kind == kind])
        for kind in EditionKind.values
    ]
    return {
        "kinds": kinds,
        "drafts": [row for row in rows if row.status == EditionStatus.DRAFT],
        "waiting_releases": waiting_releases(),
        "releases": diagnosis_releases(),
        "warnings": stale(timezone.localdate()),
        "form": form,
        "tab": "tables",
    } | more


@allow(Role.ADMIN)
@require_POST
def upload(request):
    """Read the files into a draft edition; nothing counts before it is accepted."""
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "billing/tables.html", _context(request, form), status=422)
    try:
        with ExitStack() as stack:
            files = [
                PublishedFile(file.name, stack.enter_context(file.open("rb")))
                for file in form.cleaned_data["files"]
            ]
            if form.cleaned_data["kind"] == DIAGNOSES:
                return _diagnoses(request, form, files)
            edition = _import(form.cleaned_data, files, by=request.user)
    except HandlineError as refusal:
        form.add_error("files", str(refusal))
        return render(request, "billing/tables.html", _context(request, form), status=422)
    remember_edition(edition, by=request.user, what="imported, waiting to be accepted")
    messages.success(request, f"{edition} is read: look at what changes, then accept it.")
    return redirect("billing:tables")


def _import(data, files: list[PublishedFile], *, by) -> EditEdition:
    options = {"license_attested": data["license_attested"], "by": by}
    if data["kind"] == EditionKind.PAIRS:
        return import_pairs(files, **options)
    one = import_limits if data["kind"] == EditionKind.LIMITS else import_fees
    if len(files) != 1:
        raise HandlineError("Choose one file: this table comes in one.")
    return one(files[0], **options)


def _diagnoses(request, form: UploadForm, files: list[PublishedFile]):
    """ICD-10-CM has no editions: the file itself waits with its report."""
    if len(files) != 1:
        raise HandlineError("Choose one file: this table comes in one.")
    draft = keep_release(files[0], by=request.user, effective=form.cleaned_data["effective"])
    messages.success(request, f"{draft} is read: look at what changes, then accept it.")
    return redirect("billing:tables")


@allow(Role.ADMIN)
@require_POST
def accept(request, pk):
    edition = get_object_or_404(EditEdition, pk=pk)
    says = f"{edition} is in force. What is signed keeps its own tables."
    return _settle(request, edition, accept_with_history, lambda _: says)


@allow(Role.ADMIN)
@require_POST
def discard(request, pk):
    edition = get_object_or_404(EditEdition, pk=pk)
    says = f"{edition} is discarded."
    return _settle(request, edition, discard_with_history, lambda _: says)


@allow(Role.ADMIN)
@require_POST
def accept_release(request, pk):
    draft = get_object_or_404(ReleaseDraft.objects.defer("content"), pk=pk)
    return _settle(
        request,
        draft,
        accept_draft,
        lambda changes: (
            f"{draft} is in force: {len(changes.added)} added, {len(changes.revised)} revised, "
            f"{len(changes.ended)} ended."
        ),
    )


@allow(Role.ADMIN)
@require_POST
def discard_release(request, pk):
    draft = get_object_or_404(ReleaseDraft.objects.defer("content"), pk=pk)
    return _settle(request, draft, refuse_draft, lambda _: f"{draft} is discarded.")


def _settle(request, row, act, says):
    """Do it, and say how it went on the page that lists what waits."""
    try:
        outcome = act(row, by=request.user)
    except HandlineError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, says(outcome))
    return redirect("billing:tables")
