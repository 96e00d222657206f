"""36 claims with one defect each: refused with the right box, or put right."""

import json
from pathlib import Path

import pytest

from billing.claims.preflight import check_file
from billing.claims.read_837p import read_837p
from billing.claims.writer import write_837p
from tests.billing.claims.build import GROUND, make_file
from tests.billing.claims.test_written_claims import pyx12_errors

DATA = Path(__file__).with_name("data")
MUTANTS = json.loads((DATA / "mutants.json").read_text(encoding="utf-8"))
REFUSED = [m for m in MUTANTS if m["must"] == "reject"]
NORMALISED = [m for m in MUTANTS if m["must"] == "normalise"]


def text_of(mutant: dict) -> str:
    lines = base(mutant["base"])
    for edit in reversed(mutant["edits"]):
        lines[edit["at"] : edit["at"] + edit["drop"]] = edit["add"]
    return "\n".join(lines) + "\n"


def base(name: str) -> list[str]:
    return (DATA / f"{name}.x12").read_text(encoding="utf-8").splitlines()


def by_name(mutant: dict) -> str:
    return mutant["name"]


def test_there_are_36_mutants():
    assert (len(MUTANTS), len(REFUSED), len(NORMALISED)) == (36, 33, 3)


@pytest.mark.parametrize("name", ["pt_medicare_837p", "chiro_dependent_837p"])
def test_claim_without_defect_has_no_problem(name):
    assert check_file("\n".join(base(name)), GROUND) == []


@pytest.mark.parametrize("mutant", REFUSED, ids=by_name)
def test_mutant_is_refused_at_its_box_by_its_rule(mutant):
    problems = check_file(text_of(mutant), GROUND)

    assert (mutant["box"], mutant["rule"]) in [(p.box, p.rule) for p in problems]
    assert all(p.text.startswith((f"Box {p.box}: ", "The file: ")) and p.fix for p in problems)


@pytest.mark.slow
@pytest.mark.parametrize("mutant", NORMALISED, ids=by_name)
def test_mutant_is_put_right_when_it_is_written(mutant):
    claims, _ = read_837p(text_of(mutant))

    written = write_837p(make_file(*claims))

    assert check_file(written, GROUND) == []
    assert written.isascii()
    assert written == written.upper()
    assert "M54.2" not in written
    assert pyx12_errors(written) == []
