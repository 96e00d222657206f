"""What must hold of every bill, whatever was charted."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.engine.derive import derive
from billing.engine.presets import PresetLibrary
from billing.engine.tables import PairRow, starter_tables, tables_from_rows
from billing.engine.types import Proof, Result
from billing.engine.wire import parse_visit, to_wire
from tests.billing.engine.asking import MONDAY, ask, block, shown, units
from tests.billing.engine.visits import CODES, POLICIES, REGIONS, UNTIMED, clock

often = settings(
    deadline=None, max_examples=40, suppress_health_check=list(HealthCheck), database=None,
    derandomize=True,
)  # fmt: skip

CMS = {
    "policy": "commercial",
    "policy_overrides": {"unit_rule": "cms", "edits": {"source": "none"}},
}
AMA = {"policy": "self-pay"}
OPENING = 8 * 60


@st.composite
def blocks_on_the_clock(draw: st.DrawFn) -> list[dict[str, Any]]:
    made = []
    for number in range(draw(st.integers(0, 6))):
        start = draw(st.integers(OPENING, OPENING + 240))
        entry = {
            "id": f"b{number}",
            "code": draw(st.sampled_from(CODES)),
            "start": clock(start),
            "end": clock(start + draw(st.integers(0, 45))),
            "by": draw(st.sampled_from(("therapist", "assistant", "together"))),
        }
        if draw(st.booleans()):
            entry["regions"] = [draw(st.sampled_from(REGIONS))]
        made.append(entry)
    return made


@st.composite
def visits(draw: st.DrawFn) -> dict[str, Any]:
    procedures = [
        {"code": code, "start": clock(OPENING + 60), "end": clock(OPENING + 70),
         "regions": draw(st.lists(st.sampled_from(REGIONS), max_size=2, unique=True))}
        for code in draw(st.lists(st.sampled_from(UNTIMED), max_size=3, unique=True))
    ]  # fmt: skip
    return {
        "policy": draw(st.sampled_from(POLICIES)),
        "clinician": {"discipline": draw(st.sampled_from(("PT", "OT", "SLP", "DC", "MT")))},
        "patient": {
            "accrued": {"pt_slp": draw(st.sampled_from((0, 2400, 2480, 9000)))},
            "active_treatment": draw(st.sampled_from((True, False, None))),
            "abn": draw(st.sampled_from(("none", "mandatory", "voluntary", None))),
        },
        "blocks": draw(blocks_on_the_clock()),
        "procedures": procedures,
    }


minutes_by_code = st.dictionaries(
    st.sampled_from(sorted(set(CODES))), st.integers(0, 70), max_size=5
)


def one_after_another(minutes: dict[str, int]) -> list[dict[str, Any]]:
    return [{"code": code, "minutes": m} for code, m in minutes.items()]


def charted(visit: dict[str, Any]) -> int:
    def at(text: str) -> int:
        return int(text[:2]) * 60 + int(text[3:])

    return sum(at(e["end"]) - at(e["start"]) for e in visit["blocks"] + visit["procedures"])


def bill(visit: dict[str, Any]) -> Result:
    facts, policy = parse_visit({"date": MONDAY, **visit}, PresetLibrary())
    return derive(facts, policy, starter_tables())


def without_ids(answer: dict[str, Any]) -> str:
    """The answer as text, its ids and lists of ids taken out."""
    text = json.dumps({**answer, "unbilled": [{**p, "blocks": []} for p in answer["unbilled"]],
                       "lines": [{**line, "blocks": []} for line in answer["lines"]],
                       "findings": [{**f, "blocks": []} for f in answer["findings"]]})  # fmt: skip
    return re.sub(r"\bb\d+\w*(, b\d+\w*)*( and b\d+\w*)?", "B", text)


@often
@given(minutes_by_code)
def test_cms_units_are_what_the_total_allows(minutes: dict[str, int]) -> None:
    answer = ask({**CMS, "blocks": one_after_another(minutes)})

    assert sum(units(answer).values()) == (sum(minutes.values()) + 7) // 15
    for way in answer["alternatives"]:
        assert sum(way.values()) == sum(units(answer).values())


@often
@given(visits())
def test_every_minute_is_in_one_line_or_unbilled(visit: dict[str, Any]) -> None:
    answer = ask(visit)

    out = sum(part["minutes"] for part in (*answer["lines"], *answer["unbilled"]))
    assert out == charted(visit)


@often
@given(visits(), st.randoms())
def test_the_order_of_blocks_changes_nothing(visit: dict[str, Any], dice: Any) -> None:
    blocks, procedures = list(visit["blocks"]), list(visit["procedures"])
    dice.shuffle(blocks)
    dice.shuffle(procedures)

    assert ask({**visit, "blocks": blocks, "procedures": procedures}) == ask(visit)


@often
@given(minutes_by_code, st.randoms())
def test_the_order_of_blocks_without_times_changes_no_line(
    minutes: dict[str, int], dice: Any
) -> None:
    blocks = one_after_another(minutes)
    turned = list(blocks)
    dice.shuffle(turned)

    assert shown(ask({**CMS, "blocks": turned})) == shown(ask({**CMS, "blocks": blocks}))


@often
@given(visits(), st.data())
def test_splitting_a_block_changes_nothing(visit: dict[str, Any], data: st.DataObject) -> None:
    if not visit["blocks"]:
        return
    place = data.draw(st.integers(0, len(visit["blocks"]) - 1))
    whole = visit["blocks"][place]
    start, end = (int(t[:2]) * 60 + int(t[3:]) for t in (whole["start"], whole["end"]))
    if end - start < 2:
        return
    cut = clock(data.draw(st.integers(start + 1, end - 1)))
    halves = [{**whole, "id": f"{whole['id']}x", "end": cut},
              {**whole, "id": f"{whole['id']}y", "start": cut}]  # fmt: skip
    split = [*visit["blocks"][:place], *halves, *visit["blocks"][place + 1 :]]

    assert without_ids(ask({**visit, "blocks": split})) == without_ids(ask(visit))


@often
@given(blocks_on_the_clock(), st.sampled_from(("97012", "97161", "G0283", "97010", "98940")))
def test_untimed_minutes_change_no_timed_unit(blocks: list[dict[str, Any]], code: str) -> None:
    before = units(ask({**CMS, "blocks": blocks, "policy_overrides": NO_PAIRS}))

    after = units(
        ask({**CMS, "policy_overrides": NO_PAIRS,
             "blocks": [*blocks, {"id": "u", "code": code, "start": "08:10", "end": "09:00"}]})
    )  # fmt: skip

    assert {c: n for c, n in after.items() if c != code} == before


NO_PAIRS = {
    "unit_rule": "cms",
    "edits": {"source": "none"},
    "overlays": [{"column1": "98940", "column2": "97140", "indicator": 1, "ground": "time"}],
}


@often
@given(minutes_by_code, st.sampled_from((CMS, AMA)), st.data())
def test_more_minutes_never_lower_the_units(
    minutes: dict[str, int], policy: dict[str, Any], data: st.DataObject
) -> None:
    if not minutes:
        return
    code = data.draw(st.sampled_from(sorted(minutes)))
    more = {**minutes, code: minutes[code] + data.draw(st.integers(1, 30))}

    before = sum(units(ask({**policy, "blocks": one_after_another(minutes)})).values())
    after = sum(units(ask({**policy, "blocks": one_after_another(more)})).values())

    assert after >= before


@often
@given(visits())
def test_timed_minutes_fit_into_the_span_of_the_day(visit: dict[str, Any]) -> None:
    answer = ask(visit)

    times = [e[edge] for e in visit["blocks"] for edge in ("start", "end")]
    span = 0 if not times else (
        int(max(times)[:2]) * 60 + int(max(times)[3:]) - int(min(times)[:2]) * 60
        - int(min(times)[3:])
    )  # fmt: skip
    assert answer["timed_minutes"] <= span


@often
@given(visits())
def test_modifiers_agree_with_one_another_and_each_has_its_ground(visit: dict[str, Any]) -> None:
    result = bill(visit)

    for line in result.lines:
        held = set(line.modifiers)
        assert len(held & {"59", "XE", "XS", "XP", "XU"}) <= 1
        assert "CQ" not in held or "GP" in held
        assert "CO" not in held or "GO" in held
        assert not {"AT", "GA"} <= held
        assert not {"KX", "GA"} <= held
        assert len(line.modifiers) <= 4
        grounds = [r for r in line.reasons if r.rule.split(".")[0] in ("modifiers", "pairs")]
        assert len(grounds) >= len(held)
        assert line.units >= 1


@often
@given(visits())
def test_every_distinct_modifier_has_a_proof_that_holds(visit: dict[str, Any]) -> None:
    facts, policy = parse_visit({"date": MONDAY, **visit}, PresetLibrary())
    result = derive(facts, replace(policy, distinct_modifier="X"), starter_tables())

    for line in result.lines:
        proofs = [reason.proof for reason in line.reasons if reason.proof]
        marked = {"XE", "XS", "XP", "XU"} & set(line.modifiers)
        assert bool(marked) == bool(proofs)
        for proof in proofs:
            assert holds(proof, visit)


def holds(proof: Proof, visit: dict[str, Any]) -> bool:
    """The proof, recomputed from what was charted."""
    held = [e for e in (*visit["blocks"], *visit["procedures"])]  # noqa: C416
    one = [e for e in held if e["code"] == proof.column1]
    other = [e for e in held if e["code"] == proof.column2]
    if proof.ground == "region":
        ours = {region for e in one for region in e["regions"]}
        theirs = {region for e in other for region in e["regions"]}
        return ours == set(proof.regions1) and theirs == set(proof.regions2) and not ours & theirs
    return not any(
        a["start"] < b["end"] and b["start"] < a["end"] and a["start"] < a["end"]
        and b["start"] < b["end"]
        for a in one for b in other
    ) and bool(proof.stretches)  # fmt: skip


@often
@given(visits())
def test_a_code_without_units_has_no_line_but_stays_in_sight(visit: dict[str, Any]) -> None:
    answer = ask(visit)

    seen = {line["code"] for line in answer["lines"]} | {p["code"] for p in answer["unbilled"]}
    assert seen >= {entry["code"] for entry in visit["blocks"] + visit["procedures"]}
    assert all(line["units"] > 0 for line in answer["lines"])


@often
@given(visits())
def test_the_edits_depend_on_the_date_and_on_nothing_else(visit: dict[str, Any]) -> None:
    again = {**visit, "id": "other", "diagnoses": []}

    assert shown(ask(visit)) == shown(ask(again))


def test_no_two_alternatives_are_the_same() -> None:
    minutes = {"97110": 8, "97112": 8, "97116": 8, "97140": 8}
    answer = ask({**CMS, "blocks": one_after_another(minutes)})

    ways = Counter(str(way) for way in [*answer["alternatives"], units(answer)])
    assert set(ways.values()) == {1}
    assert len(ways) == 6


def swapped_tables() -> Any:
    """The starter's pairs, each turned round."""
    shipped = starter_tables()
    rows = [
        PairRow(row.edition, row.column2, row.column1, row.effective, row.deletion, row.indicator)
        for table in shipped.pairs["ncci-practitioner"].values()
        for found in table.values()
        for row in found
    ]
    return tables_from_rows(pairs={"ncci-practitioner": rows}, limits=(), thresholds=())


@pytest.mark.parametrize(
    ("codes", "policy"),
    [(("97012", "97140"), "commercial"), (("97140", "97530"), "commercial-legacy-edits"),
     (("97530", "97542"), "commercial"), (("97140", "97750"), "commercial")],
)  # fmt: skip
def test_turning_a_pair_round_in_the_table_moves_the_modifier(
    codes: tuple[str, str], policy: str
) -> None:
    first, second = codes
    visit = {"policy": policy, "blocks": [block(first, "09:00", "09:15"),
                                          block(second, "09:15", "09:30")]}  # fmt: skip

    assert shown(ask(visit)) == sorted([f"{first} x1", f"{second}-59 x1"])
    assert shown(ask(visit, tables=swapped_tables())) == sorted([f"{first}-59 x1", f"{second} x1"])


@pytest.mark.slow
@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles"])
def test_the_bytes_do_not_depend_on_hash_seed_or_time_zone(zone: str) -> None:
    visit = {
        "id": "v", "date": MONDAY, "policy": "medicare", "clinician": {"discipline": "PT"},
        "blocks": [block("97140", "09:00", "09:20", regions=["upper_trapezius", "knee"]),
                   block("97110", "09:10", "09:40"), block("97112", "09:40", "09:50")],
        "procedures": [{"code": "CMT", "regions": ["lumbar_spine", "si_joint", "shoulder"]}],
    }  # fmt: skip
    outputs = set()
    for seed in ("0", "1", "42"):
        done = subprocess.run(
            [sys.executable, "-m", "billing.engine"], input=json.dumps(visit).encode(),
            capture_output=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
        )  # fmt: skip
        outputs.add(done.stdout)

    assert len(outputs) == 1
    facts, policy = parse_visit(visit, PresetLibrary())
    assert json.loads(outputs.pop()) == to_wire(derive(facts, policy, starter_tables()))
