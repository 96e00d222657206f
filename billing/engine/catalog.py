"""Every rule of the engine, for the generated page and for the policy's levels."""

import sys

from billing.engine import (
    checks,
    codes,
    limits,
    minutes,
    modifiers,
    pairs,
    parts,
    pointers,
    remarks,
    units,
)
from billing.engine.rules import Rule

ALL_RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *codes.RULES,
            *minutes.RULES,
            *units.RULES,
            *pairs.RULES,
            *limits.RULES,
            *parts.RULES,
            *modifiers.RULES,
            *pointers.RULES,
            *remarks.RULES,
            *checks.RULES,
        ),
        key=lambda rule: rule.id,
    )
)
RULE_IDS = frozenset(rule.id for rule in ALL_RULES)


def main() -> None:
    for rule in ALL_RULES:
        sys.stdout.write(f"{rule.id}\t{rule.decides}\t{rule.source}\t{rule.checked_on}\n")


if __name__ == "__main__":
    main()
