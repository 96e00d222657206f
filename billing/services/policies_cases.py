"""Saved test cases of a payer: what a visit must give, asked again of every draft."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from billing.engine.derive import derive
from billing.engine.record import Record, record_from_dict, record_to_dict
from billing.engine.tables import Tables
from billing.engine.types import Day, Policy, Result
from billing.enums import SettingArea
from billing.models import PolicyCase
from billing.services.freezing import day_from_plain, day_to_plain
from billing.services.policies_history import Change, remember
from billing.services.policies_words import LEVELS, RULES
from billing.services.reference import tables_on
from clinic.errors import NotAllowed
from clinic.models import Payer, User

Lines = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a case holds: the lines, and where the chart was told of, what is said about it."""

    lines: list[dict[str, Any]]
    findings: list[dict[str, str]]

    @property
    def words(self) -> str:
        return "; ".join([say(self.lines), *map(_finding_in_words, self.findings)])


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case under one policy."""

    case: PolicyCase
    given: Answer

    @property
    def passes(self) -> bool:
        return self.given == expected_of(self.case)

    @property
    def given_words(self) -> str:
        return self.given.words

    @property
    def expected_words(self) -> str:
        return expected_of(self.case).words


def expected_of(case: PolicyCase) -> Answer:
    return Answer(case.expected, case.expected_findings)


def answer(day: Day, chart: Record | None, policy: Policy, tables: Tables) -> Answer:
    """Findings count only with a chart: without one a case was saved for its lines."""
    result = derive(day, policy, tables, chart)
    said = {(f.level, f.rule) for f in result.findings if f.level != "info"} if chart else set()
    return Answer(
        lines=lines_of(result),
        findings=[{"level": level, "rule": rule} for level, rule in sorted(said)],
    )


def lines_of(result: Result) -> list[dict[str, Any]]:
    """Code, units, modifiers."""
    return [
        {"code": line.code, "units": line.units, "modifiers": list(line.modifiers)}
        for line in result.lines
    ]


def say(lines: Lines) -> str:
    return (
        ", ".join(f"{'-'.join([row['code'], *row['modifiers']])} ×{row['units']}" for row in lines)
        or "nothing billed"
    )


def _finding_in_words(row: Mapping[str, str]) -> str:
    rule = RULES.get(row["rule"])
    return f"{LEVELS[row['level']]}: {rule.decides if rule else row['rule']}"


def cases_of(payer: Payer) -> list[PolicyCase]:
    return list(payer.policy_cases.filter(retired_at=None).order_by("pk"))


def run_cases(
    cases: Iterable[PolicyCase], policy: Policy, tables: Tables | None = None
) -> list[Outcome]:
    """Each case under the policy, with the tables of today."""
    tables = tables or tables_on()
    return [Outcome(case, _answer_to(case, policy, tables)) for case in cases]


@transaction.atomic
def save_case(
    payer: Payer,
    *,
    by: User,
    name: str,
    day: Day,
    policy: Policy,
    rules_label: str,
    chart: Record | None = None,
) -> PolicyCase:
    """Keep the visit, and what was said of its chart, with what these rules give for it."""
    if payer.policy_cases.filter(name=name, retired_at=None).exists():
        raise NotAllowed(f"There is a test case “{name}” already: choose another name.")
    expected = answer(day, chart, policy, tables_on())
    case = PolicyCase.objects.create(
        payer=payer,
        name=name,
        day=day_to_plain(day),
        chart=record_to_dict(chart) if chart else {},
        expected=expected.lines,
        expected_findings=expected.findings,
        saved_at=timezone.now(),
        saved_by=by,
    )
    _remember(case, by, Change("Must give", "", f"{expected.words} (as under {rules_label})"))
    return case


@transaction.atomic
def expect_instead(case: PolicyCase, *, by: User, policy: Policy, why: str) -> PolicyCase:
    """From now on the case must give what these rules give."""
    case = PolicyCase.objects.select_for_update().get(pk=case.pk)
    was, now = expected_of(case), _answer_to(case, policy, tables_on())
    case.expected, case.expected_findings = now.lines, now.findings
    case.save(update_fields=["expected", "expected_findings"])
    _remember(case, by, Change("Must give", was.words, now.words), why=why)
    return case


@transaction.atomic
def retire_case(case: PolicyCase, *, by: User, why: str) -> PolicyCase:
    """The case is asked no more; it stays on record."""
    case = PolicyCase.objects.select_for_update().get(pk=case.pk)
    if case.retired_at is None:
        case.retired_at = timezone.now()
        case.save(update_fields=["retired_at"])
        _remember(case, by, Change("Must give", expected_of(case).words, "retired"), why=why)
    return case


def _answer_to(case: PolicyCase, policy: Policy, tables: Tables) -> Answer:
    chart = record_from_dict(case.chart) if case.chart else None
    return answer(day_from_plain(case.day), chart, policy, tables)


def _remember(case: PolicyCase, by: User, change: Change, why: str = "") -> None:
    remember(
        "policy.case_changed",
        area=SettingArea.CASE,
        by=by,
        subject=f"{case.payer}, test case “{case.name}”",
        payer=case.payer,
        row=case,
        why=why,
        changes=[change],
    )
