"""A patient's requests to amend the record: all of them, and one with what is to be done next."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clinic.documents.errors import DocumentError
from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.permissions import allow
from clinic.services import audit
from clinic.views.patients import about
from clinic.views.patients_reach import patient_or_404
from clinic.views.pdf import serve
from notes.amendment_letters import letter_of
from notes.forms.amendments import (
    AcceptForm,
    DenyForm,
    ExtendForm,
    LetterForm,
    RebutForm,
    ReceiveForm,
    StatementForm,
    TellForm,
)
from notes.models import AmendmentRequest
from notes.services import amendments as services
from notes.services.amendment_paper import issue_amendment_letter, letter_is_on_paper

MAY = (Role.THERAPIST, Role.OFFICE, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that can be done with a request now."""

    key: str
    title: str
    button: str
    form: forms.Form
    save: Callable[..., AmendmentRequest]
    done: str


@allow(*MAY)
@require_http_methods(["GET", "POST"])
def amendments(request, pk):
    row = patient_or_404(pk, request.user)
    form = ReceiveForm(
        request.POST or None, patient=row,
        initial={"received_on": timezone.localdate(), "asked_by": str(row)},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            made = services.receive(row, by=request.user, **form.cleaned_data)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Recorded. The answer is due by {made.due_on:%m/%d/%Y}.")
            return redirect("notes:amendment", pk=row.pk, amendment_pk=made.pk)
    audit.record("amendments.viewed", actor=request.user, patient_id=row.pk)
    rows = AmendmentRequest.objects.filter(patient=row).select_related("note", "clinician")
    context = {"patient": row, "about": about(row), "rows": list(rows), "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "notes/amendments.html", context, status=status)


@allow(*MAY)
@require_http_methods(["GET", "POST"])
def amendment(request, pk, amendment_pk):
    patient = patient_or_404(pk, request.user)
    rows = AmendmentRequest.objects.select_related(
        "note",
        "clinician",
        "addendum__signature",
        "decided_by",
        "recorded_by",
        "practice",
        "document",
        "patient",
    )
    row = get_object_or_404(rows, pk=amendment_pk, patient=patient)
    acts = _acts(row, request.POST if request.method == "POST" else None)
    chosen = next((a for a in acts if a.key == request.POST.get("act")), None)
    if chosen is not None and chosen.form.is_valid():
        try:
            chosen.save(row, by=request.user, **chosen.form.cleaned_data)
        except (NotAllowed, DocumentError) as refusal:
            chosen.form.add_error(None, str(refusal))
        else:
            messages.success(request, chosen.done)
            return redirect("notes:amendment", pk=patient.pk, amendment_pk=row.pk)
    audit.record("amendment.viewed", actor=request.user, subject=row, patient_id=patient.pk)
    context = {
        "patient": patient, "about": about(patient), "row": row, "acts": acts,
        "letter": letter_of(row), "on_paper": letter_is_on_paper(row),
        "today": timezone.localdate(),
    }  # fmt: skip
    status = 422 if request.method == "POST" else 200
    return render(request, "notes/amendment.html", context, status=status)


@allow(*MAY)
@require_GET
def letter_pdf(request, pk, amendment_pk):
    patient = patient_or_404(pk, request.user)
    rows = AmendmentRequest.objects.filter(patient=patient, document__isnull=False)
    row = get_object_or_404(rows.select_related("document"), pk=amendment_pk)
    download = "download" in request.GET
    return serve(row.document, to=request.user, download=download, asked=request.headers)


def _acts(row: AmendmentRequest, sent: Any) -> list[Act]:
    """What can be done next; only the form that was sent is bound."""

    def form(key: str, kind: type[forms.Form], **given: Any) -> forms.Form:
        data = sent if sent is not None and sent.get("act") == key else None
        return kind(data, prefix=key, **given)

    letter = [] if not letter_of(row) or letter_is_on_paper(row) else [
        Act("letter", "Put the letter on paper", "Make the letter", form("letter", LetterForm),
            issue_amendment_letter, "The letter is sealed and on file.")
    ]  # fmt: skip
    if not row.decision:
        return [
            Act("accept", "Accept", "Accept", form("accept", AcceptForm, row=row),
                services.accept, "Accepted. Now tell the patient."),
            Act("deny", "Deny", "Deny", form("deny", DenyForm), services.deny,
                "Denied. Now tell the patient."),
            *([] if row.extended_on else [
                Act("extend", "Take 30 days more", "Extend", form("extend", ExtendForm),
                    services.extend, "Extended. Tell the patient why, in writing.")]),
            *letter,
        ]  # fmt: skip
    found = [*letter]
    if row.told_on is None:
        found.append(Act("tell", "Tell the patient", "Record as told", form("tell", TellForm),
                         services.tell, "Recorded."))  # fmt: skip
    if row.decision == "denied" and not row.statement:
        found.append(Act("disagree", "The patient disagrees", "Keep the statement",
                         form("disagree", StatementForm), services.state_disagreement,
                         "Kept. It goes along with every disclosure."))  # fmt: skip
    if row.statement and not row.rebuttal:
        found.append(Act("rebut", "Answer the statement", "Keep the rebuttal",
                         form("rebut", RebutForm), services.rebut,
                         "Kept. Give the patient a copy."))  # fmt: skip
    return found
