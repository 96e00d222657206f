"""Every rule has a name that people can read on paper, and no name is left of a rule that went."""

import csv
from pathlib import Path

from billing.engine.catalog import ALL_RULES
from clinic.documents.pages import rules

NAMES = Path(rules.__file__).with_name("rule_names.csv")


def rows() -> list[dict[str, str]]:
    with NAMES.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_paper_has_one_name_for_each_rule():
    assert [row["rule"] for row in rows()] == sorted(rule.id for rule in ALL_RULES)


def test_names_are_short_and_differ():
    names = [row["name"] for row in rows()]

    assert [name for name in names if not 5 < len(name) < 42] == []
    assert sorted(set(names)) == sorted(names)


def test_source_is_told_once_behind_the_rules_that_stand_on_it():
    told = rules.sourced(
        [("units.cms-total", "Manual"), ("pairs.time", "NCCI"), ("units.cms-tie", "Manual"),
         ("units.cms-total", "Manual"), ("a.rule-of-later", "Elsewhere"), ("units.untimed", "")]
    )  # fmt: skip

    assert told == (
        "Total minutes (8-minute rule), Tied remainders: Manual; Separate times: NCCI; Elsewhere"
    )
