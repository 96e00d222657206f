"""Units and modifiers with their reasons, as rows."""

from clinic.documents.charges import ChargeLine, ChargesSection, Interval, Proof
from clinic.documents.wording import joined, span

from .rules import named, sourced

GROUND = {
    "time": "by time: the two services share no minute",
    "region": "by region: the two services share no region",
}


def charges(of: ChargesSection, *, notice: str = "") -> dict:
    """`notice` joins the small print below."""
    units = sum(line.units for line in of.lines)
    return {
        "title": of.title,
        "lines": [_line(line) for line in of.lines],
        "minutes": str(sum(line.minutes for line in of.lines)),
        "units": str(units),
        "unbilled": [
            (row.code, str(row.minutes), row.blocks, row.text, named(row.rule))
            for row in of.unbilled
        ],
        "findings": [
            (row.level.capitalize(), row.text, row.acknowledged, named(row.rule))
            for row in of.findings
        ],
        "plural": "" if units == 1 else "s",
        "basis": joined(
            sourced((r.rule, r.source) for line in of.lines for r in line.reasons),
            f"Payer policy {of.policy}" if of.policy else "",
            f"Edit edition {of.edition}" if of.edition else "",
            f"Engine {of.engine}" if of.engine else "",
            notice,
        ),
    }


def _line(of: ChargeLine) -> dict:
    return {
        "code": of.code,
        "modifiers": " ".join(of.modifiers),
        "wording": of.wording,
        "minutes": str(of.minutes or "–"),
        "units": str(of.units),
        "pointers": ", ".join(of.pointers),
        "reasons": [(r.text, named(r.rule)) for r in of.reasons],
        "proofs": [_proof(p) for p in of.proofs],
    }


def _proof(of: Proof) -> dict:
    return {
        "title": f"{named(of.modifier)[0] or of.modifier} {GROUND.get(of.ground, of.ground)}",
        "sides": [_side(of.own), _side(of.other)],
    }


def _side(intervals: tuple[Interval, ...]) -> tuple[str, str]:
    code = intervals[0].code if intervals else ""
    return code, "; ".join(
        joined(f"block {i.block}" if i.block else "", span(i.start, i.end), i.regions, by=" ")
        for i in intervals
    )
