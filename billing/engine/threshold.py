"""Which line of a day crosses the year's therapy threshold, where the amounts are known."""

from collections.abc import Iterable, Mapping

from billing.engine.modifiers import accrual, excluded, marked_above, plan_modifier
from billing.engine.pairs import Scene
from billing.engine.parts import Part


def crossed(scene: Scene, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """KX counts the line itself: each line whose amount takes the year's sum above the threshold,
    in the order of the bill. Without amounts only a sum that has reached it already decides."""
    allowed = scene.day.allowed_cents
    if scene.above or not scene.policy.threshold_modifier or not allowed:
        return parts
    accrued, limit, name = accrual(scene.day, scene.tables)
    counted = [part for part in parts if _counts(scene, part)]
    if not limit or accrued is None or any(part.service.code not in allowed for part in counted):
        return parts
    done: list[Part] = []
    dearest = _dearest(counted, allowed)
    for part in parts:
        if _counts(scene, part):
            code = part.service.code
            whole, less = allowed[code]
            full = 1 if code == dearest else 0
            dearest = "" if full else dearest
            accrued += whole * full + less * (part.units - full)
            if accrued > limit:
                part = part._replace(above=marked_above(scene.day, name, accrued, limit))
        done.append(part)
    return tuple(done)


def _counts(scene: Scene, part: Part) -> bool:
    return bool(plan_modifier(scene, part.service)) and not excluded(scene, part.service)


def _dearest(parts: Iterable[Part], allowed: Mapping[str, tuple[int, int]]) -> str:
    """The code whose practice expense is highest: one unit of it is allowed whole."""
    codes = sorted({part.service.code for part in parts})
    return max(codes, key=lambda code: allowed[code][0] - allowed[code][1], default="")
