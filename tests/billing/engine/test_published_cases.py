"""What others have printed, asked of the command itself."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from billing.engine.modifiers import exclude_each_other, in_order
from billing.engine.presets import preset_versions
from tests.billing.engine.asking import ask, units

CASES = Path(__file__).parent / "cases"
UNITS = tomllib.loads((CASES / "units.toml").read_text())
MODIFIERS = tomllib.loads((CASES / "modifiers.toml").read_text())
UNIT_POLICIES = {
    "cms": {"policy": "commercial", "policy_overrides": {"unit_rule": "cms"}},
    "ama": {"policy": "commercial"},
}
ORDER = preset_versions()["medicare"][-1].policy.modifier_order


def by_id(case: dict[str, Any]) -> str:
    return str(case["id"])


@pytest.mark.parametrize("case", UNITS["case"], ids=by_id)
def test_published_units_are_reached(case: dict[str, Any]) -> None:
    blocks = [{"code": code, "minutes": minutes} for code, minutes in case["minutes"].items()]

    answer = ask({**UNIT_POLICIES[case["rule"]], "blocks": blocks})

    assert units(answer) in case["expect"]
    admissible = [units(answer), *answer["alternatives"]]
    if len(case["expect"]) > 1:
        timed = [{c: n for c, n in way.items() if c in admissible[1]} for way in case["expect"]]
        assert all(way in admissible or way in timed for way in answer["alternatives"])
        assert len(admissible) == len(case["expect"])


@pytest.mark.parametrize("case", MODIFIERS["case"], ids=by_id)
def test_published_lines_are_reached(case: dict[str, Any]) -> None:
    answer = ask({**MODIFIERS["policies"][case["payer"]], **case["visit"]})

    lines = sorted(
        "-".join([line["code"], *sorted(line["modifiers"])]) + f" x{line['units']}"
        for line in answer["lines"]
    )
    assert lines in case["expect"]
    assert {line["code"]: "".join(line["diagnoses"]) for line in answer["lines"]
            if line["code"] in case.get("pointers", {})} == case.get("pointers", {})  # fmt: skip
    assert [part["code"] for part in answer["unbilled"] if part["code"] in case.get("unbilled", [])
            ] == case.get("unbilled", [])  # fmt: skip


def test_at_and_ga_exclude_each_other() -> None:
    """Palmetto GBA 2020: a line with both is rejected without appeal."""
    assert exclude_each_other(("AT", "GA")) == ("AT", "GA")


def test_59_and_an_x_modifier_exclude_each_other_and_the_precise_one_stays() -> None:
    """AAOS on MLN 8863."""
    assert exclude_each_other(("59", "XS")) == ("59", "XS")
    assert in_order(("59", "XS"), ORDER) == ("XS",)


def test_59_stands_before_51() -> None:
    """CCO on sequencing."""
    assert in_order(("51", "59"), ORDER) == ("59", "51")


def test_59_stands_before_gp_unless_the_payer_turns_it_round() -> None:
    """ChiroCode; disputed, so the order is the payer's."""
    assert in_order(("GP", "59"), ORDER) == ("59", "GP")
    assert in_order(("GP", "59"), ("GP", "59")) == ("GP", "59")
