"""A practice looks at its own notes as a payer would: a sample, each payer's checks, reasons."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from billing.engine.derive import derive
from billing.engine.types import Finding, Policy
from billing.models import ChargeSet, PayerPolicy
from billing.services.freezing import day_from_plain
from billing.services.policies import engine_policy
from billing.services.record_facts import record_of
from billing.services.reference import tables_on
from clinic.documents.pages.rules import named

DENIES = ("block", "warn")


@dataclass(frozen=True, slots=True)
class Judged:
    """One note under one payer's checks."""

    charge_set: ChargeSet
    payer: str
    findings: Sequence[Finding]

    @property
    def denied(self) -> bool:
        return any(f.level == "block" for f in self.findings)

    @property
    def state(self) -> str:
        return "denied" if self.denied else "at risk" if self.findings else "clean"


@dataclass(frozen=True, slots=True)
class Score:
    """How the sample does under one payer."""

    payer: str
    notes: int
    denied: int
    at_risk: int
    cents: int

    @property
    def clean(self) -> int:
        return self.notes - self.denied - self.at_risk

    @property
    def percent(self) -> int:
        return self.clean * 100 // self.notes if self.notes else 0


@dataclass(frozen=True, slots=True)
class Report:
    sampled: Sequence[ChargeSet]
    scores: Sequence[Score]
    rules: Sequence[tuple[str, str, str, int]]  # id, name, an example, how often
    judged: Sequence[Judged]


def review(*, first: date, last: date, size: int, seed: int = 0) -> Report:
    """The same dates, size and seed sample the same notes."""
    sampled = sample(first=first, last=last, size=size, seed=seed)
    policies = newest_policies(last)
    judged = [j for charge_set in sampled for j in _judge(charge_set, policies)]
    scores = [_score(payer, judged) for payer in sorted({j.payer for j in judged})]
    told = Counter((f.rule, f.text) for j in judged for f in j.findings)
    rules: dict[str, tuple[str, int]] = {}
    for (rule, text), number in told.items():
        example, so_far = rules.get(rule, (text, 0))
        rules[rule] = (example, so_far + number)
    ranked = sorted(rules.items(), key=lambda row: (-row[1][1], row[0]))
    return Report(
        sampled, scores,
        [(rule, named(rule)[0] or rule, text, number) for rule, (text, number) in ranked],
        [j for j in judged if j.findings],
    )  # fmt: skip


def sample(*, first: date, last: date, size: int, seed: int) -> list[ChargeSet]:
    keys = list(
        ChargeSet.objects.filter(note__visit__date__gte=first, note__visit__date__lte=last)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    chosen = random.Random(seed).sample(keys, min(size, len(keys)))  # noqa: S311 a sample to read
    return list(
        ChargeSet.objects.filter(pk__in=chosen)
        .select_related(
            "note__author", "note__visit__patient", "note__visit__episode", "note__visit__practice",
            "note__visit__coverage__payer",
        )
        .order_by("note__visit__date", "pk")
    )  # fmt: skip


def newest_policies(on: date) -> dict[str, Policy]:
    """Each payer's policy in force on the day."""
    rows = PayerPolicy.objects.filter(status="published", starts_on__lte=on).exclude(ends_on__lt=on)
    return {
        row.payer.name: engine_policy(row)
        for row in rows.select_related("payer").order_by("payer__name", "version")
    }


def _judge(charge_set: ChargeSet, policies: dict[str, Policy]) -> list[Judged]:
    """The note's facts as frozen, the chart around it as it stands, under each payer."""
    day = day_from_plain(charge_set.facts["day"])
    record, tables = record_of(charge_set.note.visit), tables_on(charge_set.created_at)
    found = []
    for payer, policy in policies.items():
        findings = derive(day, policy, tables, record).findings
        found.append(Judged(charge_set, payer, [f for f in findings if f.level in DENIES]))
    return found


def _score(payer: str, judged: Sequence[Judged]) -> Score:
    mine = [j for j in judged if j.payer == payer]
    return Score(
        payer,
        len(mine),
        sum(j.denied for j in mine),
        sum(not j.denied and bool(j.findings) for j in mine),
        sum(j.charge_set.total_cents for j in mine if j.denied),
    )
