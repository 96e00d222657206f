"""Two codes on one day: whether an edit joins them, and what proves that they were distinct."""

from collections.abc import Callable, Mapping
from datetime import date
from itertools import combinations
from typing import NamedTuple

from billing.engine.minutes import Intervals, merged
from billing.engine.rules import Rule
from billing.engine.services import Piece, Service
from billing.engine.tables import LimitRow, Tables
from billing.engine.times import shown_time
from billing.engine.types import Day, Ground, Policy, Proof, Reason, Stretch
from billing.engine.units import by_midpoint
from billing.engine.words import listed

NOT_PAYABLE = Rule(
    "pairs.not-payable",
    "Indicator 0: the column-2 code is never billed beside the column-1 code",
    "CMS NCCI procedure-to-procedure edits; NCCI Policy Manual ch. I.E",
    "warn",
)
UNPROVEN = Rule(
    "pairs.unproven",
    "Indicator 1 without proof: no modifier, and the column-2 code is not billed",
    "NCCI Policy Manual ch. I.E.d: a modifier only where the services were distinct",
    "warn",
)
CMT_DENY = Rule(
    "pairs.cmt-deny",
    "A payer that never pays 97140 beside an adjustment",
    "The payer's policy; Find-A-Code on denials of 97140 since 2013",
    "warn",
)
BY_TIME = Rule(
    "pairs.time",
    "Distinct by time: disjoint stretches, and each code earns a unit by itself",
    "NCCI Policy Manual ch. XI.P.2 and I.E.d(3); CMS on 97140, 97530, 97140 in one visit",
)
BY_REGION = Rule(
    "pairs.region",
    "Distinct by region: no body region is shared with the adjustment",
    "NCCI Policy Manual ch. XI.S; AMA/ACA position statement on 97140",
)
BY_ENCOUNTER = Rule(
    "pairs.encounter",
    "Distinct by encounter: at least an hour apart on the same day",
    "NCCI Policy Manual ch. I.E; the hour is our own figure, since no source gives one",
)
BY_PRACTITIONER = Rule(
    "pairs.practitioner",
    "Distinct by practitioner, where the payer takes the X modifiers",
    "NCCI Policy Manual ch. I.E: XP",
)
EM = Rule(
    "pairs.em",
    "An office visit beside another service carries 25 and never 59",
    "NCCI Policy Manual ch. I.E.d; CMS article A56954; AAP OMT fact sheet",
    "warn",
)
TWO_ROWS = Rule(
    "pairs.two-rows",
    "More than one row of the edit file in force for a pair is an error in the file",
    "NCCI file format: the key is edition, columns and effective date",
    "warn",
)
RULES = (
    NOT_PAYABLE, UNPROVEN, CMT_DENY, BY_TIME, BY_REGION, BY_ENCOUNTER, BY_PRACTITIONER, EM,
    TWO_ROWS,
)  # fmt: skip

ADJUSTMENTS = frozenset({"cmt", "omt"})
BY_PLACE = ADJUSTMENTS | {"strapping"}
ENCOUNTER_GAP = 60 * 60
FOREVER = 10**12
MOST_REMEMBERED = 100_000
X_MODIFIERS = {"region": "XS", "encounter": "XE", "practitioner": "XP", "time": "XU"}
GROUND_RULES = {
    "region": BY_REGION,
    "encounter": BY_ENCOUNTER,
    "practitioner": BY_PRACTITIONER,
    "time": BY_TIME,
}


class Edit(NamedTuple):
    """A pair that is edited for this payer on this date, with the ground that may bypass it."""

    column1: str
    column2: str
    indicator: int
    ground: Ground | None  # None: an office visit, which takes 25
    origin: str
    rows: int = 1
    denied: bool = False


class Scene(NamedTuple):
    """What the rules of one derivation share."""

    day: Day
    policy: Policy
    tables: Tables
    edits_on: date
    encounters: tuple[tuple[int, int], ...]
    laid_out: bool  # some times were only laid end to end
    above: tuple[str, Reason] | None  # KX or GA for therapy lines above the threshold
    limits: Mapping[str, LimitRow]
    remote: bool  # some of it was given by telehealth

    @property
    def edition(self) -> str:
        return self.tables.edition_for(self.policy.edits.source, self.edits_on) or ""


def edits_among(scene: Scene, codes: tuple[str, ...]) -> tuple[Edit, ...]:
    """The edits that join any two of these codes for this payer on this date."""
    policy, memory = scene.policy, scene.tables.memory.edits
    moment = scene.tables.moment(policy.edits.source, scene.edits_on)
    key = (moment, policy.overlays, policy.cmt_with_97140, codes)
    if key not in memory:
        if len(memory) >= MOST_REMEMBERED:
            memory.clear()
        joined = (edit_between(scene, one, other) for one, other in combinations(codes, 2))
        memory[key] = tuple(edit for edit in joined if edit)
    found: tuple[Edit, ...] = memory[key]
    return found


def edit_between(scene: Scene, one: str, other: str) -> Edit | None:
    """The payer's own rows first, then its rule for 97140 beside CMT, then the table. The codes
    come in order, so that 97140 is before any adjustment."""
    policy, codes = scene.policy, scene.tables.codes
    families = {codes[one].family, codes[other].family}
    for row in policy.overlays:
        if {row.column1, row.column2} == {one, other}:
            ground = None if "em" in families else row.ground
            return Edit(row.column1, row.column2, row.indicator, ground, "the payer's own pair")
    beside_cmt = one == "97140" and codes[other].family == "cmt"
    if beside_cmt and policy.cmt_with_97140 == "deny":
        return Edit(other, "97140", 0, None, "the payer's policy", denied=True)
    pair = scene.tables.pair(policy.edits.source, one, other, scene.edits_on)
    if pair:
        ground = None if "em" in families else "region" if families & BY_PLACE else "time"
        return Edit(pair.column1, pair.column2, pair.indicator, ground,
                    f"edits of {pair.edition}", pair.rows)  # fmt: skip
    return Edit(other, "97140", 1, "region", "the payer's policy") if beside_cmt else None


def prove(scene: Scene, edit: Edit, first: Service, second: Service) -> Proof | None:
    """The first ground that the chart supports, with its evidence; None is: not proven."""
    others: tuple[Ground, ...] = ("encounter", "practitioner")
    for ground in ("region", *others) if edit.ground == "region" else (*others, "time"):
        proof = PROOFS[ground](scene, first, second)
        if proof:
            return proof
    return None


def explain(edit: Edit, proof: Proof, first: Service, second: Service) -> str:
    """The proof as a sentence."""
    return EXPLAIN[proof.ground](edit, proof, first, second)


def missing(edit: Edit, first: Service, second: Service) -> str:
    """What the chart would have to show, in words."""
    pair = f"{first.code} and {second.code} are an edited pair ({edit.origin})"
    if edit.ground == "region":
        return f"{pair}; {_missing_region(first, second)}."
    return f"{pair}; {_missing_time(first, second)}."


def encounters_of(pieces: list[Piece]) -> tuple[tuple[int, int], ...]:
    """Stretches of the day with less than an hour between entries."""
    spans = [
        (piece.start, piece.start if piece.end is None else piece.end)
        for piece in pieces
        if piece.start is not None
    ]
    if not spans:
        return ()
    first, last = min(spans)[0], max([end for _, end in spans])
    if last - first < ENCOUNTER_GAP:
        return ((first, last),)
    spans.sort()
    found: Intervals = [spans[0]]
    for start, end in spans:
        if start - found[-1][1] < ENCOUNTER_GAP:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def _by_region(scene: Scene, first: Service, second: Service) -> Proof | None:
    one, other = first.buckets, second.buckets
    if not one or not other or one & other:
        return None
    return Proof(
        "region", first.code, second.code,
        regions1=tuple(sorted(one)), regions2=tuple(sorted(other)),
    )  # fmt: skip


def _by_encounter(scene: Scene, first: Service, second: Service) -> Proof | None:
    """No stretch of the day without an hour's gap holds both."""
    if scene.laid_out or len(scene.encounters) < 2:
        return None
    one, other = _visits(scene, first), _visits(scene, second)
    if not one or not other or one & other:
        return None
    return Proof("encounter", first.code, second.code, _evidence(first, second))


def _by_practitioner(scene: Scene, first: Service, second: Service) -> Proof | None:
    if scene.policy.distinct_modifier != "X":
        return None
    one = {piece.item.practitioner for piece in first.pieces}
    other = {piece.item.practitioner for piece in second.pieces}
    if "" in one | other or one & other:
        return None
    return Proof("practitioner", first.code, second.code)


def _by_time(scene: Scene, first: Service, second: Service) -> Proof | None:
    if _without_own_unit(first, second):
        return None
    if not _comparable(first, second) or _clash(first, second):
        return None
    return Proof("time", first.code, second.code, _evidence(first, second))


PROOFS: dict[Ground, Callable[[Scene, Service, Service], Proof | None]] = {
    "region": _by_region,
    "encounter": _by_encounter,
    "practitioner": _by_practitioner,
    "time": _by_time,
}


def _visits(scene: Scene, service: Service) -> set[int]:
    """Which of the day's encounters hold this service; empty where an entry has no time."""
    held: set[int] = set()
    for piece in service.pieces:
        if piece.start is None:
            return set()
        held.update(
            place
            for place, (start, end) in enumerate(scene.encounters)
            if start <= piece.start <= end
        )
    return held


def _without_own_unit(*services: Service) -> Service | None:
    """A timed code that only wins a unit from the pool of the day."""
    return next((s for s in services if s.timed and not by_midpoint(s.minutes)), None)


def _comparable(first: Service, second: Service) -> bool:
    """Every entry has a place, and all of them on one scale."""
    scale = first.pieces[0].anchored
    for piece in (*first.pieces, *second.pieces):
        if piece.start is None or piece.anchored != scale:
            return False
    return True


def _clash(first: Service, second: Service) -> tuple[int, int] | None:
    """The first stretch that the two share; an entry without an end may last to anywhere."""
    one, other = _spans(first), _spans(second)
    place = 0
    for low, high in one:
        while place < len(other) and other[place][1] <= low:
            place += 1
        if place < len(other) and other[place][0] < high:
            return max(low, other[place][0]), min(high, other[place][1])
    return None


def _spans(service: Service) -> Intervals:
    return merged(
        [
            (piece.start, FOREVER if piece.end is None else piece.end)
            for piece in service.pieces
            if piece.start is not None and piece.start != piece.end
        ]
    )


def _evidence(*services: Service) -> tuple[Stretch, ...]:
    stretches: list[Stretch] = []
    for service in services:
        known: Intervals = [
            (piece.start, piece.start if piece.end is None else piece.end)
            for piece in service.pieces
            if piece.start is not None
        ]
        stretches.extend(Stretch(service.code, start, end) for start, end in merged(known))
    return tuple(stretches)


def _when(service: Service, proof: Proof) -> str:
    """The service's times of day, or its place in the order of the visit."""
    first = service.pieces[0]
    spans = [(part.start, part.end) for part in proof.stretches if part.code == service.code]
    if not first.anchored:
        return listed([f"minute {start // 60} to {end // 60}" for start, end in spans])
    offset = first.item.offset
    return listed(
        [
            shown_time(start, offset)
            if start == end
            else f"{shown_time(start, offset)} to {shown_time(end, offset)}"
            for start, end in spans
        ]
    )


def _where(regions: tuple[str, ...]) -> str:
    return listed([region.replace("_", " ") for region in regions])


def _say_region(edit: Edit, proof: Proof, first: Service, second: Service) -> str:
    return (
        f"{second.code} was given to {_where(proof.regions2)} and {first.code} to "
        f"{_where(proof.regions1)}: no region is shared ({edit.origin})."
    )


def _say_time(edit: Edit, proof: Proof, first: Service, second: Service) -> str:
    return (
        f"{first.code} ran {_when(first, proof)}, {second.code} {_when(second, proof)}: no minute "
        f"is shared, and each earns a unit by itself ({edit.origin})."
    )


def _say_encounter(edit: Edit, proof: Proof, first: Service, second: Service) -> str:
    return (
        f"{first.code} at {_when(first, proof)} and {second.code} at {_when(second, proof)} are "
        f"separate encounters, an hour or more apart ({edit.origin})."
    )


def _say_practitioner(edit: Edit, proof: Proof, first: Service, second: Service) -> str:
    return f"{first.code} and {second.code} were given by different people ({edit.origin})."


EXPLAIN: dict[Ground, Callable[[Edit, Proof, Service, Service], str]] = {
    "region": _say_region,
    "time": _say_time,
    "encounter": _say_encounter,
    "practitioner": _say_practitioner,
}


def _missing_region(first: Service, second: Service) -> str:
    for service in (first, second):
        if not service.buckets:
            return (
                f"the regions of {service.code} are not all charted, so nothing shows that they "
                "differ"
            )
    shared = tuple(sorted((first.buckets or frozenset()) & (second.buckets or frozenset())))
    return f"both were given to {_where(shared)}, so {second.code} is part of {first.code}"


def _missing_time(first: Service, second: Service) -> str:
    short = _without_own_unit(first, second)
    if short:
        return f"the {short.minutes} minutes of {short.code} earn no unit by themselves"
    if not _comparable(first, second):
        return "their times are not all charted, so nothing shows that they ran apart"
    clash = _clash(first, second)
    if clash and not _open_ended(first, second):
        offset = first.pieces[0].item.offset
        low, high = (shown_time(at, offset) for at in clash)
        return f"they overlap from {low} to {high}"
    return "an end is not charted, so nothing shows that they ran apart"


def _open_ended(*services: Service) -> bool:
    return any(piece.end is None for service in services for piece in service.pieces)
