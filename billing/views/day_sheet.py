"""The day sheet: a day's money on screen, page by page, and whole as a file."""

from datetime import date, timedelta

from django.core.paginator import Paginator
from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from billing import money
from billing.desk_presentation import entry_row
from billing.models import LedgerEntry
from billing.services.payments_day import day_sheet, in_turn, of_kind
from billing.views.superbills import DESK
from clinic.limits import files_limited
from clinic.permissions import allow
from clinic.services import audit
from clinic.spreadsheets import csv_lines
from clinic.views.proving import fresh_proof_required

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)
SHOWN = 100
HEAD = (
    "Posted", "Date", "Patient", "Record no.", "Visit", "What", "Why", "By", "Patient owes",
    "Payer owes",
)  # fmt: skip


@allow(*DESK)
@require_GET
def sheet(request):
    day, kind = _day(request), request.GET.get("kind", "")
    found = day_sheet(request.user.practice, day)
    page = Paginator(of_kind(found, kind), SHOWN).get_page(request.GET.get("page"))
    audit.record("day_sheet.viewed", actor=request.user, day=day.isoformat(), page=page.number)
    context = {
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1) if day < timezone.localdate() else None,
        "kind": kind,
        "sums": [
            (one, money.dollars(one.patient_cents), money.dollars(one.payer_cents),
             money.dollars(one.patient_cents + one.payer_cents))
            for one in found.sums
        ],
        "taken": [(label, money.dollars(cents)) for label, cents in found.taken],
        "taken_total": money.dollars(sum(cents for _, cents in found.taken)),
        "change": money.dollars(found.change_cents),
        "page": page,
        "entries": [entry_row(entry) for entry in page],
    }  # fmt: skip
    return render(request, "billing/day_sheet.html", context)


@allow(*DESK)
@require_GET
@fresh_proof_required
@files_limited
def sheet_file(request):
    day, practice = _day(request), request.user.practice
    audit.record("report.exported", actor=request.user, report="day", kind="csv",
                 day=day.isoformat())  # fmt: skip
    rows = (_line(entry, practice.zone) for entry in in_turn(practice, day))
    response = StreamingHttpResponse(csv_lines(HEAD, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="day-{day:%Y-%m-%d}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _line(entry: LedgerEntry, zone) -> tuple[object, ...]:
    return (
        f"{entry.posted_at.astimezone(zone):%H:%M:%S}",
        entry.happened_on.isoformat(),
        str(entry.patient),
        entry.patient.record_number,
        entry.charge_set.note.visit.date.isoformat() if entry.charge_set else "credit",
        entry_row(entry)["what"],
        entry.reason,
        str(entry.posted_by or "payer's file"),
        money.amount(entry.patient_cents),
        money.amount(entry.payer_cents),
    )


def _day(request) -> date:
    """The day asked for; today where that is none."""
    try:
        day = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return timezone.localdate()
    return day if EARLIEST <= day <= LATEST else timezone.localdate()
