"""A payer's rules to and from plain JSON values, refused with a sentence where they are wrong."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from billing.engine.catalog import RULE_IDS
from billing.engine.reading import (
    BadInput,
    as_choice,
    as_code,
    as_count,
    as_date,
    as_flag,
    as_list,
    as_object,
    as_text,
    only_keys,
    shown,
)
from billing.engine.rules import MODIFIERS
from billing.engine.types import Cap, Edits, Overlay, Policy

UNIT_RULES = ("cms", "ama", "full15")
TIE_BREAKS = ("more-minutes", "no-unit-yet", "first-performed")
EDIT_SOURCES = (
    "ncci-practitioner",
    "ncci-hospital",
    "ncci-medicaid",
    "ncci-medicaid-hospital",
    "none",
)
CMT_CHOICES = ("separate-region", "deny", "attach-records")
DISCIPLINES = ("PT", "OT", "SLP", "DC", "DO", "MT")
LEVELS = ("block", "warn", "info", "off")

Reader = Callable[[object, str], Any]


def policy_from_wire(obj: object, *, version: str = "custom") -> Policy:
    """A whole policy. Every field must be there, so that nothing is silently assumed."""
    given = as_object(obj, "policy")
    only_keys(given, ("version", *FIELDS), "policy")
    missing = [name for name in FIELDS if name not in given]
    if missing:
        raise BadInput(f"policy lacks {', '.join(missing)}; give every field, or a preset's key.")
    if "version" in given:
        version = as_text(given["version"], "policy.version")
    return Policy(version, **_read(given, "policy", FIELDS))


def with_overrides(policy: Policy, obj: object) -> Policy:
    """The policy with some fields replaced; its version says which."""
    given = as_object(obj, "policy_overrides")
    only_keys(given, tuple(FIELDS), "policy_overrides")
    if not given:
        return policy
    names = [name for name in FIELDS if name in given]
    values = {name: getattr(policy, name) for name in FIELDS}
    values.update(_read(given, "policy_overrides", names))
    return Policy(f"{policy.version}+{'+'.join(names)}", **values)


def policy_to_wire(policy: Policy) -> dict[str, Any]:
    """Exactly the policy fields, as plain JSON values; the version stands apart."""
    return {
        "unit_rule": policy.unit_rule,
        "tie_break": list(policy.tie_break),
        "edits": {
            "source": policy.edits.source,
            "as_of": policy.edits.as_of.isoformat() if policy.edits.as_of else None,
        },
        "overlays": [
            {
                "column1": row.column1,
                "column2": row.column2,
                "indicator": row.indicator,
                "ground": row.ground,
            }
            for row in policy.overlays
        ],
        "distinct_modifier": policy.distinct_modifier,
        "modifier_line": policy.modifier_line,
        "cap": {"basis": policy.cap.basis, "limit": policy.cap.limit} if policy.cap else None,
        "daily_limits": policy.daily_limits,
        "plan_modifier": policy.plan_modifier,
        "assistant_modifier": policy.assistant_modifier,
        "threshold_modifier": policy.threshold_modifier,
        "chiropractic": policy.chiropractic,
        "cmt_with_97140": policy.cmt_with_97140,
        "never_paid_together": [list(pair) for pair in policy.never_paid_together],
        "code_allow_list": None
        if policy.code_allow_list is None
        else {who: list(codes) for who, codes in policy.code_allow_list.items()},
        "traction_visit_limit": policy.traction_visit_limit,
        "modifier_order": list(policy.modifier_order),
        "documentation": dict(policy.documentation),
    }


def _read(given: Mapping[str, Any], where: str, names: Iterable[str]) -> dict[str, Any]:
    return {name: FIELDS[name](given[name], f"{where}.{name}") for name in names}


def _one_of(*choices: str) -> Reader:
    return lambda value, where: as_choice(value, where, choices)


def _some_of(choices: tuple[str, ...], what: str) -> Reader:
    def read(value: object, where: str) -> tuple[str, ...]:
        seen: list[str] = []
        for entry in as_list(value, where, len(choices)):
            if entry not in choices:
                raise BadInput(f"{where} has an unknown {what} {shown(entry)}; "
                               f"known: {', '.join(choices)}.")  # fmt: skip
            if entry in seen:
                raise BadInput(f"{where} names {entry} twice; name each {what} once.")
            seen.append(entry)
        return tuple(seen)

    return read


def _edits(value: object, where: str) -> Edits:
    given = as_object(value, where)
    only_keys(given, ("source", "as_of"), where)
    source = as_choice(given.get("source"), f"{where}.source", EDIT_SOURCES)
    as_of = given.get("as_of")
    return Edits(cast(Any, source), None if as_of is None else as_date(as_of, f"{where}.as_of"))


def _overlays(value: object, where: str) -> tuple[Overlay, ...]:
    rows: list[Overlay] = []
    seen: set[frozenset[str]] = set()
    for place, entry in enumerate(as_list(value, where, 500)):
        row = _overlay(entry, f"{where}[{place}]")
        pair = frozenset((row.column1, row.column2))
        if pair in seen:
            raise BadInput(f"{where} names the pair {row.column1} and {row.column2} twice; "
                           "keep one row for a pair.")  # fmt: skip
        seen.add(pair)
        rows.append(row)
    return tuple(rows)


def _overlay(value: object, where: str) -> Overlay:
    given = as_object(value, where)
    only_keys(given, ("column1", "column2", "indicator", "ground"), where)
    column1 = as_code(given.get("column1"), f"{where}.column1")
    column2 = as_code(given.get("column2"), f"{where}.column2")
    if column1 == column2:
        raise BadInput(f"{where} names {column1} in both columns; a pair needs two codes.")
    indicator = as_count(given.get("indicator"), f"{where}.indicator", 0, 1)
    ground = as_choice(given.get("ground"), f"{where}.ground", ("time", "region"))
    return Overlay(column1, column2, cast(Any, indicator), cast(Any, ground))


def _cap(value: object, where: str) -> Cap | None:
    if value is None:
        return None
    given = as_object(value, where)
    only_keys(given, ("basis", "limit"), where)
    basis = as_choice(given.get("basis"), f"{where}.basis", ("units", "codes"))
    return Cap(cast(Any, basis), as_count(given.get("limit"), f"{where}.limit", 1, 100))


def _never_together(value: object, where: str) -> tuple[tuple[str, str], ...]:
    pairs: list[tuple[str, str]] = []
    for place, entry in enumerate(as_list(value, where, 500)):
        here = f"{where}[{place}]"
        codes = [as_code(code, here) for code in as_list(entry, here, 2)]
        if len(set(codes)) != 2:
            raise BadInput(f"{here} must name two different codes.")
        pairs.append((codes[0], codes[1]))
    return tuple(pairs)


def _allow_list(value: object, where: str) -> dict[str, tuple[str, ...]] | None:
    if value is None:
        return None
    given = as_object(value, where)
    only_keys(given, DISCIPLINES, where)
    return {
        who: tuple(
            sorted({as_code(code, f"{where}.{who}")
                    for code in as_list(given[who], f"{where}.{who}", 500)})
        )
        for who in DISCIPLINES
        if who in given
    }  # fmt: skip


def _visit_limit(value: object, where: str) -> int | None:
    return None if value is None else as_count(value, where, 1, 999)


def _documentation(value: object, where: str) -> dict[str, str]:
    given = as_object(value, where)
    for rule in given:
        if rule not in RULE_IDS:
            raise BadInput(
                f"{where} names {shown(rule)}, which is no rule; docs/rules.md lists them."
            )
    return {
        rule: as_choice(level, f"{where}.{rule}", LEVELS) for rule, level in sorted(given.items())
    }


FIELDS: dict[str, Reader] = {
    "unit_rule": _one_of(*UNIT_RULES),
    "tie_break": _some_of(TIE_BREAKS, "tie break"),
    "edits": _edits,
    "overlays": _overlays,
    "distinct_modifier": _one_of("59", "X"),
    "modifier_line": _one_of("column2", "column1"),
    "cap": _cap,
    "daily_limits": _one_of("mue", "none"),
    "plan_modifier": as_flag,
    "assistant_modifier": as_flag,
    "threshold_modifier": as_flag,
    "chiropractic": _one_of("medicare", "none"),
    "cmt_with_97140": _one_of(*CMT_CHOICES),
    "never_paid_together": _never_together,
    "code_allow_list": _allow_list,
    "traction_visit_limit": _visit_limit,
    "modifier_order": _some_of(MODIFIERS, "modifier"),
    "documentation": _documentation,
}
