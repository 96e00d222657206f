"""Checks of the chart around the visit: what a payer would refuse the lines for.

A check never raises and never changes a charge. It speaks only of facts that the chart was
asked for: without a record nothing is known, so nothing is missing. What a block itself can say
is looked for even then, where the payer's policy asks for it by name.
"""

from collections.abc import Callable, Iterable, Mapping

from billing.engine.checks import chart, elsewhere, grants, people, plan, special, text
from billing.engine.record import Record
from billing.engine.remarks import Bill
from billing.engine.rules import Rule
from billing.engine.types import Finding, Policy

Check = Callable[[Bill, Record], Iterable[Finding]]

CHECKS: tuple[Check, ...] = (
    chart.technique_named,
    chart.region_named,
    chart.response_written,
    chart.rationale_written,
    chart.goals_linked,
    chart.minutes_plausible,
    chart.note_written,
    plan.certified,
    plan.in_force,
    plan.progress_reported,
    grants.ordered,
    grants.within_order,
    grants.authorized,
    people.credentials_there,
    people.signed,
    people.cosigned,
    special.traction_within_limit,
    special.lymphedema_documented,
    elsewhere.one_on_one_once,
    text.not_cloned,
)

RULES: tuple[Rule, ...] = (
    *chart.RULES,
    *plan.RULES,
    *grants.RULES,
    *people.RULES,
    *special.RULES,
    *elsewhere.RULES,
    *text.RULES,
)

OF_BLOCKS: Mapping[str, Check] = {
    chart.TECHNIQUE.id: chart.technique_named,
    chart.REGION.id: chart.region_named,
    chart.RESPONSE.id: chart.response_written,
    chart.LONG.id: chart.minutes_plausible,
}


def checks_for(policy: Policy, record: Record | None) -> Iterable[Check]:
    """All of them where the chart is known."""
    if record:
        return CHECKS
    return [check for rule, check in OF_BLOCKS.items() if rule in policy.documentation]


# The five published reasons why 97140 is refused, and the checks that find each beforehand.
DENIAL_REASONS = {
    "no certification": ("plan.certification", "plan.expired"),
    "medical necessity": ("chart.rationale", "chart.goal-link", "chart.response"),
    "billing error": ("order.units", "minutes.overlap", "elsewhere.one-on-one"),
    "services not documented": ("chart.technique", "chart.region", "chart.note-empty"),
    "units above the order": ("order.units",),
}
