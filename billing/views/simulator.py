"""The simulator: a typed visit, or a real one, under the rules in force and under a draft."""

import time
from typing import Any

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from billing.engine.policy import policy_from_wire
from billing.engine.record import Record, record_from_dict
from billing.engine.types import Day, Policy
from billing.forms.payers import CaseNameForm
from billing.forms.policy_values import PolicyValuesForm
from billing.forms.simulator import SPARE, SimulatorForm, Words, example_day
from billing.forms.simulator_chart import ChartForm, as_charted
from billing.models import PayerPolicy
from billing.services.deriving import fees_on
from billing.services.expected import expected_payment
from billing.services.facts import day_of
from billing.services.freezing import day_from_plain
from billing.services.policies import engine_policy, policy_on
from billing.services.policies_currency import stale
from billing.services.record_facts import record_of
from billing.services.reference import tables_on
from billing.services.simulator import Comparison, Ground, compare
from billing.views.policies_common import payer_or_404, standing
from clinic.enums import Role
from clinic.models import Payer
from clinic.permissions import allow
from clinic.services import audit
from notes.models import Visit

LATEST_VISITS = 30


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def simulator(request, pk):
    """The whole simulator, or only its result while the admin types."""
    payer = payer_or_404(pk)
    version = _version(payer, request)
    if request.method == "POST":
        context = _posted(request, payer, version)
    else:
        day, record, visit = _asked(request, payer)
        audit.record(
            "simulator.viewed",
            actor=request.user,
            subject=visit or payer,
            patient_id=visit.patient_id if visit else None,
        )
        context = simulator_of(payer, version=version, day=day, record=record)
    status = 422 if context.get("errors") else 200
    template = "billing/simulator.html"
    if request.htmx:
        part = "result" if request.htmx.target == "sim-result" else "body"
        template = f"billing/_partials/simulator_{part}.html"
    return render(request, template, {"payer": payer, "row": version, "sim": context},
                  status=status)  # fmt: skip


def simulator_of(
    payer: Payer,
    *,
    version: PayerPolicy | None,
    day: Day | None = None,
    record: Record | None = None,
) -> dict[str, Any] | None:
    """The simulator beside a page of rules; None while the payer has no rules."""
    if version is None:
        return None
    words = Words()
    day = day or example_day()
    form = SimulatorForm(words=words, day=day, initial={"version": version.version})
    shown = _context(payer, version, form, ChartForm(record=record))
    return shown | _result(payer, version, day, record=record)


def _posted(request, payer: Payer, version: PayerPolicy | None) -> dict[str, Any]:
    form, chart = SimulatorForm(_data(request), words=Words()), ChartForm(request.POST)
    shown = _context(payer, version, form, chart)
    if not all([form.is_valid(), chart.is_valid()]):
        wrong = [error for errors in chart.errors.values() for error in errors]
        return shown | {"errors": [*mistakes(form), *wrong]}
    draft, unsaved = policy_typed(request, version)
    record = chart.record()
    day = as_charted(form.day)
    return shown | _result(payer, version, day, typed=draft, record=record) | {"unsaved": unsaved}


def _data(request):
    """ "Add rows" asks for the same visit with more empty rows."""
    data = request.POST.copy()
    total = data.get("sim-rows-TOTAL_FORMS", "")
    if "more" in data and total.isdecimal():
        data["sim-rows-TOTAL_FORMS"] = str(int(total) + SPARE)
    return data


def mistakes(form: SimulatorForm) -> list[str]:
    rows = [error for row in form.rows.errors for errors in row.values() for error in errors]
    own = [error for errors in form.errors.values() for error in errors]
    return list(dict.fromkeys([*own, *rows, *form.rows.non_form_errors()]))


def policy_typed(request, version: PayerPolicy | None) -> tuple[Policy | None, str]:
    """The draft as it stands on the page, saved or not; and what to say about it."""
    if version is None or not version.is_draft or "unit_rule" not in request.POST:
        return None, ""
    form = PolicyValuesForm(request.POST, values=version.fields)
    if not form.is_valid():
        return None, "The settings on the left have mistakes: the saved draft was used."
    typed = policy_from_wire(form.wire, version=f"{version.payer.name} v{version.version}")
    if form.wire == version.fields:
        return typed, ""
    return typed, "With the settings as they stand on the left, not saved yet."


def _version(payer: Payer, request) -> PayerPolicy | None:
    asked = request.POST.get("sim-version") or request.GET.get("version", "")
    if asked.isdecimal():
        return get_object_or_404(payer.policies.all(), version=int(asked))
    now = standing(payer, timezone.localdate())
    return now.draft or now.in_force or now.last


def _asked(request, payer: Payer) -> tuple[Day | None, Record | None, Visit | None]:
    """A real visit with its chart: as frozen where it is signed, as it stands where it is not."""
    asked = request.GET.get("visit", "")
    if not asked:
        return None, None, None
    rows = Visit.objects.select_related("note__charge_set", "note__author", "episode", "practice")
    visit = get_object_or_404(
        rows.filter(coverage__payer=payer, note__isnull=False), public_id=_uuid_or_none(asked)
    )
    charge_set = getattr(visit.note, "charge_set", None)
    if charge_set is None:
        return day_of(visit), record_of(visit), visit
    frozen = day_from_plain(charge_set.facts["day"])
    return frozen, record_from_dict(charge_set.record_facts), visit


def _uuid_or_none(text: str) -> str | None:
    digits = text.replace("-", "")
    return text if len(digits) == 32 and all(c in "0123456789abcdef" for c in digits) else None


def sides(
    payer: Payer, version: PayerPolicy, day: Day, typed: Policy | None = None
) -> tuple[tuple[str, Policy] | None, tuple[str, Policy]]:
    """The rules in force on the visit's day, where they are others, and the rules to try."""
    current = policy_on(payer, day.date) or standing(payer, day.date).last
    after = (version.name, typed or engine_policy(version))
    if current is None or current.pk == version.pk:
        return None, after
    return (current.name, engine_policy(current)), after


def _result(
    payer: Payer,
    version: PayerPolicy | None,
    day: Day,
    *,
    typed: Policy | None = None,
    record: Record | None = None,
) -> dict[str, Any]:
    if version is None:
        return {}
    started = time.perf_counter()
    before, after = sides(payer, version, day, typed)
    ground = Ground(tables_on(), fees_on(day.date), record)
    found: Comparison = compare(day, before=before, after=after, ground=ground)
    return {
        "comparison": found,
        "expected": expected_payment(payer, found.after.result.lines, day.date),
        "warnings": stale(day.date, [after[1]], tables=ground.tables),
        "milliseconds": max(1, round(1000 * (time.perf_counter() - started))),
    }


def _context(
    payer: Payer, version: PayerPolicy | None, form: SimulatorForm, chart: ChartForm
) -> dict[str, Any]:
    visits = (
        Visit.objects.filter(coverage__payer=payer, note__isnull=False)
        .select_related("patient")
        .order_by("-date", "-starts_at")[:LATEST_VISITS]
    )
    return {
        "form": form,
        "chart": chart,
        "words": form.words,
        "visits": visits,
        "case_form": CaseNameForm(),
        "version": version,
        "case_count": payer.policy_cases.filter(retired_at=None).count,  # asked where it is shown
    }
