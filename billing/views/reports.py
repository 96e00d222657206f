"""The desk's reports, drawn and as files."""

from datetime import date, timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from billing.report_charts import chart_of, shown
from billing.services.reports import REPORTS, Period, Report
from billing.services.reports_files import as_csv, as_xlsx
from billing.views.superbills import DESK
from clinic.limits import files_limited
from clinic.permissions import allow
from clinic.services import audit
from clinic.views.proving import fresh_proof_required

SHOWN = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@allow(*DESK)
@require_GET
def reports(request, key="units"):
    report = _report(request, key)
    audit.record("report.viewed", actor=request.user, report=key)
    context = {
        "report": report,
        "rows": [[(shown(cell), place in report.numeric, report.head[place])
                  for place, cell in enumerate(row)] for row in report.rows[:SHOWN]],
        "heads": [(word, place in report.numeric) for place, word in enumerate(report.head)],
        "more": max(0, len(report.rows) - SHOWN),
        "chart": chart_of(report),
        "titles": [(name, _TITLES[name], name == key) for name in REPORTS],
        "period": _period(request),
    }  # fmt: skip
    return render(request, "billing/reports.html", context)


_TITLES = {
    "units": "Units",
    "unbilled": "Unbilled minutes",
    "distinct": "59 and its proof",
    "denials": "Denials",
    "ageing": "Ageing",
    "unsigned": "Unsigned notes",
}


def _report(request, key: str) -> Report:
    if key not in REPORTS:
        raise Http404
    return REPORTS[key](_period(request))


def _period(request) -> Period:
    today = timezone.localdate()
    until = _day(request.GET.get("until", "")) or today
    since = _day(request.GET.get("since", "")) or until - timedelta(days=90)
    return Period(min(since, until), until)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@allow(*DESK)
@require_GET
@fresh_proof_required
@files_limited
def report_file(request, key, kind):
    report = _report(request, key)
    if kind not in ("csv", "xlsx"):
        raise Http404
    audit.record("report.exported", actor=request.user, report=key, kind=kind)
    content = as_csv(report) if kind == "csv" else as_xlsx(report)
    response = HttpResponse(content, content_type="text/csv" if kind == "csv" else XLSX)
    response["Content-Disposition"] = f'attachment; filename="{key}.{kind}"'
    response["Cache-Control"] = "private, no-store"
    return response
