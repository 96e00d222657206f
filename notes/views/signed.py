"""The signed note: read, download, add to."""

import uuid

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from clinic.documents.errors import DocumentError
from clinic.enums import Role
from clinic.errors import HandlineError
from clinic.permissions import CLINICAL, allow
from clinic.services import audit
from clinic.views.pdf import serve
from clinic.views.proving import prove, standing_proof
from notes.forms.texts import AddendumForm
from notes.models import CosignRequest
from notes.queries import (
    blocks_of,
    diagnoses_of,
    next_to_chart,
    procedures_of,
    signed_paper,
)
from notes.services.addenda import add_addendum
from notes.timeline import timeline_of
from notes.views.reach import visit_or_404
from notes.views.workbench import strip_facts
from notes.words import meanings_on


def _signed_visit(request, visit_id):
    visit = visit_or_404(visit_id, request.user)
    if not hasattr(visit, "note") or not visit.note.is_signed:
        raise Http404
    return visit


@allow(Role.THERAPIST, Role.ASSISTANT, Role.OFFICE)
@require_GET
def note(request, visit_id):
    visit = _signed_visit(request, visit_id)
    audit.record("note.viewed", actor=request.user, subject=visit.note, patient_id=visit.patient_id)
    form = AddendumForm(initial={"submit_key": uuid.uuid4()})
    return render(request, "notes/note.html", _context(request, visit, form))


def _context(request, visit, form) -> dict:
    blocks, diagnoses = list(blocks_of(visit.note)), list(diagnoses_of(visit))
    procedures = list(procedures_of(visit.note))
    meanings_on(visit.date).read_into(blocks, procedures)
    printed = visit.note.record or {}
    _with_printed_codes(blocks, printed.get("blocks", []))
    _with_printed_codes(procedures, printed.get("procedures", []))
    return {
        "visit": visit,
        "note": visit.note,
        "blocks": blocks,
        "procedures": procedures,
        "diagnoses": diagnoses,
        "timeline": timeline_of(visit, blocks),
        "facts": strip_facts(visit, diagnoses),
        "signatures": list(visit.note.signatures.all()),
        "waits": CosignRequest.objects.filter(note=visit.note, signature=None)
        .select_related("supervisor")
        .first(),
        "addenda": list(visit.note.addenda.select_related("signature")),
        "amendment_requests": list(visit.note.amendment_requests.all()),
        "addendum_form": form,
        "proof": standing_proof(request),
        "may_amend": request.user.role in CLINICAL,
        "next_visit": next_to_chart(visit, user=request.user)
        if request.user.role in CLINICAL
        else None,
    }


def _with_printed_codes(rows, printed) -> None:
    """As the signed document says it: an adjustment's code follows from its regions."""
    for row, part in zip(rows, printed, strict=False):
        row.printed_code = part["code"]


@allow(Role.THERAPIST, Role.ASSISTANT, Role.OFFICE)
@require_GET
def note_pdf(request, visit_id):
    document = signed_paper(visit_id, user=request.user)
    if document is None:
        raise Http404
    return serve(
        document,
        to=request.user,
        download="download" in request.GET,
        asked=request.headers,
    )


@sensitive_post_parameters("password")
@allow(Role.THERAPIST, Role.ASSISTANT)
@require_POST
def addendum(request, visit_id):
    visit = _signed_visit(request, visit_id)
    form = AddendumForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            proof = prove(request, password=data["password"], credential=data["credential"])
            add_addendum(
                visit.note,
                by=request.user,
                submit_key=data["submit_key"],
                text=data["text"],
                proof=proof,
            )
        except (HandlineError, DocumentError) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Addendum signed.")
            return redirect("notes:note", visit_id=visit.public_id)
    return render(request, "notes/note.html", _context(request, visit, form), status=422)
