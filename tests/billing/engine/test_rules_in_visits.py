"""Each rule in one visit, asked of what `derive` runs: answers worked out before it was asked."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from billing.engine.vocabulary import shipped_techniques
from tests.billing.engine.asking import MONDAY, ask, rules

CASES = tomllib.loads((Path(__file__).parent / "cases" / "rules.toml").read_text())["case"]
TECHNIQUES = {technique.key for technique in shipped_techniques()}
SPAN = re.compile(r"([^-/]+)-([^-/]+)|(\S+T\S+)/(\S+T\S+)")
WORDS = {"assistant": ("by", "assistant"), "together": ("by", "together"),
         "telehealth": ("telehealth", True), "left": ("side", "left"), "right": ("side", "right"),
         "both": ("side", "both")}  # fmt: skip
ASIDE = {"codes.technique", "tables.edition", "codes.regions-missing", "modifiers.accrual-unknown",
         "diagnoses.own-pointer", "minutes.overlap", "minutes.not-one-on-one", "units.cms-tie",
         "pairs.not-payable", "pairs.unproven", "pairs.em", "pairs.cmt-deny", "codes.cmt-level",
         "codes.omt-level", "limits.not-billable"}  # fmt: skip


def entry(written: str) -> dict[str, Any]:
    what, *rest = written.split()
    read: dict[str, Any] = {"technique" if what in TECHNIQUES else "code": what}
    for word in rest:
        span = SPAN.fullmatch(word)
        if word in WORDS:
            read.update([WORDS[word]])
        elif word[0] in "@>":
            read["regions" if word[0] == "@" else "diagnoses"] = word[1:].split("+")
        elif span:
            read["start"], read["end"] = (part for part in span.groups() if part)
        else:
            read["start" if ":" in word else "minutes"] = word if ":" in word else int(word)
    return read


def visit(case: dict[str, Any]) -> dict[str, Any]:
    given = {key: case[key] for key in ("patient", "diagnoses") if key in case}
    return {"date": case.get("date", MONDAY), "policy": case.get("policy", "medicare"),
            "policy_overrides": case.get("overrides", {}),
            "clinician": case.get("clinician", {"discipline": "PT"}),
            "blocks": [entry(written) for written in case.get("do", [])],
            "procedures": [entry(written) for written in case.get("also", [])],
            **given}  # fmt: skip


def seen(answer: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    """What the case speaks of, as the engine answered it."""
    lines = sorted("-".join([line["code"], *sorted(line["modifiers"])]) + f" x{line['units']}"
                   for line in answer["lines"])  # fmt: skip
    shown: dict[str, Any] = {
        "expect": lines,
        "unbilled": sorted(f"{p['code'] or ''} {p['minutes']}" for p in answer["unbilled"]
                           if p["minutes"]),
        "alternatives": answer["alternatives"],
        "ways": 1 + len(answer["alternatives"]),
        "findings": [rule for rule in rules(answer) if rule not in ASIDE],
        "timed": answer["timed_minutes"],
        "treatment": answer["treatment_minutes"],
        "count": len(lines),
        "pointers": {line["code"]: "".join(line["diagnoses"]) for line in answer["lines"]},
    }  # fmt: skip
    return {key: value for key, value in shown.items() if key in case}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_visit_is_billed_as_the_rules_say(case: dict[str, Any]) -> None:
    spoken = {key: case[key] for key in case if key not in GIVEN}

    answer = ask(visit(case))

    assert seen(answer, case) == spoken


GIVEN = {"why", "date", "policy", "overrides", "clinician", "patient", "diagnoses", "do", "also"}
