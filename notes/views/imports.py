"""Files of other systems: read, looked at, applied, undone."""

import csv

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.permissions import allow
from clinic.services import audit
from clinic.spreadsheets import cell
from notes.exchange.columns import choices_of, set_by_hand, word_of
from notes.exchange.importing import apply_batch, map_columns, read_batch, rows_of
from notes.exchange.presets import GUESSED, fields_of
from notes.exchange.rows import REJECT
from notes.exchange.tables import LARGEST, read_table
from notes.exchange.undoing import undo_batch
from notes.forms.exchange import UploadForm
from notes.models import ImportBatch

MAY = (Role.OFFICE, Role.ADMIN)
MOST_SHOWN = 60


@allow(*MAY)
@require_http_methods(["GET", "POST"])
def imports(request):
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            if upload.size > LARGEST:
                raise NotAllowed("The file is over 20 MB: export it in parts.")
            batch = read_batch(
                upload.read(), name=upload.name, kind=form.cleaned_data["kind"],
                preset=form.cleaned_data["preset"], by=request.user,
            )  # fmt: skip
        except NotAllowed as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("notes:import", batch_id=batch.public_id)
    audit.record("imports.viewed", actor=request.user)
    batches = ImportBatch.objects.defer("content", "made").select_related("read_by")[:50]
    status = 422 if form.is_bound else 200
    return render(request, "notes/imports.html", {"form": form, "batches": batches}, status=status)


def _batch(batch_id) -> ImportBatch:
    rows = ImportBatch.objects.select_related("read_by__practice")
    return get_object_or_404(rows, public_id=batch_id)


@allow(*MAY)
@require_GET
def batch(request, batch_id):
    row = _batch(batch_id)
    table = read_table(bytes(row.content))
    rows = rows_of(row, table) if row.state == "read" else []
    audit.record("import.viewed", actor=request.user, subject=row)
    context = {
        "batch": row,
        "choices": choices_of(table),
        "by_hand": set_by_hand(row, table.header),
        "guessed": GUESSED.get(row.preset, ""),
        "columns": [(n, word_of(n), row.columns.get(n, "")) for n in fields_of(row.kind)],
        "unused": [name for name in table.header if name not in row.columns.values()],
        "rejects": [r for r in rows if r.action == REJECT][:MOST_SHOWN],
        "samples": [
            (r, [(word_of(name), value) for name, value in r.values.items() if value])
            for r in rows
            if r.action != REJECT
        ][:8],
        "many": sum(row.counts.values()),
    }
    return render(request, "notes/import.html", context)


@allow(*MAY)
@require_POST
def act(request, batch_id):
    """Map the columns anew, apply, or undo."""
    row = _batch(batch_id)
    what = request.POST.get("act", "")
    try:
        if what == "map":
            columns = {name: request.POST.get(f"column_{name}", "") for name in fields_of(row.kind)}
            map_columns(row, by=request.user, columns=columns, order=request.POST.get("order", ""))
        elif what == "apply":
            done = apply_batch(row, by=request.user)
            messages.success(request, f"{done.counts['add']} added, {done.counts['merge']} merged.")
        elif what == "undo":
            kept = undo_batch(row, by=request.user)
            said = ", ".join(f"{number} {kind}" for kind, number in kept.items())
            messages.success(request, f"Undone. In use and kept: {said}." if said else "Undone.")
        else:
            raise Http404
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("notes:import", batch_id=row.public_id)


@allow(*MAY)
@require_GET
def rejects(request, batch_id):
    """The lines that were not taken, with the reason, to be mended and read again."""
    row = _batch(batch_id)
    table = read_table(bytes(row.content))
    audit.record("import.rejects_downloaded", actor=request.user, subject=row)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="rejected-rows.csv"'
    writer = csv.writer(response)
    writer.writerow([*table.header, "Line", "Why it was not taken"])
    for judged in rows_of(row, table):
        if judged.action == REJECT:
            told = (*table.rows[judged.line - 2], judged.line, judged.why)
            writer.writerow([cell(value) for value in told])
    return response
