import os
import subprocess

import pytest

from tests.architecture.tree import ROOT, name_of

SCRIPTS = [
    path
    for path in sorted((ROOT / ".ci").iterdir())
    if path.is_file() and path.read_text(encoding="utf-8").startswith("#!/usr/bin/env bash")
]


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_script_parses_and_may_be_run(path):
    checked = subprocess.run(["bash", "-n", path], capture_output=True, text=True, check=False)

    assert (checked.returncode, checked.stderr) == (0, "")
    assert os.access(path, os.X_OK)


@pytest.mark.parametrize("target", ["run", "test", "test-fast", "bench", "lint", "fmt"])
def test_make_knows_the_promised_commands(target):
    dry = ["make", "--dry-run", "--silent", target]

    planned = subprocess.run(dry, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (planned.returncode, planned.stderr) == (0, "")
    assert planned.stdout != ""
