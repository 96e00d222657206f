"""An answer that changes, by one letter, is another engine's: what was frozen names its engine."""

import hashlib
import json
import random
import tomllib
from pathlib import Path

from billing.engine import ENGINE_VERSION
from tests.billing.engine.asking import ask_raw
from tests.billing.engine.visits import DATES, POLICIES, random_visit, wired

ANSWERS = tomllib.loads((Path(__file__).parent / "cases" / "versions.toml").read_text())
TECHNIQUES = {
    "97110": "therapeutic_exercise",
    "97112": "neuromuscular_reeducation",
    "97124": "massage_effleurage",
    "97140": "joint_mobilization",
}
VISITS = 1500


def fixed_visits() -> list[bytes]:
    """The same visits on every machine; half of their entries are named by technique."""
    dice, people = random.Random(59), random.Random(2022)
    lines = []
    for number in range(VISITS):
        visit = wired(random_visit(dice))
        for entry in visit["blocks"]:
            technique = TECHNIQUES.get(entry.get("code", ""))
            if technique and dice.random() < 0.5:
                del entry["code"]
                entry["technique"] = technique
            if people.random() < 0.3:
                entry["by"] = people.choice(("assistant", "together"))
        day, policy = dice.choice(DATES), dice.choice(POLICIES)
        whole = {"id": f"v{number}", "date": day, "policy": policy,
                 "clinician": {"discipline": dice.choice(("PT", "OT", "DC"))}, **visit}  # fmt: skip
        lines.append(json.dumps(whole).encode())
    return lines


def test_other_answers_are_another_version() -> None:
    """Where this fails on purpose: raise ENGINE_VERSION and add its digest to versions.toml."""
    answers, refused = ask_raw(*fixed_visits())
    for answer in answers:
        assert answer.pop("engine") == ENGINE_VERSION

    digest = hashlib.sha256(json.dumps(answers, sort_keys=True).encode()).hexdigest()

    assert refused == 0
    assert {ENGINE_VERSION: digest} == {ENGINE_VERSION: ANSWERS["digest"].get(ENGINE_VERSION)}
