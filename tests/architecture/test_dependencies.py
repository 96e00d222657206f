"""Each direct dependency has its reason on a page of its own, and a line in the list."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIST = (ROOT / "docs/adr/0002-dependencies.md").read_text(encoding="utf-8")


def direct(file: str) -> list[str]:
    """What a requirements file names before the packages that those bring along."""
    top = (ROOT / file).read_text(encoding="utf-8").split("# What those bring along")[0]
    return re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==", top, re.MULTILINE)


@pytest.mark.parametrize("name", direct("requirements.txt") + direct("tests/requirements.txt"))
def test_direct_dependency_has_its_page_and_its_line(name):
    page = (ROOT / "docs/adr/dependencies" / f"{name.lower()}.md").read_text(encoding="utf-8")

    assert "**Why it is there.**" in page
    assert "**License.**" in page
    assert name in LIST
