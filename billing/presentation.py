"""A derivation as the documents and screens show it."""

from datetime import UTC, datetime, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from billing.engine.tables import shipped_codes
from billing.engine.types import Line, Proof, Reason, Stretch
from billing.services.deriving import Derivation
from billing.services.freezing import canonical
from clinic.documents import charges as printed
from clinic.documents import parts

_SPOKEN = {"region": "region", "time": "time", "encounter": "time", "practitioner": "time"}


def wording(code: str) -> str:
    """Our own short words for a code; empty for one that is not in the list."""
    return _labels().get(code, "")


@cache
def _labels() -> dict[str, str]:
    return {fact.code: fact.label for fact in shipped_codes()}


def section_of(derivation: Derivation, zone: ZoneInfo) -> printed.ChargesSection:
    """The note's section "units and modifiers, with reasons"."""
    result = derivation.result
    return printed.ChargesSection(
        lines=tuple(_line(line, zone) for line in result.lines),
        unbilled=tuple(
            printed.UnbilledRow(
                code=row.code,
                minutes=row.minutes,
                blocks=", ".join(row.blocks),
                text=row.text,
                rule=row.rule,
            )
            for row in result.unbilled
        ),
        findings=tuple(
            printed.FindingRow(level=f.level, text=f.text, rule=f.rule) for f in result.findings
        ),
        policy=derivation.in_force.label,
        edition=result.edition,
        engine=result.engine,
        derivation=canonical(derivation.answer),
    )


def codes_of(answer: dict[str, Any]) -> dict[str, str]:
    """The code that each row of the chart came to: b1 is the first block, p1 the first service."""
    rows = [*answer["unbilled"], *answer["lines"]]  # what is billed has the last word
    return {key: row["code"] for row in rows for key in row["blocks"]}


def totals_of(derivation: Derivation) -> parts.Totals:
    result = derivation.result
    return parts.Totals(
        timed=result.timed_minutes,
        untimed=max(0, result.treatment_minutes - result.timed_minutes),
        treatment=result.treatment_minutes,
        not_billed=sum(row.minutes for row in result.unbilled),
    )


def _line(line: Line, zone: ZoneInfo) -> printed.ChargeLine:
    return printed.ChargeLine(
        code=line.code,
        wording=wording(line.code),
        modifiers=line.modifiers,
        units=line.units,
        minutes=line.minutes,
        pointers=line.diagnoses,
        reasons=tuple(printed.Reason(r.text, r.rule, r.source) for r in line.reasons),
        proofs=tuple(
            _proof(reason, reason.proof, line, zone) for reason in line.reasons if reason.proof
        ),
    )


def _proof(reason: Reason, proof: Proof, line: Line, zone: ZoneInfo) -> printed.Proof:
    other = proof.column1 if line.code == proof.column2 else proof.column2
    own_regions, other_regions = (
        (proof.regions2, proof.regions1)
        if line.code == proof.column2
        else (proof.regions1, proof.regions2)
    )
    distinct = [m for m in line.modifiers if m in ("59", "XE", "XS", "XP", "XU", "25")]
    return printed.Proof(
        modifier=distinct[0] if distinct else reason.rule,
        ground=_SPOKEN[proof.ground],
        own=_evidence(line.code, proof.stretches, own_regions, zone),
        other=_evidence(other, proof.stretches, other_regions, zone),
    )


def _evidence(
    code: str, stretches: tuple[Stretch, ...], regions: tuple[str, ...], zone: ZoneInfo
) -> tuple[printed.Interval, ...]:
    if regions:
        return (printed.Interval(code=code, regions=", ".join(regions)),)
    return tuple(
        printed.Interval(code=code, start=_clock(s.start, zone), end=_clock(s.end, zone))
        for s in stretches
        if s.code == code
    )


def _clock(seconds: int, zone: ZoneInfo) -> time:
    """Absolute seconds, or seconds since midnight, as wall time."""
    if seconds < 2 * 86400:
        return time(seconds // 3600 % 24, seconds // 60 % 60, seconds % 60)
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone).time().replace(microsecond=0)


_LANE = {
    "97140": "manual", "97124": "manual", "97110": "exercise", "97113": "exercise",
    "97116": "exercise", "97112": "neuro", "97533": "neuro", "97530": "activities",
    "97535": "activities", "97537": "activities", "97542": "activities",
    "98940": "cmt", "98941": "cmt", "98942": "cmt", "98943": "cmt",
}  # fmt: skip


def dollars(cents: int | None) -> str | None:
    return None if cents is None else f"${cents // 100:,}.{cents % 100:02d}"


def panel_of(answer: dict[str, Any], fees: dict[str, int], *, label: str) -> dict[str, Any]:
    """The charges panel from an answer, live or frozen."""
    lines = [_panel_line(row, fees) for row in answer["lines"]]
    total_minutes = sum(line["minutes"] for line in lines) or 1
    x = 0.0
    for line in lines:
        line["share_x"] = round(x, 2)
        line["share_width"] = round(100 * line["minutes"] / total_minutes, 2)
        x += line["share_width"]
    known = all(line["fee"] is not None for line in lines)
    return {
        "units": sum(line["units"] for line in lines),
        "timed_minutes": answer["timed_minutes"],
        "treatment_minutes": answer["treatment_minutes"],
        "total": dollars(sum(line["cents"] for line in lines)) if known and lines else None,
        "lines": lines,
        "unbilled": answer["unbilled"],
        "unbilled_minutes": sum(row["minutes"] for row in answer["unbilled"]),
        "findings": answer["findings"],
        "alternatives": answer["alternatives"],
        "codes": codes_of(answer),
        "policy": label,
    }


def _panel_line(row: dict[str, Any], fees: dict[str, int]) -> dict[str, Any]:
    fee = fees.get(row["code"])
    cents = (fee or 0) * row["units"]
    return row | {
        "name": wording(row["code"]),
        "lane": _LANE.get(row["code"], "untimed"),
        "fee": fee,
        "cents": cents,
        "amount": dollars(cents if fee is not None else None),
    }
