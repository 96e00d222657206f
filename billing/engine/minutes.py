"""Which minutes count: each minute of the day once, one patient, one clinician."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from billing.engine.codes import uncoded
from billing.engine.rules import Rule
from billing.engine.services import Piece, Service, ids_of
from billing.engine.tables import CodeFact, Tables
from billing.engine.times import shown_time
from billing.engine.types import Block, Finding, Unbilled
from billing.engine.vocabulary import NOT_TREATMENT
from billing.engine.words import listed

OVERLAP = Rule(
    "minutes.overlap",
    "A minute is counted once: for the entry that began first, and as the therapist's where an "
    "assistant gave the same code at the same time",
    "CMS Pub. 100-04 ch. 5 s. 20.2; NCCI Policy Manual ch. XI.P.2: one service in one period",
    "warn",
)
NOT_ALONE = Rule(
    "minutes.not-one-on-one",
    "Minutes of a group, or of rest and documentation, are no one-on-one minutes",
    "APTA one-on-one and group; CMS Transmittal 1753; Medicare Benefit Policy Manual ch. 15",
    "warn",
)
CONCURRENT = Rule(
    "minutes.concurrent",
    "An evaluation or an adjustment cannot run while another service is given one-on-one",
    "NCCI Policy Manual ch. XI.P.2: only supervised modalities may run beside another service",
    "warn",
)
ZERO = Rule(
    "minutes.zero",
    "A timed entry without minutes earns nothing",
    "CMS Pub. 100-04 ch. 5 s. 20.2.C",
    "warn",
)
RULES = (OVERLAP, NOT_ALONE, CONCURRENT, ZERO)

ATTENDED = frozenset({"evaluation", "cmt", "omt"})
Intervals = list[tuple[int, int]]


class Episode(NamedTuple):
    """An unbroken stretch of pieces that differ in nothing but id and times: splitting a block
    in two adjacent ones leaves the episode as it was."""

    start: int
    end: int
    nature: tuple[str, ...]
    pieces: tuple[Piece, ...]

    @property
    def code(self) -> str:
        return self.pieces[0].code

    @property
    def ids(self) -> tuple[str, ...]:
        return ids_of(self.pieces)


class Loss(NamedTuple):
    seconds: int
    ids: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Counted:
    """Running sums while a day's pieces are swept."""

    credited: dict[tuple[str, bool], int] = field(default_factory=dict)
    lost: dict[tuple[str, str], list[Loss]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def credit(self, piece: Piece, seconds: int) -> None:
        key = (piece.code, piece.item.by == "assistant")
        self.credited[key] = self.credited.get(key, 0) + seconds

    def lose(
        self, rule: Rule, episode: Episode, seconds: int, ids: tuple[str, ...], text: str
    ) -> None:
        self.credit(episode.pieces[0], -seconds)
        self.findings.append(rule.finding(text, ids))
        self.lost.setdefault((episode.code, rule.id), []).append(Loss(seconds, episode.ids, text))


class Timeline(NamedTuple):
    services: dict[str, Service]
    unbilled: list[Unbilled]
    findings: list[Finding]
    timed_minutes: int
    treatment_minutes: int


def count(by_code: Mapping[str, list[Piece]], pieces: list[Piece], tables: Tables) -> Timeline:
    """The services of the day with their minutes, and the minutes that count for none."""
    loose = by_code.get("", [])
    unbilled = list(uncoded(loose)) if loose else []
    timed: list[Piece] = []
    attended: list[Piece] = []
    # Group, rest and documentation: their minutes are nobody's one-on-one minutes.
    apart = [piece for piece in loose if _paused(piece)]
    swept = Counted()
    facts = [(tables.codes[code], own) for code, own in by_code.items() if code]
    for fact, own in facts:
        if fact.basis == "timed":
            timed += own
        if fact.family in ATTENDED:
            attended += own
        elif fact.family == "group":
            apart += own
    _sweep(timed, apart, swept)
    union = sum(swept.credited.values())
    for fact, own in facts:
        if fact.basis != "timed":
            _sweep(own, [], swept)
    services = {fact.code: _service(fact, own, swept, unbilled) for fact, own in facts}
    findings = [*swept.findings, *_concurrent(attended, timed), *_empty(timed)]
    return Timeline(services, unbilled, findings, union // 60, _treated(pieces))


def _sweep(pieces: list[Piece], apart: list[Piece], counted: Counted) -> None:
    """Credit each second to the episode that began first."""
    for piece in pieces:
        counted.credit(piece, piece.seconds)
    if len(pieces) + len(apart) < 2:
        return
    for anchored in {piece.anchored for piece in pieces}:
        placed = _placed(pieces, anchored)
        beside = [
            Episode(_start(piece), _end(piece), (), (piece,)) for piece in _placed(apart, anchored)
        ] if apart else []  # fmt: skip
        if not beside and all(_end(one) <= _start(two) for one, two in pairwise(placed)):
            continue
        holder: Episode | None = None
        for episode in episodes(placed):
            _count_once(episode, counted)
            counted_from = episode.start
            if holder and holder.end > episode.start:
                counted_from = min(episode.end, holder.end)
                _lose_overlap(episode, holder, counted_from, counted)
            _lose_beside(episode, counted_from, beside, counted)
            if _assisted(episode):
                own = Episode(counted_from, episode.end, episode.nature, episode.pieces)
                _credit_together(own, placed, beside, counted)
            if not holder or episode.end > holder.end:
                holder = episode


def episodes(placed: list[Piece]) -> list[Episode]:
    """Pieces in order of start, joined where they touch and have the same nature."""
    joined: list[Episode] = []
    last: dict[tuple[str, ...], int] = {}
    for piece in placed:
        nature = _nature(piece)
        place = last.get(nature)
        if place is not None and _start(piece) <= joined[place].end:
            old = joined[place]
            joined[place] = Episode(
                old.start, max(old.end, _end(piece)), nature, (*old.pieces, piece)
            )
        else:
            last[nature] = len(joined)
            joined.append(Episode(_start(piece), _end(piece), nature, (piece,)))
    return sorted(joined)


def _nature(piece: Piece) -> tuple[str, ...]:
    """All that is charted but the id and the times."""
    item = piece.item
    return (
        piece.code,
        item.by,
        item.side,
        "+".join(region.key for region in piece.regions),
        "+".join(item.diagnoses),
        str(item.telehealth),
        item.practitioner,
        f"{item.technique} {item.response}" if isinstance(item, Block) else "",
    )


def _count_once(episode: Episode, counted: Counted) -> None:
    """Entries that differ in nothing and overlap are one stretch of time."""
    twice = sum(piece.seconds for piece in episode.pieces) - (episode.end - episode.start)
    if twice:
        text = (
            f"Entries of {_name(episode)} overlap one another by {_minutes(twice)}; counted once."
        )
        counted.lose(OVERLAP, episode, twice, episode.ids, text)


def _lose_overlap(episode: Episode, holder: Episode, until: int, counted: Counted) -> None:
    together = episode.code == holder.code and _assisted(episode) != _assisted(holder)
    whose = "as the therapist's" if together else "for the one that began first"
    text = (
        f"{_name(episode)} overlaps {_name(holder)} from {_at(episode.start, episode)} to "
        f"{_at(until, episode)}: {_minutes(until - episode.start)} counted once, {whose}."
    )
    counted.lose(OVERLAP, episode, until - episode.start, (*holder.ids, *episode.ids), text)


def _credit_together(
    own: Episode, placed: list[Piece], beside: list[Episode], counted: Counted
) -> None:
    """What the assistant gave while the therapist gave the same code is the therapist's time."""
    apart = merged([(other.start, other.end) for other in beside])
    shared = [
        span
        for low, high in merged(
            [
                (_start(piece), _end(piece))
                for piece in placed
                if piece.code == own.code and piece.item.by != "assistant"
            ]
        )
        for span in _without(max(low, own.start), min(high, own.end), apart)
    ]
    seconds = sum([high - low for low, high in shared])
    if seconds:
        counted.credited[own.code, True] -= seconds
        counted.credited[own.code, False] += seconds


def _without(low: int, high: int, taken: Intervals) -> Iterator[tuple[int, int]]:
    """What is left of a stretch when others, disjoint and in order, are taken out."""
    for start, end in taken:
        if low < start < high:
            yield low, start
        if start < high:
            low = max(low, end)
    if low < high:
        yield low, high


def _assisted(episode: Episode) -> bool:
    return episode.pieces[0].item.by == "assistant"


def _lose_beside(episode: Episode, since: int, beside: list[Episode], counted: Counted) -> None:
    """Take out what ran during a group, a rest or documentation."""
    cut = [
        (max(since, other.start), min(episode.end, other.end), other)
        for other in beside
        if max(since, other.start) < min(episode.end, other.end)
    ]
    if cut:
        seconds = sum(high - low for low, high in merged([(low, high) for low, high, _ in cut]))
        others = listed(sorted({_name(other) for _, _, other in cut}))
        text = f"{_minutes(seconds)} of {_name(episode)} ran beside {others}: not one-on-one."
        counted.lose(NOT_ALONE, episode, seconds, episode.ids, text)


def _service(
    fact: CodeFact, own: list[Piece], counted: Counted, unbilled: list[Unbilled]
) -> Service:
    code = fact.code
    therapist = counted.credited.get((code, False), 0)
    assisted = (code, True) in counted.credited
    minutes = (therapist + counted.credited[code, True]) // 60 if assisted else therapist // 60
    if counted.lost:
        charted = sum([piece.seconds for piece in own]) // 60
        unbilled.extend(_lost(code, charted - minutes, counted))
    own_minutes = therapist // 60
    return Service(code, fact, tuple(own), minutes, own_minutes, minutes - own_minutes,
                   fact.basis == "timed", assisted)  # fmt: skip


def _lost(code: str, minutes: int, counted: Counted) -> Iterator[Unbilled]:
    """Whole minutes, so that a code's line and its unbilled parts add up to what was charted."""
    beside = counted.lost.get((code, NOT_ALONE.id), [])
    overlap = counted.lost.get((code, OVERLAP.id), [])
    alone = min(minutes, sum(part.seconds for part in beside) // 60) if overlap else minutes
    for rule, parts, share in ((NOT_ALONE, beside, alone), (OVERLAP, overlap, minutes - alone)):
        if share:
            ids = sorted({i for part in parts for i in part.ids}, key=lambda i: (len(i), i))
            text = " ".join(sorted({part.text for part in parts}))
            yield Unbilled(code, share, tuple(ids), rule.id, text)


def _concurrent(attended: list[Piece], timed: list[Piece]) -> Iterator[Finding]:
    if not attended:
        return
    for anchored in (True, False):
        running = _placed(attended, anchored)
        if not running:
            continue
        for one in episodes(running):
            for two in episodes(_placed(timed, anchored)):
                low, high = max(one.start, two.start), min(one.end, two.end)
                if low < high:
                    yield CONCURRENT.finding(
                        f"{_name(one)} and {_name(two)} are charted at the same time, from "
                        f"{_at(low, two)} to {_at(high, two)}.",
                        (*one.ids, *two.ids),
                    )


def _empty(timed: list[Piece]) -> Iterator[Finding]:
    for piece in timed:
        if not piece.seconds:
            yield ZERO.finding(f"{_what(piece)} has no minutes; enter them or take it out.",
                               (piece.item.id,) if piece.item.id else ())  # fmt: skip


def _treated(pieces: Sequence[Piece]) -> int:
    """Minutes of treatment, timed or not: each once, rest and documentation taken out."""
    spans: dict[bool, Intervals] = {}
    pauses: dict[bool, Intervals] = {}
    total = 0
    for piece in pieces:
        paused = _paused(piece)
        if piece.start is not None and piece.end is not None:
            held = (pauses if paused else spans).setdefault(piece.anchored, [])
            held.append((piece.start, piece.end))
        else:
            total += piece.seconds
    for anchored, worked in spans.items():
        worked = merged(worked)
        total += sum([end - start for start, end in worked])
        for low, high in merged(pauses.get(anchored, [])) if pauses else ():
            total -= sum([max(0, min(end, high) - max(start, low)) for start, end in worked])
    return total // 60


def _paused(piece: Piece) -> bool:
    return isinstance(piece.item, Block) and piece.item.technique in NOT_TREATMENT


def merged(intervals: Intervals) -> Intervals:
    """Disjoint intervals that cover the same time."""
    if len(intervals) < 2:
        return intervals
    out: Intervals = []
    for start, end in sorted(intervals):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def _start(piece: Piece) -> int:
    return piece.start or 0


def _end(piece: Piece) -> int:
    return piece.end or 0


def _placed(pieces: list[Piece], anchored: bool) -> list[Piece]:
    """Those with a whole place on this scale, in order of start."""
    return sorted(
        (
            piece
            for piece in pieces
            if piece.anchored == anchored and piece.start is not None and piece.end is not None
        ),
        key=_start,
    )


def _at(at: int, episode: Episode) -> str:
    return shown_time(at, episode.pieces[0].item.offset)


def _minutes(seconds: int) -> str:
    return "1 minute" if seconds == 60 else f"{seconds / 60:g} minutes"


def _name(episode: Episode) -> str:
    """What was done and when, as the chart shows it: ids are for machines."""
    first = episode.pieces[0]
    when = f" {_at(episode.start, episode)}–{_at(episode.end, episode)}" if first.anchored else ""
    return _what(first, when)


def _what(piece: Piece, when: str = "") -> str:
    technique = piece.item.technique if isinstance(piece.item, Block) else ""
    if not technique:
        return f"{piece.code}{when}"
    code = f" ({piece.code})" if piece.code else ""
    return f"{technique.replace('_', ' ').capitalize()}{when}{code}"
