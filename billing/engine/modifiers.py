"""Modifier rules: each yields a modifier with its reason. Their order is not the line's order."""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from billing.engine.pairs import EM, GROUND_RULES, X_MODIFIERS, Scene, explain
from billing.engine.parts import ASSISTANT_MODIFIER, Part
from billing.engine.rules import MODIFIERS, Rule
from billing.engine.services import Service
from billing.engine.tables import Tables
from billing.engine.types import Day, Policy, Procedure, Reason

PLAN = Rule(
    "modifiers.plan",
    "GP, GO or GN on therapy lines, by the discipline of the plan of care; always beside CQ or CO",
    "CMS: services under a plan of care; UnitedHealthcare since 2020-07-01",
)
THRESHOLD = Rule(
    "modifiers.threshold",
    "KX above the year's threshold; PT and SLP share one, OT has its own",
    "Noridian: per-beneficiary KX modifier thresholds",
)
NOTICE = Rule(
    "modifiers.threshold-notice",
    "GA and never KX above the threshold where a mandatory notice says the care may be denied",
    "WebPT on the 2026 final rule: ABN with GA, not KX",
)
ACTIVE = Rule(
    "modifiers.chiropractic-active",
    "AT on an active spinal adjustment under Medicare",
    "NGS Medicare 1763399; Noridian: chiropractic claim requirements",
)
MAINTENANCE = Rule(
    "modifiers.chiropractic-maintenance",
    "GA on maintenance with a signed notice, GZ without one; never beside AT",
    "Noridian and Palmetto: chiropractic claim requirements",
)
EXCLUDED = Rule(
    "modifiers.chiropractic-excluded",
    "GY on what Medicare excludes from a chiropractor, GX with a voluntary notice",
    "NGS Medicare 1763399; ACOM Health 2010",
)
TELEHEALTH = Rule(
    "modifiers.telehealth",
    "95 on a live telehealth service; never on hands-on work",
    "CPT modifier 95; Agile Therapy on telehealth codes",
)
REDUCED = Rule(
    "modifiers.reduced",
    "52 on an untimed service that was cut short; never for few minutes of a timed one",
    "CPT modifier 52; minutes below 8 are a matter of units",
)
ORDER = Rule(
    "modifiers.order",
    "The payer's order of modifiers; a line holds four",
    "CCO and AAPC on sequencing; CMS-1500 item 24D",
    "block",
)
RULES = (
    PLAN, THRESHOLD, NOTICE, ACTIVE, MAINTENANCE, EXCLUDED, TELEHEALTH, REDUCED, ORDER,
)  # fmt: skip

PLAN_MODIFIER = {"PT": "GP", "OT": "GO", "SLP": "GN", "DC": "GP", "DO": "GP", "MT": "GP"}
THERAPISTS = frozenset({"PT", "OT", "SLP"})
COVERED_CMT = frozenset({"98940", "98941", "98942"})
NEVER_TOGETHER = (("AT", "GA"), ("AT", "GZ"), ("AT", "GY"), ("KX", "GA"), ("GA", "GZ"))
DISTINCT = ("59", "XE", "XS", "XP", "XU")
MOST_MODIFIERS = 4

Given = Iterable[tuple[str, Reason]]
NONE: Given = ()


def distinct_service(scene: Scene, part: Part) -> Given:
    """59 or an X modifier, on the line that the policy names, only with a stored proof."""
    if not part.edits:
        return NONE
    return _distinct(scene, part)


def _distinct(scene: Scene, part: Part) -> Iterator[tuple[str, Reason]]:
    code = part.service.code
    for edit, proof in part.edits:
        carrier = edit.column2 if scene.policy.modifier_line == "column2" else edit.column1
        if proof is None or code != carrier:
            continue
        modifier = "59" if scene.policy.distinct_modifier == "59" else X_MODIFIERS[proof.ground]
        rule = GROUND_RULES[proof.ground]
        first, second = part.counterparts[edit.column1], part.counterparts[edit.column2]
        yield modifier, rule.because(explain(edit, proof, first, second), proof)


def office_visit(scene: Scene, part: Part) -> Given:
    """25 on an office visit beside a service that it is edited against."""
    if part.service.fact.family != "em":
        return NONE
    code = part.service.code
    others = [(edit, edit.column1 if edit.column2 == code else edit.column2)
              for edit, _ in part.edits]  # fmt: skip
    return [
        ("25", EM.because(f"{code} beside {other}: a separate office visit carries 25 and needs "
                          f"its own documentation ({edit.origin})."))
        for edit, other in others
    ]  # fmt: skip


def plan_of_care(scene: Scene, part: Part) -> Given:
    modifier = plan_modifier(scene, part.service)
    if not modifier:
        return NONE
    return ((modifier, _plan_reason(part.service.code, scene.day.discipline)),)


@lru_cache(maxsize=4096)
def _plan_reason(code: str, who: str) -> Reason:
    return PLAN.because(f"{code} under a plan of care of {who}.")


def assistant(scene: Scene, part: Part) -> Given:
    """CQ or CO, and GP or GO beside it even where the payer asks for no plan modifier."""
    who = scene.day.discipline
    if not part.assistant:
        return NONE
    marked = (ASSISTANT_MODIFIER[who], part.assistant)
    if scene.policy.plan_modifier:
        return (marked,)
    return (marked, (PLAN_MODIFIER[who], _beside_assistant(marked[0], PLAN_MODIFIER[who])))


@lru_cache(maxsize=8)
def _beside_assistant(marked: str, plan: str) -> Reason:
    return PLAN.because(f"{marked} is taken only beside {plan}.")


def threshold(scene: Scene, part: Part) -> Given:
    """KX once the year's accrual has reached the threshold, so that this line goes above it, or
    where the line itself is known to cross it."""
    above = scene.above or part.above
    if above and plan_modifier(scene, part.service) and not excluded(scene, part.service):
        return (above,)
    return NONE


def chiropractic(scene: Scene, part: Part) -> Given:
    """Medicare and chiropractors: AT, GA or GZ on a spinal adjustment, GY on all else."""
    day, code = scene.day, part.service.code
    if scene.policy.chiropractic != "medicare" or day.discipline != "DC":
        return NONE
    if excluded(scene, part.service):
        out = ("GY", EXCLUDED.because(f"Medicare excludes {code} when a chiropractor gives it."))
        noticed = ("GX", EXCLUDED.because("A voluntary notice is on file."))
        return (out, noticed) if day.abn == "voluntary" else (out,)
    if day.active_treatment:
        return (("AT", ACTIVE.because("The adjustment is active treatment, not maintenance.")),)
    if day.active_treatment is None or day.abn is None:
        return NONE
    if day.abn == "mandatory":
        return (("GA", MAINTENANCE.because("Maintenance with a signed notice of likely denial.")),)
    return (("GZ", MAINTENANCE.because("Maintenance without a signed notice of likely denial.")),)


def telehealth(scene: Scene, part: Part) -> Given:
    if part.service.fact.hands_on or not all(piece.item.telehealth for piece in part.pieces):
        return NONE
    return (("95", TELEHEALTH.because("Given live by audio and video.")),)


def reduced(scene: Scene, part: Part) -> Given:
    if part.service.timed or not any(
        isinstance(piece.item, Procedure) and piece.item.reduced for piece in part.pieces
    ):
        return NONE
    return (("52", REDUCED.because("The service was cut short.")),)


ModifierRule = Callable[[Scene, Part], Given]
MODIFIER_RULES: tuple[ModifierRule, ...] = (
    reduced,
    assistant,
    office_visit,
    distinct_service,
    telehealth,
    plan_of_care,
    threshold,
    chiropractic,
)


def rules_for(scene: Scene, crossing: bool) -> tuple[ModifierRule, ...]:
    """The rules without those that nothing on this day can call for: most lines meet few."""
    idle: set[ModifierRule] = set()
    if not scene.remote:
        idle.add(telehealth)
    if not scene.above and not crossing:
        idle.add(threshold)
    if not scene.policy.plan_modifier:
        idle.add(plan_of_care)
    if scene.policy.chiropractic == "none":
        idle.add(chiropractic)
    return _without(frozenset(idle))


@lru_cache(maxsize=64)
def _without(idle: frozenset[ModifierRule]) -> tuple[ModifierRule, ...]:
    return tuple([rule for rule in MODIFIER_RULES if rule not in idle])


def modify(
    scene: Scene, part: Part, rules: tuple[ModifierRule, ...]
) -> tuple[tuple[str, ...], tuple[str, ...], list[Reason]]:
    """The line's modifiers in the payer's order, those beyond four, and the reasons."""
    given = [pair for rule in rules for pair in rule(scene, part)]
    ordered = in_order(tuple([pair[0] for pair in given]), scene.policy.modifier_order)
    reasons = [reason for _, reason in given]
    return ordered[:MOST_MODIFIERS], ordered[MOST_MODIFIERS:], reasons


@lru_cache(maxsize=4096)
def in_order(modifiers: tuple[str, ...], order: tuple[str, ...]) -> tuple[str, ...]:
    """Each once, in the payer's order, then in ours; of 59 and the X modifiers only one,
    the precise one."""
    ranks = {modifier: rank for rank, modifier in enumerate((*order, *MODIFIERS)[::-1])}
    ordered = sorted(set(modifiers), key=lambda modifier: -ranks.get(modifier, -1))
    distinct = [m for m in MODIFIERS if m in DISTINCT and m in ordered]
    precise = next((m for m in distinct if m != "59"), "59")
    return tuple(m for m in ordered if m not in DISTINCT or m == precise)


def exclude_each_other(modifiers: tuple[str, ...]) -> tuple[str, str] | None:
    """Two modifiers that a payer rejects on one line."""
    held = set(modifiers)
    both = next((pair for pair in NEVER_TOGETHER if held.issuperset(pair)), None)
    if both:
        return both
    distinct = [modifier for modifier in DISTINCT if modifier in held]
    return (distinct[0], distinct[1]) if len(distinct) > 1 else None


def plan_modifier(scene: Scene, service: Service) -> str:
    """GP, GO or GN where the payer wants one; empty where it does not belong."""
    therapy, discipline = service.fact.therapy, scene.day.discipline
    if not scene.policy.plan_modifier or therapy == "no":
        return ""
    if therapy == "sometimes" and discipline not in THERAPISTS:
        return ""
    return PLAN_MODIFIER.get(discipline, "")


def excluded(scene: Scene, service: Service) -> bool:
    """Medicare pays a chiropractor for spinal adjustments only."""
    return (
        scene.policy.chiropractic == "medicare"
        and scene.day.discipline == "DC"
        and service.code not in COVERED_CMT
    )


def above_threshold(day: Day, policy: Policy, tables: Tables) -> tuple[str, Reason] | None:
    """The modifier of therapy lines above the threshold, where the day is above it."""
    if not policy.threshold_modifier:
        return None
    accrued, limit, name = accrual(day, tables)
    if not limit or accrued is None or accrued < limit:
        return None
    text = f"{name} accrued {_dollars(accrued)} of the {day.date.year} threshold {_dollars(limit)}"
    if day.abn == "mandatory":
        return "GA", NOTICE.because(f"{text}, and a mandatory notice is on file: GA, not KX.")
    return "KX", THRESHOLD.because(f"{text}: this line goes above it.")


def marked_above(day: Day, name: str, cents: int, limit: int) -> tuple[str, Reason]:
    """The modifier of the line that takes the year's sum above the threshold."""
    text = (
        f"With this line {name} reach about {_dollars(cents)} by Medicare's schedule, above the "
        f"{day.date.year} threshold {_dollars(limit)}"
    )
    if day.abn == "mandatory":
        return "GA", NOTICE.because(f"{text}; a mandatory notice is on file: GA, not KX.")
    return "KX", THRESHOLD.because(f"{text}.")


def accrual(day: Day, tables: Tables) -> tuple[int | None, int, str]:
    """What has accrued, the year's threshold in cents (0 when not loaded), and whose it is."""
    row = tables.thresholds.get(day.date.year)
    if day.discipline == "OT":
        return day.accrued_ot_cents, row.ot_cents if row else 0, "OT"
    return day.accrued_pt_slp_cents, row.pt_slp_cents if row else 0, "PT and SLP together"


def _dollars(cents: int) -> str:
    return f"${cents / 100:,.2f}".removesuffix(".00")
