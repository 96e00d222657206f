"""Minutes of therapist and assistant against a count of every single minute, at random."""

import random
from typing import Any

from billing.engine.codes import pieces_of
from billing.engine.minutes import count
from billing.engine.presets import PresetLibrary
from billing.engine.services import Piece
from billing.engine.tables import starter_tables
from billing.engine.wire import parse_visit
from tests.billing.engine.asking import MONDAY
from tests.billing.engine.visits import clock

NINE = 9 * 60
Shares = dict[str, tuple[int, int]]


def random_blocks(dice: random.Random) -> list[dict[str, Any]]:
    """No two begin at once and no two are alike, so which began first is never in doubt."""
    starts = dice.sample(range(60), dice.randint(1, 6))
    blocks: list[dict[str, Any]] = []
    for number, start in enumerate(starts):
        what = dice.choice(
            [{"code": "97110"}, {"code": "97110"}, {"code": "97140"}, {"technique": "rest"}]
        )
        who = dice.choice(("therapist", "assistant", "together"))
        length = dice.choice((0, 3, 8, 15, 30))
        span = {"start": clock(NINE + start), "end": clock(NINE + start + length)}
        blocks.append({**what, **span, "by": who, "response": f"no. {number}"})
    return blocks


def minute_by_minute(blocks: list[dict[str, Any]]) -> Shares:
    """Each minute goes to the entry that began first, and to the therapist where one of his
    entries of that code covers it too."""
    shares = {block["code"]: [0, 0] for block in blocks if "code" in block}
    for minute in range(NINE, NINE + 90):
        at = clock(minute)
        here = [block for block in blocks if block["start"] <= at < block["end"]]
        timed = sorted((b for b in here if "code" in b), key=lambda b: str(b["start"]))
        if not timed or len(timed) < len(here):
            continue
        code = timed[0]["code"]
        own = any(b["code"] == code and b["by"] != "assistant" for b in timed)
        shares[code][not own] += 1
    return {code: (own, theirs) for code, (own, theirs) in shares.items()}


def counted(blocks: list[dict[str, Any]]) -> Shares:
    visit = {"date": MONDAY, "policy": "medicare", "blocks": blocks}
    day, _ = parse_visit(visit, PresetLibrary())
    by_code: dict[str, list[Piece]] = {}
    for piece in pieces_of(day):
        by_code.setdefault(piece.code, []).append(piece)
    found = count(by_code, pieces_of(day), starter_tables()).services
    return {code: (s.therapist_minutes, s.assistant_minutes) for code, s in found.items()}


def test_every_minute_is_the_therapists_or_the_assistants_as_counted_one_by_one() -> None:
    dice = random.Random(8)

    for _ in range(1500):
        blocks = random_blocks(dice)

        assert counted(blocks) == minute_by_minute(blocks), blocks
