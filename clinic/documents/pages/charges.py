"""Units and modifiers with their reasons, as rows."""

from clinic.documents.charges import ChargeLine, ChargesSection, Interval, Proof
from clinic.documents.wording import joined, span

GROUND = {
    "time": "by time: the two services share no minute",
    "region": "by region: the two services share no region",
}


def charges(of: ChargesSection) -> dict:
    return {
        "title": of.title,
        "lines": [_line(line) for line in of.lines],
        "minutes": str(sum(line.minutes for line in of.lines)),
        "units": str(sum(line.units for line in of.lines)),
        "unbilled": [
            (row.code, str(row.minutes), row.blocks, row.text, row.rule) for row in of.unbilled
        ],
        "findings": [
            (row.level.capitalize(), row.text, row.acknowledged, row.rule) for row in of.findings
        ],
        "basis": joined(
            f"Payer policy {of.policy}" if of.policy else "",
            f"Edit edition {of.edition}" if of.edition else "",
            f"Engine {of.engine}" if of.engine else "",
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
        "reasons": [(r.text, joined(r.rule, r.source)) for r in of.reasons],
        "proofs": [_proof(p) for p in of.proofs],
    }


def _proof(of: Proof) -> dict:
    return {
        "title": f"{of.modifier} {GROUND.get(of.ground, of.ground)}",
        "sides": [_side(of.own), _side(of.other)],
    }


def _side(intervals: tuple[Interval, ...]) -> tuple[str, str]:
    code = intervals[0].code if intervals else ""
    return code, "; ".join(
        joined(f"block {i.block}" if i.block else "", span(i.start, i.end), i.regions, by=" ")
        for i in intervals
    )
