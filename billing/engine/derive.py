"""From one day's facts and a payer's policy to lines with reasons."""

from billing.engine import ENGINE_VERSION
from billing.engine.checks import checks_for
from billing.engine.codes import by_regions, levels, mismatched, not_allowed, pieces_of, unusable
from billing.engine.limits import NOT_BILLABLE, Limited, limit, not_billable
from billing.engine.minutes import Timeline, count
from billing.engine.modifiers import (
    ORDER,
    ModifierRule,
    above_threshold,
    excluded,
    modify,
    rules_for,
)
from billing.engine.pairs import ADJUSTMENTS, Scene, encounters_of
from billing.engine.parts import Part, parts_of
from billing.engine.pointers import MOST_POINTERS, pointer_findings
from billing.engine.record import Record
from billing.engine.remarks import REMARKS, Bill
from billing.engine.services import Piece, Service, ids_of
from billing.engine.settle import Settled, settle
from billing.engine.tables import Tables
from billing.engine.threshold import crossed
from billing.engine.types import Day, Finding, Line, Policy, Reason, Result, Unbilled
from billing.engine.units import open_findings, too_few, unit_reason
from billing.engine.words import listed

UNKNOWN_CHART = Record()
LEVEL_ORDER = {"block": 0, "warn": 1, "info": 2}


def derive(day: Day, policy: Policy, tables: Tables, record: Record | None = None) -> Result:
    """The bill of one day. The same facts, policy and tables give the same answer, always."""
    by_code, coded, findings, unbilled = _coded(day, policy, tables)
    pieces = [piece for own in by_code.values() for piece in own]
    timeline = count(by_code, pieces, tables)
    scene = _scene(day, policy, tables, pieces)
    services, not_billed = _billable(scene, timeline)
    settled = settle(scene, services, record.chosen_units if record else None)
    limited = limit(scene, services, settled.units)
    parts = crossed(scene, _parts(scene, settled, limited, services))
    rules = rules_for(scene, any(part.above for part in parts))
    lines = [_line(scene, part, rules, settled, limited, coded) for part in parts]
    unbilled += [*timeline.unbilled, *not_billed, *settled.unbilled, *limited.unbilled,
                 *_without_units(policy, settled)]  # fmt: skip
    bill = Bill(scene, tuple(timeline.services.values()), parts, tuple([line for line, _ in lines]))
    findings += [*timeline.findings, *settled.findings, *limited.findings,
                 *open_findings(settled.found), *pointer_findings(day, parts),
                 *[finding for _, own in lines for finding in own]]  # fmt: skip
    for remark in REMARKS:
        findings.extend(remark(bill))
    for check in checks_for(policy, record):
        findings.extend(check(bill, record or UNKNOWN_CHART))
    return Result(
        id=day.id,
        policy=policy.version,
        engine=ENGINE_VERSION,
        timed_minutes=timeline.timed_minutes,
        treatment_minutes=timeline.treatment_minutes,
        lines=bill.lines,
        unbilled=tuple(sorted(unbilled, key=_unbilled_order)),
        alternatives=settled.found.alternatives,
        findings=_levelled(findings, policy),
        edition=scene.edition,
    )


def _coded(
    day: Day, policy: Policy, tables: Tables
) -> tuple[dict[str, list[Piece]], dict[str, Reason], list[Finding], list[Unbilled]]:
    """Entries by code, in the order of codes, for those that can be billed on this date (no code:
    entries that are never billed); the others with the reason why not."""
    pieces, reasons, findings, unbilled = by_regions(pieces_of(day), tables)
    findings.extend(mismatched(pieces))
    by_code: dict[str, list[Piece]] = {}
    for piece in pieces:
        by_code.setdefault(piece.code, []).append(piece)
    usable: dict[str, list[Piece]] = {}
    for code in sorted(by_code):
        own = sorted(by_code[code], key=_in_order)
        refusal = unusable(code, day, tables) if code else None
        if refusal is None:
            usable[code] = own
            if code and tables.codes[code].family in ADJUSTMENTS:
                findings.extend(levels(code, own, tables.codes[code]))
            continue
        rule, text = refusal
        ids = ids_of(own)
        findings.append(rule.finding(text, ids))
        minutes = sum(piece.seconds for piece in own) // 60
        unbilled.append(Unbilled(code, minutes, ids, rule.id, text))
    if policy.code_allow_list:
        findings.extend(not_allowed(sorted(filter(None, by_code)), day, policy.code_allow_list))
    return usable, reasons, findings, unbilled


def _scene(day: Day, policy: Policy, tables: Tables, pieces: list[Piece]) -> Scene:
    return Scene(
        day=day,
        policy=policy,
        tables=tables,
        edits_on=policy.edits.as_of or day.date,
        encounters=encounters_of(pieces),
        laid_out=any(not block.clock for block in day.blocks),
        above=above_threshold(day, policy, tables),
        limits=tables.limits_on(day.date) if policy.daily_limits == "mue" else {},
        remote=any(piece.item.telehealth for piece in pieces),
    )


def _billable(scene: Scene, timeline: Timeline) -> tuple[dict[str, Service], list[Unbilled]]:
    """Services that this payer may be billed for."""
    kept: dict[str, Service] = {}
    unbilled: list[Unbilled] = []
    for code, service in timeline.services.items():
        why = None if excluded(scene, service) else not_billable(scene, service)
        if why is None:
            kept[code] = service
        else:
            unbilled.append(Unbilled(code, service.minutes, service.ids, NOT_BILLABLE.id, why))
    return kept, unbilled


def _parts(
    scene: Scene, settled: Settled, limited: Limited, services: dict[str, Service]
) -> tuple[Part, ...]:
    met = tuple(
        [
            pair
            for pair in settled.met
            if pair[0].column1 in limited.units and pair[0].column2 in limited.units
        ]
    )
    return tuple(
        [
            part
            for code, units in limited.units.items()
            for part in parts_of(scene, services[code], units, met, services)
        ]
    )


def _line(
    scene: Scene,
    part: Part,
    rules: tuple[ModifierRule, ...],
    settled: Settled,
    limited: Limited,
    coded: dict[str, Reason],
) -> tuple[Line, list[Finding]]:
    service = part.service
    kept, beyond, reasons = modify(scene, part, rules)
    first = coded.get(service.code)
    line = Line(
        code=service.code,
        units=part.units,
        modifiers=kept,
        minutes=part.minutes,
        blocks=ids_of(part.pieces),
        diagnoses=part.letters[:MOST_POINTERS],
        reasons=(
            *((first,) if first else ()),
            unit_reason(service, scene.policy.unit_rule, settled.found, settled.pool),
            *limited.reasons.get(service.code, ()),
            *reasons,
        ),
    )
    if not beyond:
        return line, []
    text = f"{service.code} would carry more than four modifiers; {listed(beyond)} did not fit."
    return line, [ORDER.finding(text, line.blocks)]


def _without_units(policy: Policy, settled: Settled) -> list[Unbilled]:
    unbilled: list[Unbilled] = []
    for code, service in settled.pool.items():
        if code not in settled.units:
            rule, text = too_few(service, policy.unit_rule, settled.found, settled.pool)
            unbilled.append(Unbilled(code, service.minutes, service.ids, rule, text))
    return unbilled


def _levelled(findings: list[Finding], policy: Policy) -> tuple[Finding, ...]:
    """Each once, at the level that the payer's policy gives it, the gravest first."""
    levels = policy.documentation
    if levels:
        findings = [
            Finding(levels[f.rule], f.rule, f.text, f.blocks) if f.rule in levels else f  # type: ignore[arg-type]  # not off
            for f in findings
            if levels.get(f.rule) != "off"
        ]
    return tuple(sorted(set(findings), key=_finding_order))


def _in_order(piece: Piece) -> tuple[int, int, str]:
    """An order that does not depend on the order of the input."""
    return piece.start or 0, piece.seconds, piece.item.id


def _finding_order(finding: Finding) -> tuple[int, str, str, tuple[str, ...]]:
    return LEVEL_ORDER[finding.level], finding.rule, finding.text, finding.blocks


def _unbilled_order(part: Unbilled) -> tuple[str, str, str, tuple[str, ...]]:
    return part.code, part.rule, part.text, part.blocks
