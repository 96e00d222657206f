"""Which code each entry of the chart counts for."""

from collections.abc import Iterable, Iterator, Mapping

from billing.engine.rules import Rule
from billing.engine.services import Piece, ids_of
from billing.engine.tables import CodeFact, Tables
from billing.engine.types import Block, Day, Finding, Reason, Region, Unbilled
from billing.engine.vocabulary import NOT_TREATMENT, SPINAL, shipped_techniques
from billing.engine.words import listed, many

CMT_LEVEL = Rule(
    "codes.cmt-level",
    "98940 to 98942 by the number of spinal regions adjusted, 98943 for the others",
    "CPT, in the words of the Blue plan tip and SecureCare: 1-2, 3-4 or 5 spinal regions; "
    "98943 once",
    "block",
)
OMT_LEVEL = Rule(
    "codes.omt-level",
    "98925 to 98929 by the number of body regions, one code a day",
    "AAP OMT fact sheet; Palmetto OMT reminders 2009",
    "block",
)
NO_REGIONS = Rule(
    "codes.regions-missing",
    "An adjustment whose regions are not charted has no provable level",
    "CMT and OMT are coded by the number of regions",
    "warn",
)
REPLACED = Rule(
    "codes.replaced",
    "A code that ended or never existed is not billed, and its replacement is named",
    "CPT code history: APTA 2017, Gawenda 2018, ChiroEco",
    "block",
)
UNKNOWN = Rule(
    "codes.unknown",
    "A code that the tables do not know is not billed",
    "The code list of the loaded edition",
    "block",
)
NOT_YET = Rule(
    "codes.not-yet-valid",
    "A code is not billed for a date before it began",
    "CPT code history",
    "block",
)
BY_TECHNIQUE = Rule(
    "codes.technique",
    "The code follows the technique: massage strokes are 97124, manual therapy is 97140",
    "ChiroCode on 97124 and 97140; flexion-distraction as CMT: Today's Chiropractic",
    "warn",
)
NOT_TREATED = Rule(
    "minutes.not-treatment",
    "Rest and documentation are no treatment time",
    "Medicare Benefit Policy Manual ch. 15: rest periods; First Coast: time before and after "
    "treatment",
)
NO_CODE = Rule(
    "minutes.no-code",
    "Assessment without a code of its own is treatment time that no line bills",
    "First Coast: the time counted is the time treated",
)
ALLOW_LIST = Rule(
    "codes.allow-list",
    "Which codes the payer takes from which licence",
    "The payer's list in its policy",
    "block",
)
RULES = (
    CMT_LEVEL, OMT_LEVEL, NO_REGIONS, REPLACED, UNKNOWN, NOT_YET, BY_TECHNIQUE, NOT_TREATED,
    NO_CODE, ALLOW_LIST,
)  # fmt: skip

EXTRASPINAL = "98943"
CMT_BY_COUNT = ("", "98940", "98940", "98941", "98941", "98942")
OMT_BY_COUNT = (
    "", "98925", "98925", "98926", "98926", "98927", "98927", "98928", "98928", "98929", "98929",
)  # fmt: skip
FAMILY = {"CMT": "cmt", "OMT": "omt"}
TECHNIQUE_CODES = {item.key: (item.label, item.code) for item in shipped_techniques()}


def pieces_of(day: Day) -> list[Piece]:
    """Every entry of the chart under the code as charted."""
    anchored = any(block.clock for block in day.blocks)
    pieces = [
        Piece(block.code, block, block.regions, block.start, block.end, block.end - block.start,
              anchored)
        for block in day.blocks
    ]  # fmt: skip
    for item in day.procedures:
        seconds = item.end - item.start if item.start is not None and item.end else item.seconds
        pieces.append(
            Piece(item.code, item, item.regions, item.start, item.end, seconds,
                  item.start is not None)
        )  # fmt: skip
    return pieces


def by_regions(
    pieces: list[Piece], tables: Tables
) -> tuple[list[Piece], dict[str, Reason], list[Finding], list[Unbilled]]:
    """CMT and OMT become the code that the number of regions calls for."""
    reasons: dict[str, Reason] = {}
    findings: list[Finding] = []
    unbilled: list[Unbilled] = []
    named = {piece.code for piece in pieces}
    for family, resolve in (("CMT", _cmt), ("OMT", _omt)):
        if family not in named:
            continue
        asked = [piece for piece in pieces if piece.code == family]
        pieces = [piece for piece in pieces if piece.code != family]
        bare = [piece for piece in asked if not piece.regions]
        if bare:
            text = f"{family} without body regions has no code; chart the regions treated."
            minutes = sum(piece.seconds for piece in bare) // 60
            findings.append(NO_REGIONS.finding(text, ids_of(bare)))
            unbilled.append(Unbilled(family, minutes, ids_of(bare), NO_REGIONS.id, text))
        charted = [piece for piece in asked if piece.regions]
        own = sorted({piece.code for piece in pieces if _in(tables, piece.code, FAMILY[family])})
        for piece, reason in resolve(charted, own) if charted else ():
            pieces.append(piece)
            if reason:
                reasons[piece.code] = reason
    return pieces, reasons, findings, unbilled


def levels(code: str, pieces: Iterable[Piece], fact: CodeFact) -> Iterator[Finding]:
    """Whether the charted regions carry the level of an adjustment code."""
    held = tuple(pieces)
    ids = ids_of(held)
    regions = [region for piece in held for region in piece.regions]
    if not regions:
        yield NO_REGIONS.finding(
            f"The regions of {code} are not charted; its level depends on them.", ids
        )
        return
    places = _counted(regions)
    spinal = [place for place in places if place in SPINAL]
    if fact.family == "omt":
        called, rule, found = OMT_BY_COUNT[len(places)], OMT_LEVEL, places
    elif code == EXTRASPINAL:
        others = [place for place in places if place not in SPINAL]
        called, rule, found = (
            (EXTRASPINAL if others else CMT_BY_COUNT[len(spinal)]),
            CMT_LEVEL,
            places,
        )
    else:
        called, rule, found = CMT_BY_COUNT[len(spinal)] or EXTRASPINAL, CMT_LEVEL, places
    if called != code:
        yield rule.finding(
            f"The regions charted ({_named(found)}) call for {called}, not for {code}.",
            ids,
        )


def mismatched(pieces: Iterable[Piece]) -> Iterator[Finding]:
    """Techniques that are billed under another code than the one given."""
    odd: dict[tuple[str, str], list[Piece]] = {}
    for piece in pieces:
        key = piece.item.technique if isinstance(piece.item, Block) else ""
        given = piece.item.code
        code = TECHNIQUE_CODES.get(key, ("", given))[1]
        if given != code and not (code == "CMT" and given.startswith("9894")):
            odd.setdefault((key, given), []).append(piece)
    for (key, given), own in sorted(odd.items()):
        label, code = TECHNIQUE_CODES[key]
        ids = ids_of(own)
        called = f"is {code}" if code else "has no code of its own"
        yield BY_TECHNIQUE.finding(f"{label} {called}, but is charted as {given}.", ids)


def uncoded(pieces: Iterable[Piece]) -> Iterator[Unbilled]:
    """Minutes of entries whose technique has no code, by technique."""
    held: dict[str, list[Piece]] = {}
    for piece in pieces:
        key = piece.item.technique if isinstance(piece.item, Block) else ""
        held.setdefault(key, []).append(piece)
    for key, own in sorted(held.items()):
        rule = NOT_TREATED if key in NOT_TREATMENT else NO_CODE
        minutes = sum(piece.seconds for piece in own) // 60
        text = (
            f"{many(minutes, 'minute')} of {key} are not treatment time."
            if rule is NOT_TREATED
            else f"{many(minutes, 'minute')} of assessment have no code of their own."
        )
        yield Unbilled("", minutes, ids_of(own), rule.id, text)


def unusable(code: str, day: Day, tables: Tables) -> tuple[Rule, str] | None:
    """Why a code cannot be billed on this date, if it cannot."""
    row = tables.replaced.get(code)
    if row is not None and (row.ended is None or day.date > row.ended):
        return REPLACED, f"{code} {row.why}."
    fact = tables.codes.get(code)
    if fact is None:
        return UNKNOWN, f"{code} is not in the code list; check it, or add it to the list."
    if fact.valid_from is not None and day.date < fact.valid_from:
        return NOT_YET, f"{code} began on {fact.valid_from}, after this visit."
    return None


def not_allowed(
    codes: Iterable[str], day: Day, allow_list: Mapping[str, tuple[str, ...]]
) -> Iterator[Finding]:
    """Codes that the payer does not take from this licence."""
    allowed = allow_list.get(day.discipline)
    if allowed is None:
        return
    for code in codes:
        if code not in allowed:
            takes = f"only {listed(allowed)}" if allowed else "no code"
            yield ALLOW_LIST.finding(
                f"{code} by {day.discipline}: this payer takes {takes} from that licence."
            )


def _cmt(pieces: list[Piece], own: list[str]) -> Iterator[tuple[Piece, Reason | None]]:
    regions = [region for piece in pieces for region in piece.regions]
    spinal = [place for place in _counted(regions) if place in SPINAL]
    named = [code for code in own if code != EXTRASPINAL]
    code = named[0] if named else CMT_BY_COUNT[len(spinal)]
    reason = CMT_LEVEL.because(
        f"{many(len(spinal), 'spinal region')} adjusted ({_named(spinal)}): {code}."
    ) if spinal and not named else None  # fmt: skip
    for piece in pieces:
        back = tuple(region for region in piece.regions if region.buckets[0] in SPINAL)
        rest = tuple(region for region in piece.regions if region.buckets[0] not in SPINAL)
        if back:
            yield piece._replace(code=code, regions=back), reason
        if rest:
            text = f"{_named(_counted(rest))} adjusted outside the spine: 98943, once."
            beside = piece._replace(code=EXTRASPINAL, regions=rest)
            if back:
                beside = beside._replace(seconds=0, end=None)
            yield beside, CMT_LEVEL.because(text[0].upper() + text[1:])


def _omt(pieces: list[Piece], own: list[str]) -> Iterator[tuple[Piece, Reason | None]]:
    places = _counted([region for piece in pieces for region in piece.regions])
    code = own[0] if own else OMT_BY_COUNT[len(places)]
    reason = None if own else OMT_LEVEL.because(
        f"{many(len(places), 'body region')} treated on the day ({_named(places)}): {code}."
    )  # fmt: skip
    for piece in pieces:
        yield piece._replace(code=code), reason


def _counted(regions: Iterable[Region]) -> list[str]:
    """Distinct regions, each charted muscle counted where it mainly lies; sides do not count."""
    return sorted({region.buckets[0] for region in regions})


def _named(places: list[str]) -> str:
    return listed(place.replace("_", " ") for place in places)


def _in(tables: Tables, code: str, family: str) -> bool:
    fact = tables.codes.get(code)
    return fact is not None and fact.family == family
