"""Minutes become units: three methods, each with its reasons."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import combinations, islice
from math import comb
from typing import NamedTuple

from billing.engine.rules import Rule
from billing.engine.services import Service
from billing.engine.types import Finding, Reason
from billing.engine.words import listed, many, number

CMS = Rule(
    "units.cms-total",
    "The day's timed minutes decide how many units exist; full quarters first, then the "
    "largest remainders",
    "CMS Pub. 100-04 ch. 5 s. 20.2.C",
)
CMS_TIE = Rule(
    "units.cms-tie",
    "Where remainders tie the biller may choose; the proposal is by the policy's tie break, "
    "never by fee",
    "CMS Pub. 100-04 ch. 5 s. 20.2.C, example 2",
    "info",
)
AMA = Rule(
    "units.ama-midpoint",
    "Each code alone: a unit is reached when its midpoint is passed, at 8, 23, 38 minutes",
    "CPT: a unit of time is attained when the midpoint is passed; WebPT on the rule of eights",
)
FULL = Rule(
    "units.full-quarter",
    "Each code alone: only complete quarters of an hour count",
    "Payer option; no payer's text was found",
)
UNTIMED = Rule(
    "units.untimed",
    "A code that is not counted by time is billed once a day",
    "CMS Pub. 100-04 ch. 5 s. 20.2.B",
)
OTHER_BASIS = Rule(
    "units.other-basis",
    "Codes counted by hours, half hours or months get one unit; more is for a person to decide",
    "CPT time basis other than 15 minutes",
    "warn",
)
RULES = (CMS, CMS_TIE, AMA, FULL, UNTIMED, OTHER_BASIS)

MOST_ALTERNATIVES = 200
MIDPOINT = 8
QUARTER = 15


class Allocation(NamedTuple):
    """The proposal, what else the rule admits, and how each code got there."""

    units: Mapping[str, int]
    alternatives: tuple[Mapping[str, int], ...] = ()
    ways: int = 1
    total: int = 0
    allowed: int = 0
    won: frozenset[str] = frozenset()
    tied: frozenset[str] = frozenset()
    decided_by: str = "the tie break puts"


Choice = Mapping[str, int] | None


def by_midpoint(minutes: int) -> int:
    return (minutes + QUARTER - MIDPOINT) // QUARTER


def cms(services: Mapping[str, Service], tie_break: tuple[str, ...], chosen: Choice) -> Allocation:
    """Pub. 100-04 ch. 5 s. 20.2.C. No code ever needs two of the left-over units, because
    remainders are at most 14."""
    minutes = {code: service.minutes for code, service in services.items()}
    total = sum(minutes.values())
    allowed = by_midpoint(total)
    units = {code: m // QUARTER for code, m in minutes.items()}
    left = allowed - sum(units.values())
    if left <= 0:
        return Allocation(_some(units), total=total, allowed=allowed)
    cut = sorted((m % QUARTER for m in minutes.values()), reverse=True)[left - 1]
    sure = [code for code, m in minutes.items() if m % QUARTER > cut]
    tied = [code for code, m in minutes.items() if m % QUARTER == cut]
    open_places = left - len(sure)
    tied.sort(key=lambda code: _claim(services[code], tie_break))
    own = _own_choice(units, sure, tied, open_places, chosen)
    picked = own or tuple(tied[:open_places])
    ways = comb(len(tied), open_places)
    return Allocation(
        units=_with(units, (*sure, *picked)),
        alternatives=_others(units, sure, tied, picked) if ways > 1 else (),
        ways=ways,
        total=total,
        allowed=allowed,
        won=frozenset((*sure, *picked)),
        tied=frozenset(tied),
        decided_by="the clinician put" if own else "the tie break puts",
    )


def ama(services: Mapping[str, Service], tie_break: tuple[str, ...], chosen: Choice) -> Allocation:
    return Allocation(_some({code: by_midpoint(s.minutes) for code, s in services.items()}))


def full15(
    services: Mapping[str, Service], tie_break: tuple[str, ...], chosen: Choice
) -> Allocation:
    return Allocation(_some({code: s.minutes // QUARTER for code, s in services.items()}))


UnitMethod = Callable[[Mapping[str, Service], tuple[str, ...], Choice], Allocation]
UNIT_METHODS: Mapping[str, UnitMethod] = {"cms": cms, "ama": ama, "full15": full15}


def unit_reason(
    service: Service, rule: str, found: Allocation, pool: Mapping[str, Service]
) -> Reason:
    """Why a line has its units."""
    code, minutes = service.code, service.minutes
    if not service.timed:
        return _untimed_reason(code)
    units = found.units[code]
    if rule == "ama":
        return _ama_reason(minutes, units)
    full, rest = divmod(minutes, QUARTER)
    if rule == "full15":
        over = f"; the {rest} left over do not count" if rest else ""
        return FULL.because(f"{minutes} minutes hold {_quarters(full)}{over}.")
    return CMS.because(
        f"{_band(found.total, found.allowed)} {_cms_share(code, full, rest, found, pool)}"
    )


def too_few(
    service: Service, rule: str, found: Allocation, pool: Mapping[str, Service]
) -> tuple[str, str]:
    """The rule and the sentence for a timed code that earned no unit."""
    code, minutes = service.code, service.minutes
    if rule == "ama":
        return AMA.id, f"{many(minutes, 'minute')} of {code}: the midpoint at 8 is not passed."
    if rule == "full15":
        return FULL.id, f"{many(minutes, 'minute')} of {code}: not one complete quarter of an hour."
    if not found.allowed:
        return CMS.id, f"The day has {many(found.total, 'timed minute')}; the first unit takes 8."
    return CMS.id, f"{_band(found.total, found.allowed)} {_loss(code, minutes, found, pool)}"


def open_findings(found: Allocation) -> list[Finding]:
    """What the clinician may decide otherwise."""
    if found.ways < 2:
        return []
    names = listed(sorted(found.tied))
    text = f"The left-over minutes of {names} tie; the rule admits {found.ways} ways to bill."
    if found.ways > MOST_ALTERNATIVES + 1:
        text += f" The first {MOST_ALTERNATIVES} of the others are listed."
    return [CMS_TIE.finding(text)]


def _cms_share(
    code: str, full: int, rest: int, found: Allocation, pool: Mapping[str, Service]
) -> str:
    minutes = full * QUARTER + rest
    if code in found.won:
        over = _rivals(rest, found, pool)
        if full:
            return (
                f"{full * QUARTER} of {minutes} minutes are {_quarters(full)}; "
                f"the {rest} left over win one more{over}."
            )
        return f"Its {many(minutes, 'minute')} win a left-over unit{over}."
    if not rest:
        return f"{code}'s {minutes} minutes are {_quarters(full)}."
    return (
        f"{full * QUARTER} of {minutes} minutes are {_quarters(full)}; "
        f"the {rest} left over {_beaten(rest, found, pool)}."
    )


def _loss(code: str, rest: int, found: Allocation, pool: Mapping[str, Service]) -> str:
    return f"The {many(rest, 'minute')} of {code} {_beaten(rest, found, pool)}."


def _beaten(rest: int, found: Allocation, pool: Mapping[str, Service]) -> str:
    if not found.won:
        return "earn nothing, because full quarters use up every unit"
    winner = min(found.won, key=lambda won: (pool[won].minutes % QUARTER, won))
    other = pool[winner].minutes % QUARTER
    if other == rest:
        return f"tie with {winner}'s {other}, which {found.decided_by} first"
    return f"lose to {winner}'s {other}"


def _rivals(rest: int, found: Allocation, pool: Mapping[str, Service]) -> str:
    """What the winner is told of the best remainder that went away empty."""
    losers = {
        code: service.minutes % QUARTER
        for code, service in pool.items()
        if code not in found.won and service.minutes % QUARTER
    }
    if not losers:
        return ""
    best = min(losers, key=lambda code: (-losers[code], code))
    if losers[best] == rest:
        return f"; {best}'s {rest} tie, and {found.decided_by} these first"
    return f" over {best}'s {losers[best]}"


@lru_cache(maxsize=4096)
def _band(total: int, allowed: int) -> str:
    low, high = QUARTER * allowed - 7, QUARTER * allowed + 7
    return f"{many(total, 'timed minute')} allow {many(allowed, 'unit')} ({low} to {high})."


@lru_cache(maxsize=4096)
def _ama_reason(minutes: int, units: int) -> Reason:
    return AMA.because(
        f"{many(minutes, 'minute')} make {many(units, 'unit')}: the midpoint of unit {units} is "
        f"passed at {QUARTER * units - 7}, the next one's only at {QUARTER * units + 8}."
    )


@lru_cache(maxsize=4096)
def _untimed_reason(code: str) -> Reason:
    return UNTIMED.because(f"{code} is billed once a day, whatever its minutes.")


def _quarters(full: int) -> str:
    return f"{number(full)} full quarter{'' if full == 1 else 's'}"


def _claim(service: Service, tie_break: tuple[str, ...]) -> tuple[int | str, ...]:
    """Smaller comes first. The code number only makes the order complete."""
    parts: dict[str, int] = {
        "more-minutes": -service.minutes,
        "no-unit-yet": service.minutes // QUARTER,
        "first-performed": service.first_start,
    }
    return (*(parts[name] for name in tie_break), service.code)


def _own_choice(
    units: Mapping[str, int], sure: list[str], tied: list[str], places: int, chosen: Choice
) -> tuple[str, ...]:
    """The tied codes that the clinician gave a unit; empty where that is not admissible."""
    if not chosen:
        return ()
    own = tuple(code for code in tied if chosen.get(code, 0) > units[code])
    return own if _with(units, (*sure, *own)) == chosen and len(own) == places else ()


def _others(
    units: Mapping[str, int], sure: list[str], tied: list[str], picked: tuple[str, ...]
) -> tuple[Mapping[str, int], ...]:
    ways = (
        _with(units, (*sure, *way))
        for way in combinations(sorted(tied), len(picked))
        if set(way) != set(picked)
    )
    return tuple(islice(ways, MOST_ALTERNATIVES))


def _with(units: Mapping[str, int], winners: tuple[str, ...]) -> dict[str, int]:
    return _some({code: count + (code in winners) for code, count in units.items()})


def _some(units: Mapping[str, int]) -> dict[str, int]:
    return {code: count for code, count in sorted(units.items()) if count}
