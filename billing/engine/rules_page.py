"""docs/rules.md, from the Rule records: `python -m billing.engine.rules_page > docs/rules.md`."""

import sys
from collections.abc import Callable

from billing.engine.catalog import ALL_RULES
from billing.engine.checks import DENIAL_REASONS
from billing.engine.presets import preset_versions
from billing.engine.rules import Rule
from billing.engine.types import Policy

Use = Callable[[Policy], bool]

# What a policy has to choose for a rule to speak; the longest beginning that fits decides.
USED_WHEN: dict[str, Use] = {
    "": lambda policy: True,
    "units.cms": lambda policy: policy.unit_rule == "cms",
    "units.ama": lambda policy: policy.unit_rule == "ama",
    "units.full": lambda policy: policy.unit_rule == "full15",
    "pairs.": lambda policy: policy.edits.source != "none" or bool(policy.overlays),
    "pairs.never-together": lambda policy: bool(policy.never_paid_together),
    "pairs.attach-records": lambda policy: policy.cmt_with_97140 == "attach-records",
    "limits.mue": lambda policy: policy.daily_limits == "mue",
    "limits.visit-cap": lambda policy: policy.cap is not None,
    "codes.allow-list": lambda policy: policy.code_allow_list is not None,
    "pairs.cmt-deny": lambda policy: policy.cmt_with_97140 == "deny",
    "modifiers.plan": lambda policy: policy.plan_modifier,
    "modifiers.discipline": lambda policy: policy.plan_modifier,
    "modifiers.assistant": lambda policy: policy.assistant_modifier,
    "modifiers.threshold": lambda policy: policy.threshold_modifier,
    "modifiers.accrual": lambda policy: policy.threshold_modifier,
    "modifiers.chiropractic": lambda policy: policy.chiropractic == "medicare",
    "tables.edition": lambda policy: policy.edits.source != "none",
    "tables.missing": lambda policy: policy.edits.source != "none",
    "special.traction": lambda policy: policy.traction_visit_limit is not None,
}

HEAD = """# The rules

Every unit, modifier, unbilled minute and finding names one of these. The page is made from the
rule records in `billing/engine` by `python -m billing.engine.rules_page`; a test holds it to them.
*Level* is that of a finding where the payer's policy names no other. *Used by* lists the shipped
presets, in their newest version, that the rule can speak under.

| Rule | Decides | Level | Source | Checked | Used by |
|---|---|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    rows = "".join(_row(rule) for rule in ALL_RULES)
    return HEAD + rows + _denials()


def used_by(rule: Rule) -> list[str]:
    """The presets' keys under which the rule can speak."""
    beginnings = [start for start in USED_WHEN if rule.id.startswith(start)]
    use = USED_WHEN[max(beginnings)]  # of beginnings of one text the last in order is the longest
    return [
        key
        for key, versions in preset_versions().items()
        if use(versions[-1].policy) and versions[-1].policy.documentation.get(rule.id) != "off"
    ]


def _row(rule: Rule) -> str:
    users = used_by(rule)
    names = "all" if len(users) == len(preset_versions()) else ", ".join(users) or "none shipped"
    cells = (
        f"`{rule.id}`",
        rule.decides,
        rule.level or "",
        rule.source,
        rule.checked_on.isoformat(),
        names,
    )
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |\n"


def _denials() -> str:
    rows = "".join(
        f"| {reason} | {', '.join(f'`{rule}`' for rule in rules)} |\n"
        for reason, rules in DENIAL_REASONS.items()
    )
    return (
        "\n## The published reasons why 97140 is refused\n\n"
        "Each is found before the note is signed.\n\n| Reason | Found by |\n|---|---|\n" + rows
    )


def main() -> None:
    sys.stdout.write(page())


if __name__ == "__main__":
    main()
