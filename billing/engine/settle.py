"""Units and pairs together: dropping a code takes its minutes out of the pool again."""

from collections.abc import Mapping
from typing import NamedTuple

from billing.engine.pairs import (
    CMT_DENY,
    NOT_PAYABLE,
    TWO_ROWS,
    UNPROVEN,
    Edit,
    Scene,
    edits_among,
    missing,
    prove,
)
from billing.engine.rules import Rule
from billing.engine.services import Service
from billing.engine.types import Finding, Proof, Unbilled
from billing.engine.units import UNIT_METHODS, Allocation, Choice


class Settled(NamedTuple):
    """What stands: units by code, and the edits that were met, each with its proof."""

    units: Mapping[str, int]
    found: Allocation
    pool: Mapping[str, Service]
    met: tuple[tuple[Edit, Proof | None], ...]
    unbilled: tuple[Unbilled, ...]
    findings: tuple[Finding, ...]


def settle(scene: Scene, services: Mapping[str, Service], chosen: Choice) -> Settled:
    """Allocate units, drop one code that an edit forbids, and begin again without it."""
    standing = dict(services)
    unbilled: list[Unbilled] = []
    findings: list[Finding] = []
    known = [(edit, _proof(scene, edit, services)) for edit in edits_among(scene, tuple(services))]
    while True:
        found, pool, units = _allocate(scene, standing, chosen)
        checked = [
            (edit, proof)
            for edit, proof in known
            if edit.column1 in units and edit.column2 in units
        ]
        broken = [edit for edit, proof in checked if not _holds(edit, proof)]
        if not broken:
            findings.extend(_file_errors(checked))
            return Settled(units, found, pool, tuple(checked), tuple(unbilled), tuple(findings))
        edit = _first(broken)
        code, rule, text = _verdict(scene, edit, standing)
        service = standing.pop(code)
        unbilled.append(Unbilled(code, service.minutes, service.ids, rule.id, text))
        findings.append(rule.finding(text, service.ids))


def _allocate(
    scene: Scene, standing: Mapping[str, Service], chosen: Choice
) -> tuple[Allocation, dict[str, Service], dict[str, int]]:
    pool = {code: service for code, service in standing.items() if service.timed}
    policy = scene.policy
    found = UNIT_METHODS[policy.unit_rule](pool, policy.tie_break, chosen)
    units = {
        code: found.units.get(code, 0) if service.timed else 1 for code, service in standing.items()
    }
    return found, pool, {code: count for code, count in units.items() if count}


def _proof(scene: Scene, edit: Edit, standing: Mapping[str, Service]) -> Proof | None:
    if edit.indicator == 0 or edit.ground is None:
        return None
    return prove(scene, edit, standing[edit.column1], standing[edit.column2])


def _holds(edit: Edit, proof: Proof | None) -> bool:
    """Both codes may stand: distinct services, or an office visit that takes 25."""
    return edit.indicator == 1 and (proof is not None or edit.ground is None)


def _first(broken: list[Edit]) -> Edit:
    """One whose column-1 code is not itself about to be dropped."""
    doomed = {edit.column2 for edit in broken}
    ordered = sorted(broken)
    return next((edit for edit in ordered if edit.column1 not in doomed), ordered[0])


def _verdict(scene: Scene, edit: Edit, standing: Mapping[str, Service]) -> tuple[str, Rule, str]:
    """Which code goes, and why: column 2, unless column 1 earns its unit only with the minutes
    of column 2. (What the clinician chose names both, so it says nothing about one alone.)"""
    first, second = standing[edit.column1], standing[edit.column2]
    without = {code: service for code, service in standing.items() if code != second.code}
    if first.timed and first.code not in _allocate(scene, without, None)[2]:
        return first.code, UNPROVEN, (
            f"The {first.minutes} minutes of {first.code} earn a unit only together with those "
            f"of {second.code}, and the two are an edited pair ({edit.origin})."
        )  # fmt: skip
    if edit.denied:
        text = f"This payer does not pay {second.code} beside {first.code}, in whatever region."
        return second.code, CMT_DENY, text
    if edit.indicator == 0:
        return second.code, NOT_PAYABLE, (
            f"{second.code} is never billed beside {first.code} on one day, and no modifier "
            f"changes that ({edit.origin}, indicator 0)."
        )  # fmt: skip
    text = missing(edit, first, second)
    return second.code, UNPROVEN, f"{text} No modifier, and {second.code} is not billed."


def _file_errors(met: list[tuple[Edit, Proof | None]]) -> list[Finding]:
    return [
        TWO_ROWS.finding(
            f"{edit.rows} rows are in force for {edit.column1} and {edit.column2} "
            f"({edit.origin}); the stricter one was used. Load the edit file again."
        )
        for edit, _ in met
        if edit.rows > 1
    ]
