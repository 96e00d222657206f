"""Feed every parser with inputs nobody would type; it may refuse, and may not crash. T-X07.

    python -m tests.soak.parsers --total --inputs 1000000

Each parser gets so many inputs, piece by piece (tests/soak/runs.py) and each piece of a new seed.
Mutates good examples byte by byte and structure by structure. A refusal is one of the errors that
the parser's callers turn into a sentence; anything else is a crash, printed with its input.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.soak import runs

PIECE = 20_000  # inputs


def prepare() -> None:
    os.environ.setdefault("HANDLINE_DATA", tempfile.mkdtemp(prefix="handline-soak-"))
    os.environ |= {"HANDLINE_DEMO": "1", "DJANGO_SETTINGS_MODULE": "clinic.settings"}
    import django  # noqa: PLC0415 the environment comes first

    django.setup()


@dataclass
class Parser:
    name: str
    read: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...]
    good: list[bytes]
    tried: int = 0
    refused: int = 0
    crashes: list[str] = field(default_factory=list)

    def feed(self, content: bytes) -> None:
        self.tried += 1
        try:
            self.read(content)
        except self.refusals:
            self.refused += 1
        except Exception as trouble:
            if len(self.crashes) < 5:
                self.crashes.append(f"{type(trouble).__name__}: {trouble} on {content[:200]!r}")


VALUES = [None, True, -1, 0, 10**30, 1.5, "", "\0", "9" * 400, [], {}, [[]], {"": {}}, "25:61",
          "2026-13-45", "00:00", "NaN", "\ud800", "🦴" * 50]  # fmt: skip
TOKENS = [b"\0", b"\xff\xfe", b'"', b"{", b"}", b"[", b"]", b",", b"\\u0000", b"~", b"*", b"\r\n",
          b"9" * 60, b"-", b"1e999", b"NaN", b"\xed\xa0\x80", b"%PDF", b"PK\x03\x04"]  # fmt: skip


def mutated(content: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.5:
        try:
            return json.dumps(_twisted(json.loads(content), chance)).encode()
        except ValueError:
            pass
    made = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        where = chance.randrange(len(made) + 1)
        match chance.randrange(4):
            case 0:
                made[where:where] = chance.choice(TOKENS)
            case 1:
                del made[where : where + chance.randrange(1, 30)]
            case 2 if made:
                made[min(where, len(made) - 1)] = chance.randrange(256)
            case _:
                there = chance.randrange(len(made) + 1)
                made[where:where] = made[there : there + chance.randrange(1, 60)]
    return bytes(made)


def _twisted(value, chance: random.Random):
    """The same structure with one or two things changed somewhere in it."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        key = chance.choice(list(value))
        match chance.randrange(4):
            case 0:
                return {k: v for k, v in value.items() if k != key}
            case 1:
                return {**value, chance.choice(("x", "", "id", "code")): chance.choice(VALUES)}
            case _:
                return {**value, key: _twisted(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.9:
        place = chance.randrange(len(value))
        if chance.random() < 0.2:
            return [*value, *value[place:]]
        return [*value[:place], _twisted(value[place], chance), *value[place + 1 :]]
    return chance.choice(VALUES)


def parsers() -> list[Parser]:
    from tests.soak import parser_list  # noqa: PLC0415 needs Django

    return parser_list.all_parsers()


def feed(parser: Parser, inputs: int, given: argparse.Namespace) -> int:
    """One piece for one parser, written down; returns how many there were."""
    began, seed = time.monotonic(), given.seed or random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)
    for good in parser.good:
        parser.read(good)
    tried, refused = parser.tried, parser.refused
    for _ in range(inputs):
        parser.feed(mutated(chance.choice(parser.good), chance))
    counted = {"inputs": parser.tried - tried, "refused": parser.refused - refused,
               "crashes": len(parser.crashes)}  # fmt: skip
    runs.write_down(f"parser {parser.name}", given, seed=seed, seconds=time.monotonic() - began,
                    counted=counted)  # fmt: skip
    for crash in parser.crashes:
        print(f"  {crash}")
    return inputs


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--inputs", type=int, default=1_000_000, help="for each parser")
    asked.add_argument("--seed", type=int, default=0, help="of every piece; random if not given")
    runs.add_words(asked)
    given = asked.parse_args()
    prepare()
    sys.setrecursionlimit(5000)
    ended, until = runs.end_on_signals(), time.monotonic() + 60 * given.minutes
    every = parsers()
    for parser in every:
        left = runs.left(f"parser {parser.name}", {"inputs": given.inputs}, given)["inputs"]
        while left > 0 and not (parser.crashes or ended.is_set() or time.monotonic() > until):
            left -= feed(parser, min(left, PIECE), given)
    return int(any(parser.crashes for parser in every))


if __name__ == "__main__":
    sys.exit(main())
