"""docs/assurance.md names every requirement, and every test that it names exists."""

import re

from tests.architecture.test_supply_chain import load
from tests.architecture.tree import ROOT

TABLE = (ROOT / "docs/assurance.md").read_text(encoding="utf-8").split("## The table")[1]
ROWS = dict(re.findall(r"^\| ([A-Z]\d\d) \|(.*)\|$", TABLE, re.MULTILINE))
COUNTS = {"Z": 10, "A": 12, "S": 8, "I": 10, "G": 5, "U": 9, "C": 5, "D": 7, "T": 4, "X": 8,
          "R": 10, "P": 5, "E": 5, "H": 5, "O": 8, "L": 6, "F": 3}  # fmt: skip
PLACE = re.compile(r"`((?:tests/|\.ci/)[\w./]+?)(?:::(\w+))?(?: and \d+ more)?`")


def test_every_requirement_has_its_row():
    wanted = [f"{kind}{n:02}" for kind, most in COUNTS.items() for n in range(1, most + 1)]

    assert sorted(ROWS) == sorted(wanted)


def test_every_row_names_a_test_or_a_reason():
    assert [key for key, row in ROWS.items() if "MISSING" in row] == []
    assert [key for key, row in ROWS.items() if not row.split("|")[-1].strip()] == []


def test_every_test_that_is_named_exists():
    absent = []
    for key, row in ROWS.items():
        for file, test in PLACE.findall(row):
            path = ROOT / file
            if not path.is_file() or (test and f"def {test}(" not in path.read_text()):
                absent.append((key, file, test))

    assert len(PLACE.findall(TABLE)) > 80
    assert absent == []


def test_what_is_asked_with_each_commit_is_in_the_suite_or_says_why():
    every_commit = {key: row for key, row in ROWS.items() if row.split("|")[1].strip() == "C"}
    elsewhere = {
        key
        for key, row in every_commit.items()
        if not any(file.startswith("tests/") for file, _ in PLACE.findall(row))
        and len(row.split("|")[-1].strip()) < 20
    }

    assert len(every_commit) > 60
    assert elsewhere == set()


def test_soak_trials_name_ids_of_the_table():
    trials = load("soak").TRIALS

    assert {key for trial in trials for key in trial.ids.split()} <= set(ROWS)
