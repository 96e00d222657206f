"""A code's line, or its two lines where an assistant gave whole units of it."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from billing.engine.pairs import Edit, Scene
from billing.engine.rules import Rule
from billing.engine.services import Piece, Service
from billing.engine.types import Day, Proof, Reason
from billing.engine.units import QUARTER
from billing.engine.words import many, number

ASSISTANT = Rule(
    "modifiers.assistant",
    "CQ or CO by the unit: full quarters go to whoever gave them, the last unit is the "
    "therapist's with 8 or more of its minutes, or when the assistant gave a tenth at most",
    "42 USC 1395m(v); CMS billing examples for CQ and CO, rule of 2022",
)
RULES = (ASSISTANT,)

ASSISTANT_MODIFIER = {"PT": "CQ", "OT": "CO"}
ENOUGH = 8
LETTERS = "ABCDEFGHIJKL"


class Part(NamedTuple):
    """One line to be: its units, the pieces it stands on, and the edits it was held against."""

    service: Service
    units: int
    minutes: int
    pieces: tuple[Piece, ...]
    edits: tuple[tuple[Edit, Proof | None], ...]
    counterparts: Mapping[str, Service]
    letters: tuple[str, ...]  # of the diagnoses it stands on, also those beyond four
    assistant: Reason | None = None
    above: tuple[str, Reason] | None = None  # KX or GA where this very line crosses the threshold


def parts_of(
    scene: Scene,
    service: Service,
    units: int,
    met: tuple[tuple[Edit, Proof | None], ...],
    services: Mapping[str, Service],
) -> Iterator[Part]:
    """The therapist's units first, then the assistant's."""
    code = service.code
    edits = tuple([pair for pair in met if code in pair[0][:2]]) if met else ()
    theirs, text = _assistants_units(scene, service, units) if service.assisted else (0, "")
    reason = ASSISTANT.because(text) if theirs else None
    pieces = service.pieces
    if not theirs or theirs == units:
        letters = _letters(scene.day, pieces)
        yield Part(service, units, service.minutes, pieces, edits, services, letters, reason)
        return
    own = tuple(piece for piece in pieces if piece.item.by != "assistant")
    rest = tuple(piece for piece in pieces if piece.item.by == "assistant")
    yield Part(service, units - theirs, service.therapist_minutes, own, edits, services,
               _letters(scene.day, own))  # fmt: skip
    yield Part(service, theirs, service.assistant_minutes, rest, edits, services,
               _letters(scene.day, rest), reason)  # fmt: skip


def _letters(day: Day, pieces: tuple[Piece, ...]) -> tuple[str, ...]:
    """The diagnoses that its entries point at; where none points, all of the visit's."""
    return _pointed(
        day.diagnoses, tuple([code for piece in pieces for code in piece.item.diagnoses])
    )


@lru_cache(maxsize=4096)
def _pointed(listed: tuple[str, ...], own: tuple[str, ...]) -> tuple[str, ...]:
    lettered = zip(LETTERS, listed, strict=False)
    return tuple([letter for letter, code in lettered if not own or code in own])


def _assistants_units(scene: Scene, service: Service, units: int) -> tuple[int, str]:
    """How many of a line's units carry CQ or CO, and why."""
    fact = service.fact
    if (
        not scene.policy.assistant_modifier
        or scene.day.discipline not in ASSISTANT_MODIFIER
        or fact.therapy == "no"
        or fact.family == "evaluation"
    ):
        return 0, ""
    if not service.timed:
        return _untimed(service, units)
    return _timed(service.therapist_minutes, service.assistant_minutes, units)


def _untimed(service: Service, units: int) -> tuple[int, str]:
    own, theirs = service.therapist_minutes, service.assistant_minutes
    alone = all(piece.item.by == "assistant" for piece in service.pieces)
    if not alone and theirs * 10 <= own + theirs:
        return 0, ""
    share = f"{theirs} of {many(own + theirs, 'minute')}" if own + theirs else "all of it"
    return units, f"The assistant gave {share}, more than a tenth of the service."


def _timed(own: int, theirs: int, units: int) -> tuple[int, str]:
    own_full, own_rest = divmod(own, QUARTER)
    their_full, their_rest = divmod(theirs, QUARTER)
    left = units - own_full - their_full
    if left < 0:
        # A cap took units away: what the therapist gave is billed first.
        marked = max(0, units - own_full)
        return marked, f"{_say_full(marked)} after the cap are the assistant's."
    marked, text = their_full, ""
    if their_full:
        text = f"{_say_full(their_full)} of the assistant's {theirs} minutes."
    if left == 1 and own_rest < ENOUGH and their_rest * 10 > own_rest + their_rest:
        marked += 1
        text += (
            f" The last unit rests on {many(own_rest, 'minute')} of the therapist, fewer than 8, "
            f"and {their_rest} of the assistant, more than a tenth."
        )
    if left == 2:
        marked += 1 if own_rest >= ENOUGH else 2
        text += (
            f" Two units are left for {many(own_rest, 'minute')} of the therapist and "
            f"{their_rest} of the assistant: "
            + ("one each." if own_rest >= ENOUGH else "too few for the therapist to have one.")
        )
    return marked, text.strip()


def _say_full(count: int) -> str:
    words = number(count)
    return f"{words[0].upper()}{words[1:]} full {'quarter' if count == 1 else 'quarters'}"
