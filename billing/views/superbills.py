"""The desk: the queue of signed visits, each visit's page, its paper."""

import uuid

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from billing import money
from billing.desk_enums import BillLayout, DeskState, ExceptionKind, Method
from billing.desk_presentation import TONES, desk_of, history_of, ledger_of
from billing.desk_queries import (
    charge_set_of,
    choices,
    page_of,
    read_filters,
    tallies,
    unsigned,
)
from billing.models import ChargeSet, Superbill
from billing.presentation import panel_of
from billing.services.superbills import (
    issue_superbill,
    replace_superbill,
    void_superbill,
)
from billing.services.superbills_prints import record_print
from clinic.documents.errors import DocumentError
from clinic.enums import Role
from clinic.errors import HandlineError
from clinic.permissions import allow
from clinic.services import audit
from clinic.views.pdf import serve

DESK = (Role.OFFICE, Role.ADMIN)


@allow(*DESK)
@require_GET
def superbills(request):
    filters = read_filters(request.GET)
    counts = tallies(filters)
    page = page_of(filters, counts, request.GET.get("page"))
    for item in page:
        item.amount = money.dollars(item.total_cents)
        item.tone = TONES[DeskState(item.state)]
        item.chips = [{"code": c, "modifiers": m, "units": u} for c, m, u in item.codes]
    audit.record("superbills.viewed", actor=request.user, page=page.number, q=filters.q)
    first = page.object_list[0] if page.object_list else None
    context = {
        "page": page,
        "filters": filters,
        "counts": counts,
        "tiles": _tiles(request, filters, counts),
        "tabs": _tabs(request, filters, counts),
        "keys": KEYS,
        "new_key": uuid.uuid4(),
        **choices(),
    }
    if first is not None and not request.htmx:
        context |= desk_of(charge_set_of(first.visit.public_id)) | {"preview": True}
    return render(request, "billing/superbills.html", context)


KEYS = [
    {"keys": "↑ ↓", "does": "move"},
    {"keys": "Space", "does": "select"},
    {"keys": "Enter", "does": "open"},
    {"keys": "P", "does": "print"},
]


def _link(request, **changed) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changed.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"?{query.urlencode()}"


def _tabs(request, filters, counts) -> list[dict]:
    rows = [("", "All", counts["distinct" if filters.distinct else "all"].count)]
    rows += [(state.value, state.label, counts[state.value].count) for state in DeskState]
    return [
        {"label": label, "count": count, "url": _link(request, state=state),
         "current": filters.state == state}
        for state, label, count in rows
    ]  # fmt: skip


def _tiles(request, filters, counts) -> list[dict]:
    waiting = unsigned(timezone.localdate())
    ready, attention = counts["ready"], counts["attention"]
    return [
        _tile(request, filters, "ready", "Ready to bill", ready.count, money.dollars(ready.cents)),
        _tile(request, filters, "attention", "Needs attention", attention.count,
              money.dollars(attention.cents)),
        {"label": "Unsigned notes", "value": waiting.count,
         "note": f"oldest {waiting.oldest:%b %d}" if waiting.oldest else "none waits",
         "url": reverse("billing:report", args=["unsigned"])},
        _tile(request, filters, "printed", "Printed, not paid", counts["printed"].count,
              money.dollars(counts["printed"].cents)),
        {"label": "With modifier 59 or X", "value": counts["distinct"].count,
         "note": "each with its proof", "current": filters.distinct,
         "url": _link(request, distinct="" if filters.distinct else "1")},
    ]  # fmt: skip


def _tile(request, filters, state: str, label: str, value: int, note: str) -> dict:
    current = filters.state == state
    return {"label": label, "value": value, "note": note, "current": current,
            "url": _link(request, state="" if current else state)}  # fmt: skip


def charge_set_or_404(visit_id: uuid.UUID) -> ChargeSet:
    row = charge_set_of(visit_id)
    if row is None or not hasattr(row, "desk"):
        raise Http404
    return row


def key_of(request) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("submit_key", ""))
    except ValueError:
        return uuid.uuid4()


@allow(*DESK)
@require_GET
def preview(request, visit_id):
    row = charge_set_or_404(visit_id)
    audit.record(
        "superbill.previewed", actor=request.user, subject=row, patient_id=row.note.visit.patient_id
    )
    context = desk_of(row) | {"preview": True, "new_key": uuid.uuid4()}
    return render(request, "billing/_partials/desk_preview.html", context)


@allow(*DESK)
@require_GET
def superbill(request, visit_id):
    row = charge_set_or_404(visit_id)
    audit.record(
        "superbill.viewed", actor=request.user, subject=row, patient_id=row.note.visit.patient_id
    )
    return render(request, "billing/superbill.html", _context(row))


def _context(row: ChargeSet) -> dict:
    fees = {line.code: line.fee_cents for line in row.lines.all() if line.fee_cents is not None}
    return desk_of(row) | {
        "charges": panel_of(row.answer, fees, label=row.policy_label) | {"edition": row.edition},
        "frozen": True,
        "ledger": ledger_of(row),
        "history": history_of(row),
        "methods": Method.choices,
        "layouts": BillLayout.choices,
        "exceptions": ExceptionKind.choices,
        "new_key": uuid.uuid4(),
        "today": timezone.localdate(),
        "seconds": row.note.visit.patient.coverages.filter(rank__gt=1).select_related("payer"),
    }


@allow(*DESK)
@require_POST
def issue(request, visit_id):
    row = charge_set_or_404(visit_id)
    layout = request.POST.get("layout", "")
    try:
        bill = issue_superbill(
            row,
            by=request.user,
            submit_key=key_of(request),
            layout=layout if layout in BillLayout.values else BillLayout.PLAIN,
            exception=request.POST.get("exception", "")[:300],
        )
    except (HandlineError, DocumentError) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Superbill {bill.number} issued.")
    return redirect("billing:superbill", visit_id=visit_id)


@allow(*DESK)
@require_POST
def void(request, visit_id, pk):
    """Void, or replace by a new one with what the ledger says now."""
    row = charge_set_or_404(visit_id)
    bill = get_object_or_404(Superbill, pk=pk, visits__charge_set=row)
    act = replace_superbill if "replace" in request.POST else void_superbill
    try:
        later = act(
            bill,
            reason=request.POST.get("reason", "")[:300],
            by=request.user,
            submit_key=key_of(request),
        )
    except (HandlineError, DocumentError) as refusal:
        messages.error(request, str(refusal))
    else:
        done = "replaced" if "replace" in request.POST else "voided"
        messages.success(request, f"{bill.number} is {done} by {later.number}.")
    return redirect("billing:superbill", visit_id=visit_id)


@allow(*DESK)
@require_GET
def pdf(request, visit_id):
    """The bytes as issued. Opening them to print is recorded, the second time as a reprint."""
    bill = _bill_or_404(request, visit_id)
    return serve(
        bill.document,
        to=request.user,
        download="download" in request.GET,
        asked=request.headers,
    )


def _bill_or_404(request, visit_id) -> Superbill:
    row = charge_set_or_404(visit_id)
    bills = Superbill.objects.filter(visits__charge_set=row).select_related("document")
    number = request.GET.get("number", "")
    bill = bills.filter(number=number) if number else bills.filter(replaced_by=None)
    found = bill.first()
    if found is None:
        raise Http404
    return found


@allow(*DESK)
@require_POST
def printed(request, visit_id):
    """Print: say so in the log, then give the stored bytes."""
    row = charge_set_or_404(visit_id)
    bill = get_object_or_404(Superbill, visits__charge_set=row, replaced_by=None)
    record_print(bill, by=request.user)
    return redirect("billing:superbill_pdf", visit_id=visit_id)
