"""Change the engine in every way that mutmut knows, and see whether a test notices.

    nice -n 19 python -m tests.soak.mutation [--keep FOLDER] [--sample COUNT]

Works in a copy of the tree, one child at a time, and takes hours. Exit status 1 where fewer than
nine in ten changes are noticed. With --keep the copy stays, and a second run goes on where the
first one was stopped. With --sample only so many changes are tried, drawn at random from all
files; the score is then that of the draw.

mutmut runs only the tests that it saw enter a function, and not in a process of their own. What is
called once, while modules are imported or a table is first read, it cannot judge: so each change
that seemed to go unnoticed is looked at again, by the whole suite in a fresh process.
"""

import argparse
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("billing", "clinic", "notes", "docs")
GOAL = 0.90
SURVIVED = "survived"
LONGEST = 1800  # seconds
NOTICED = ("killed", "timeout", "segfault", "caught by type check")
# These look at the source itself, which mutmut rewrites, or start a process for each look.
LEFT_OUT = ("test_every_check_is_listed", "test_the_rules_of_modifiers_are_listed_in_their_order")

CONFIGURATION = """\
[tool.mutmut]
source_paths = ["billing/engine"]
also_copy = ["billing", "clinic", "notes", "docs"]
pytest_add_cli_args = [
    "--noconftest", "-p", "tests.soak.fresh_tables", "-p", "no:cacheprovider",
    "-o", "filterwarnings=default",
    "-m", "not slow", "-k", "{names}",
]
pytest_add_cli_args_test_selection = ["tests/billing/engine"]
use_git_change_detection = false

[tool.pytest.ini_options]
DJANGO_SETTINGS_MODULE = "clinic.settings"
pythonpath = ["."]
addopts = "--nomigrations --import-mode=importlib"
markers = ["slow: takes more than 0.1 s"]
"""


def copied_to(folder: Path) -> None:
    """The engine with what its tests import."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=ignored, dirs_exist_ok=True)
    tests = folder / "tests" / "billing"
    shutil.copytree(ROOT / "tests/billing/engine", tests / "engine", ignore=ignored,
                    dirs_exist_ok=True)  # fmt: skip
    soak = folder / "tests" / "soak"
    soak.mkdir(exist_ok=True)
    shutil.copy2(ROOT / "tests/soak/fresh_tables.py", soak)
    for package in (tests, tests.parent, soak):
        (package / "__init__.py").touch()
    (folder / "pyproject.toml").write_text(configuration())


def drawn(folder: Path, count: int) -> list[str]:
    """Names of changes, the same ones each time. No name matches none: the copy is only made."""
    mutmut(folder, "run", "--max-children", "1", "nothing", check=False, capture_output=True)
    metas = sorted((folder / "mutants").rglob("*.py.meta"))
    names = [name for meta in metas for name in json.loads(meta.read_text())["exit_code_by_key"]]
    return random.Random(7).sample(sorted(names), min(count, len(names)))


def mutmut(folder: Path, *arguments: str, check: bool = True, **given: bool) -> None:
    subprocess.run([sys.executable, "-m", "mutmut", *arguments], cwd=folder, check=check, **given)


def verdicts(folder: Path, names: list[str]) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", "results", "--all", "true"],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = dict(line.strip().rsplit(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    return {name: found[name] for name in names or found}


def noticed_afresh(folder: Path, name: str) -> bool:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", *arguments(), "tests/billing/engine"],
        cwd=folder / "mutants", capture_output=True, check=False,
        env={**os.environ, "MUTANT_UNDER_TEST": name}, timeout=LONGEST,
    )  # fmt: skip
    return done.returncode != 0


def arguments() -> list[str]:
    """Those of the first look."""
    given: list[str] = tomllib.loads(configuration())["tool"]["mutmut"]["pytest_add_cli_args"]
    return given


def configuration() -> str:
    return CONFIGURATION.format(names=" and ".join(f"not {name}" for name in LEFT_OUT))


def between(noticed: int, tried: int) -> tuple[float, float, float]:
    """The share, and Wilson's interval for that of all changes."""
    share, z = noticed / tried, 1.96
    middle = share + z * z / (2 * tried)
    wide = z * math.sqrt(share * (1 - share) / tried + z * z / (4 * tried * tried))
    return share, (middle - wide) / (1 + z * z / tried), (middle + wide) / (1 + z * z / tried)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="a folder for the copy, which then stays")
    parser.add_argument("--sample", type=int, default=0, help="how many changes, instead of all")
    given = parser.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp(prefix="handline-mutation-"))
    copied_to(folder)
    names = drawn(folder, given.sample) if given.sample else []
    mutmut(folder, "run", "--max-children", "1", *names)
    found = verdicts(folder, names)
    for name, verdict in found.items():
        if verdict == SURVIVED and noticed_afresh(folder, name):
            found[name] = "killed"
    counts = Counter(found.values())
    noticed = sum(counts[verdict] for verdict in NOTICED)
    score, low, high = between(noticed, len(found))
    print(f"{noticed} of {len(found)} changes noticed: {score:.1%}, in all with 95 % confidence "
          f"{low:.1%} to {high:.1%} (goal {GOAL:.0%}); {dict(counts)}")  # fmt: skip
    print("\n".join(name for name, verdict in found.items() if verdict not in NOTICED))
    sys.exit(score < GOAL)


if __name__ == "__main__":
    main()
