"""Units per day and code, units or codes per visit. What was cut stays visible."""

from collections.abc import Mapping
from typing import NamedTuple

from billing.engine.pairs import Scene
from billing.engine.rules import Rule
from billing.engine.services import Service
from billing.engine.types import Cap, Finding, Reason, Unbilled
from billing.engine.units import QUARTER
from billing.engine.words import many

MUE = Rule(
    "limits.mue",
    "The daily limit of a code: indicator 2 is absolute and cuts; 3 and 1 warn, since records "
    "may carry more",
    "CMS MUE practitioner file; NCCI Policy Manual ch. I.V",
    "warn",
)
NOT_BILLABLE = Rule(
    "limits.not-billable",
    "A daily limit of 0: the code is bundled or not payable, so it is recorded and not billed",
    "CMS MUE practitioner file; physician fee schedule status B, I and N",
    "info",
)
CAP = Rule(
    "limits.visit-cap",
    "The payer's cap on units or codes in one visit; the units that rest on fewest minutes go",
    "The payer's policy",
    "warn",
)
RULES = (MUE, NOT_BILLABLE, CAP)

INSTEAD = {"97014": "; Medicare takes G0283 instead"}
UNCAPPED = frozenset({"em", "evaluation", "cmt", "omt"})
Verdicts = dict[str, list[Reason]]


class Limited(NamedTuple):
    units: Mapping[str, int]
    reasons: Mapping[str, list[Reason]]
    unbilled: tuple[Unbilled, ...]
    findings: tuple[Finding, ...]


def not_billable(scene: Scene, service: Service) -> str | None:
    """Why a code is recorded but never billed to this payer."""
    row = scene.limits.get(service.code)
    if row is None or row.value:
        return None
    why = "is bundled into other services" if service.fact.bundled else "is not payable"
    return f"{service.code} {why} (daily limit 0){INSTEAD.get(service.code, '')}."


def limit(scene: Scene, services: Mapping[str, Service], units: Mapping[str, int]) -> Limited:
    """First each code's daily limit, then the visit's cap."""
    kept = dict(units)
    reasons: Verdicts = {}
    findings: list[Finding] = []
    if scene.limits:
        _by_day(scene, kept, reasons, findings)
    if scene.policy.cap:
        _by_visit(scene.policy.cap, services, kept, reasons, findings)
    unbilled = tuple(
        Unbilled(code, services[code].minutes, services[code].ids, CAP.id, reasons[code][-1].text)
        for code, count in kept.items()
        if not count
    )
    left = {code: count for code, count in kept.items() if count}
    return Limited(left, reasons, unbilled, tuple(findings))


def _by_day(scene: Scene, kept: dict[str, int], reasons: Verdicts, findings: list[Finding]) -> None:
    for code, count in kept.items():
        row = scene.limits.get(code)
        if row is None or not row.value or count <= row.value:
            continue
        if row.mai == 2:
            kept[code] = row.value
            text = (
                f"{many(count, 'unit')} by the minutes, cut to the absolute daily limit of "
                f"{row.value}."
            )
            reasons.setdefault(code, []).append(MUE.because(text))
            findings.append(MUE.finding(f"{code}: {text}"))
        else:
            findings.append(
                MUE.finding(
                    f"{code}: {many(count, 'unit')} are above the daily limit of {row.value} "
                    f"(indicator {row.mai}); expect a denial and appeal with the record."
                )
            )


def _by_visit(
    cap: Cap,
    services: Mapping[str, Service],
    kept: dict[str, int],
    reasons: Verdicts,
    findings: list[Finding],
) -> None:
    counted = [code for code in kept if services[code].fact.family not in UNCAPPED]
    before = {code: kept[code] for code in counted}
    per_code = cap.basis == "codes"
    while (len([c for c in counted if kept[c]]) if per_code else sum(kept[c] for c in counted)) > (
        cap.limit
    ):
        weakest = min(
            (code for code in counted if kept[code]),
            key=lambda code: (_weight(services[code], kept[code], per_code), code),
        )
        kept[weakest] -= 1  # a code that goes whole stays the weakest until none is left
    what = many(cap.limit, "code" if per_code else "unit")
    for code, count in before.items():
        if kept[code] == count:
            continue
        text = (
            f"{many(count, 'unit')} by the rule, cut to {kept[code]}: this payer takes {what} "
            "a visit, and the units on fewest minutes give way."
        )
        reasons.setdefault(code, []).append(CAP.because(text))
        findings.append(CAP.finding(f"{code}: {text}", services[code].ids))


def _weight(service: Service, units: int, whole: bool) -> tuple[int, int, int]:
    """The minutes that a code's last unit rests on; for whole codes, all of its minutes."""
    if whole:
        return service.minutes, 0, 0
    last = service.minutes - QUARTER * (units - 1) if service.timed else QUARTER
    return min(QUARTER, last), -units, service.minutes
