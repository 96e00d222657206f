"""The same rules once more, naively: minute by minute, choice by choice, row by row.

Written from the rules' wording and from nothing in billing.engine, so that an error would have
to be made twice. It knows whole minutes, clock times and one therapist only.
"""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).parents[3] / "billing" / "reference"
TIMED = frozenset({"97110", "97112", "97113", "97116", "97124", "97140", "97530", "97535", "97750",
                   "97760", "97035"})  # fmt: skip
CMT = frozenset({"98940", "98941", "98942", "98943"})
OMT = frozenset({"98925", "98926", "98927", "98928", "98929"})
ROWS = list(
    csv.DictReader(
        line
        for line in (REFERENCE / "ptp_practitioner.csv").read_text().splitlines()
        if not line.startswith("#")
    )
)
BY_PAIR: dict[frozenset[str], list[dict[str, str]]] = {}
for _row in ROWS:
    BY_PAIR.setdefault(frozenset((_row["column1"], _row["column2"])), []).append(_row)


def minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def entries(visit: dict[str, Any]) -> list[dict[str, Any]]:
    """Blocks and procedures alike, with the minutes that each covers."""
    return [
        {**entry, "covers": set(range(minute(entry["start"]), minute(entry["end"])))}
        for entry in (*visit.get("blocks", []), *visit.get("procedures", []))
    ]


def credited(visit: dict[str, Any]) -> dict[str, set[int]]:
    """Each timed minute belongs to the unbroken stretch that began first."""
    held = entries(visit)
    beside = {m for e in held if e["code"] == "97150" or e.get("technique") in
              ("rest", "documentation") for m in e["covers"]}  # fmt: skip
    natures: dict[tuple[str, ...], set[int]] = {}
    for entry in held:
        if entry["code"] in TIMED:
            nature = (entry["code"], "therapist", "", "+".join(entry.get("regions", [])), "",
                      "False", "", " ")  # fmt: skip
            natures.setdefault(nature, set()).update(entry["covers"])
    owned: dict[str, set[int]] = {nature[0]: set() for nature in natures}
    for m in sorted({m for covers in natures.values() for m in covers} - beside):
        claims = []
        for nature, covers in natures.items():
            if m in covers:
                first = last = m
                while first - 1 in covers:
                    first -= 1
                while last + 1 in covers:
                    last += 1
                claims.append((first, last + 1, nature))
        owned[min(claims)[2][0]].add(m)
    return owned


def cms_ways(minutes: dict[str, int]) -> list[dict[str, int]]:
    """Every allocation that the manual admits, by handing out left-over units one by one."""
    total = sum(minutes.values())
    allowed = 0
    while total >= 15 * allowed + 8:
        allowed += 1
    units = {code: m // 15 for code, m in minutes.items()}
    rest = {code: m % 15 for code, m in minutes.items()}

    def hand_out(
        left: int, units: dict[str, int], rest: dict[str, int]
    ) -> Iterator[dict[str, int]]:
        if left == 0:
            yield {code: count for code, count in sorted(units.items()) if count}
            return
        best = max(rest.values())
        for code in [code for code, r in rest.items() if r == best]:
            yield from hand_out(
                left - 1,
                {**units, code: units[code] + 1},
                {c: r for c, r in rest.items() if c != code},
            )

    ways: list[dict[str, int]] = []
    for way in hand_out(allowed - sum(units.values()), units, rest):
        if way not in ways:
            ways.append(way)
    return ways


def alone(m: int, rule: str) -> int:
    if rule == "full15":
        return m // 15
    count = 0
    while m >= 15 * count + 8:
        count += 1
    return count


def allocate(
    minutes: dict[str, int], rule: str, starts: dict[str, int]
) -> tuple[dict[str, int], list[dict[str, int]]]:
    if rule != "cms":
        own = {code: alone(m, rule) for code, m in sorted(minutes.items())}
        return {code: count for code, count in own.items() if count}, []
    ways = cms_ways(minutes)

    def preferred(way: dict[str, int]) -> list[tuple[Any, ...]]:
        """The winners in order of claim: more minutes, no unit yet, first performed, code."""
        winners = [code for code, m in minutes.items() if way.get(code, 0) > m // 15]
        return sorted((-minutes[c], minutes[c] // 15, starts[c], c) for c in winners)

    best = min(ways, key=preferred)
    return best, [way for way in ways if way != best]


def row_in_force(one: str, other: str, on: date) -> dict[str, str] | None:
    found = [
        row
        for row in BY_PAIR.get(frozenset((one, other)), [])
        if row["indicator"] != "9"
        and (not row["effective"] or date.fromisoformat(row["effective"]) <= on)
        and (not row["deletion"] or on <= date.fromisoformat(row["deletion"]))
    ]
    return min(found, key=lambda row: (row["indicator"], row["column1"])) if found else None


class Oracle:
    """The bill of one visit under a unit rule and a date of edits (None: no edits)."""

    def __init__(self, visit: dict[str, Any], rule: str, edits_on: date | None) -> None:
        self.visit, self.rule, self.edits_on = visit, rule, edits_on
        self.entries = entries(visit)
        self.owned = credited(visit)
        self.minutes = {code: len(covers) for code, covers in self.owned.items()}
        self.untimed = {e["code"] for e in self.entries} - set(self.minutes) - {""}
        self.starts = {
            code: min(minute(e["start"]) for e in self.entries if e["code"] == code)
            for code in self.minutes
        }
        self.ground: dict[str, set[str]] = {}
        self.settle()

    def settle(self) -> None:
        timed, untimed = dict(self.minutes), set(self.untimed)
        while True:
            units, others = allocate(timed, self.rule, self.starts)
            billed = {**units, **dict.fromkeys(untimed, 1)}
            broken = self.broken(sorted(billed))
            if not broken:
                break
            doomed = {pair[1] for pair in broken}
            pair = next((p for p in broken if p[0] not in doomed), broken[0])
            gone = pair[1]
            left = {code: m for code, m in timed.items() if code != gone}
            if pair[0] in timed and pair[0] not in allocate(left, self.rule, self.starts)[0]:
                gone = pair[0]
            timed.pop(gone, None)
            untimed.discard(gone)
        self.units, self.alternatives = billed, others
        for pair in self.pairs(sorted(billed)):
            self.ground.setdefault(pair[1], set()).add(str(self.proof(*pair)))

    def pairs(self, codes: list[str]) -> list[tuple[str, str]]:
        return [(c1, c2) for c1, c2, _ in self.rows(codes)]

    def rows(self, codes: list[str]) -> list[tuple[str, str, int]]:
        found = []
        for place, one in enumerate(codes):
            for other in codes[place + 1 :]:
                row = row_in_force(one, other, self.edits_on) if self.edits_on else None
                if row:
                    found.append((row["column1"], row["column2"], int(row["indicator"])))
                elif {one, other} & CMT and "97140" in (one, other):
                    cmt = one if one in CMT else other
                    found.append((cmt, "97140", 1))
        return sorted(found)

    def broken(self, codes: list[str]) -> list[tuple[str, str]]:
        return [
            (c1, c2)
            for c1, c2, indicator in self.rows(codes)
            if indicator == 0 or self.proof(c1, c2) is None
        ]

    def proof(self, one: str, other: str) -> str | None:
        first = [e for e in self.entries if e["code"] == one]
        second = [e for e in self.entries if e["code"] == other]
        by_region = bool({one, other} & (CMT | OMT))
        if by_region and self.apart_by_region(first, second):
            return "region"
        if self.apart_by_encounter(first, second):
            return "encounter"
        if by_region:
            return None
        for code in (one, other):
            if code in self.minutes and alone(self.minutes[code], self.rule) < 1:
                return None
        shared = {m for e in first for m in e["covers"]} & {m for e in second for m in e["covers"]}
        return None if shared else "time"

    @staticmethod
    def apart_by_region(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> bool:
        if not all(e.get("regions") for e in (*first, *second)):
            return False
        return not {r for e in first for r in e["regions"]} & {
            r for e in second for r in e["regions"]
        }

    def apart_by_encounter(self, first: list[dict[str, Any]], second: list[dict[str, Any]]) -> bool:
        """Walk the day: a pause of an hour begins another encounter."""
        edges = sorted((minute(e["start"]), minute(e["end"])) for e in self.entries)
        number, last, which = 0, edges[0][0], {}
        for start, end in edges:
            if start - last >= 60:
                number += 1
            which[start] = number
            last = max(last, end)
        one = {which[minute(e["start"])] for e in first}
        return not one & {which[minute(e["start"])] for e in second}
