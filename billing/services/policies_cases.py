"""Saved test cases of a payer: what a visit must give, asked again of every draft."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from billing.engine.derive import derive
from billing.engine.tables import Tables
from billing.engine.types import Day, Policy, Result
from billing.enums import SettingArea
from billing.models import PolicyCase
from billing.services.freezing import day_from_plain, day_to_plain
from billing.services.policies_history import Change, remember
from billing.services.reference import tables_on
from clinic.errors import NotAllowed
from clinic.models import Payer, User

Lines = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case under one policy."""

    case: PolicyCase
    given: list[dict[str, Any]]

    @property
    def passes(self) -> bool:
        return self.given == self.case.expected

    @property
    def given_words(self) -> str:
        return say(self.given)

    @property
    def expected_words(self) -> str:
        return say(self.case.expected)


def lines_of(result: Result) -> list[dict[str, Any]]:
    """What a case holds of an answer: code, units, modifiers."""
    return [
        {"code": line.code, "units": line.units, "modifiers": list(line.modifiers)}
        for line in result.lines
    ]


def say(lines: Lines) -> str:
    return (
        ", ".join(f"{'-'.join([row['code'], *row['modifiers']])} ×{row['units']}" for row in lines)
        or "nothing billed"
    )


def cases_of(payer: Payer) -> list[PolicyCase]:
    return list(payer.policy_cases.filter(retired_at=None).order_by("pk"))


def run_cases(
    cases: Iterable[PolicyCase], policy: Policy, tables: Tables | None = None
) -> list[Outcome]:
    """Each case under the policy, with the tables of today."""
    tables = tables or tables_on()
    return [
        Outcome(case, lines_of(derive(day_from_plain(case.day), policy, tables))) for case in cases
    ]


@transaction.atomic
def save_case(
    payer: Payer, *, by: User, name: str, day: Day, policy: Policy, rules_label: str
) -> PolicyCase:
    """Keep the visit with what these rules give for it."""
    if payer.policy_cases.filter(name=name, retired_at=None).exists():
        raise NotAllowed(f"There is a test case “{name}” already: choose another name.")
    expected = lines_of(derive(day, policy, tables_on()))
    case = PolicyCase.objects.create(
        payer=payer,
        name=name,
        day=day_to_plain(day),
        expected=expected,
        saved_at=timezone.now(),
        saved_by=by,
    )
    _remember(case, by, Change("Must give", "", f"{say(expected)} (as under {rules_label})"))
    return case


@transaction.atomic
def expect_instead(case: PolicyCase, *, by: User, policy: Policy, why: str) -> PolicyCase:
    """From now on the case must give what these rules give."""
    case = PolicyCase.objects.select_for_update().get(pk=case.pk)
    was = say(case.expected)
    case.expected = lines_of(derive(day_from_plain(case.day), policy, tables_on()))
    case.save(update_fields=["expected"])
    _remember(case, by, Change("Must give", was, say(case.expected)), why=why)
    return case


@transaction.atomic
def retire_case(case: PolicyCase, *, by: User, why: str) -> PolicyCase:
    """The case is asked no more; it stays on record."""
    case = PolicyCase.objects.select_for_update().get(pk=case.pk)
    if case.retired_at is None:
        case.retired_at = timezone.now()
        case.save(update_fields=["retired_at"])
        _remember(case, by, Change("Must give", say(case.expected), "retired"), why=why)
    return case


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
