"""What is installed is what was reviewed. T-L02, T-L03, T-L05."""

import importlib.util
import re

import pytest

from tests.architecture.tree import ROOT, name_of, tracked_files

LISTS = [
    "requirements.txt",
    "tests/requirements.txt",
    "requirements-s3.txt",
    "tests/requirements-x12.txt",
]
_SHA = re.compile(r"--hash=sha256:[0-9a-f]{64}(?= |$)")
# Written in parts, so that this file does not find itself.
KEYS = re.compile(
    "-----BEGIN (?:EC |RSA |OPENSSH |ENCRYPTED )?PRIVATE"
    + r" KEY-----\s+[A-Za-z0-9+/=]{40}|AGE-SECRET"
    + "-KEY-1[0-9A-Z]{20}|AKI"
    + "A[0-9A-Z]{16}|gh[pousr]"
    + "_[0-9A-Za-z]{36}|xox[abpr]"
    + "-[0-9A-Za-z-]{10}"
)
WORDS = re.compile(
    r"(?i:passphrase|password|secret|token|api_?key)\"?\s*[:=]\s*[\"'][^\s\"'{}<$]{16,}[\"']"
)
# Each with its reason.
KNOWN = {
    "clinic/demo.py": "the demo practice's password is printed at its start",
    "docs/sbom.cdx.json": "names of hashes",
}


def requirements(name: str) -> list[str]:
    """Each requirement on one line, as pip reads it."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("name", LISTS)
def test_T_L03_every_package_is_pinned_with_hashes(name):
    pinned = requirements(name)

    assert len(pinned) > 3
    assert [line for line in pinned if not re.match(r"[\w.-]+(\[\w+\])?==\S+ ", line)] == []
    assert [line.split()[0] for line in pinned if not _SHA.search(line)] == []


def test_T_L03_installing_insists_on_the_hashes():
    script = (ROOT / ".ci" / "venv").read_text(encoding="utf-8")

    assert script.count("pip install") == script.count("--require-hashes") == 1


def test_T_L02_bill_of_materials_names_what_the_lock_names():
    sbom = load("sbom")
    told = {part["purl"]: part for part in sbom.json.loads(sbom.TARGET.read_text())["components"]}

    made = {part["purl"]: part for part in sbom.components()}

    # Licenses are read from what is installed, which the file's readers need not have.
    assert {purl: part["properties"] for purl, part in told.items()} == {
        purl: part["properties"] for purl, part in made.items()
    }
    assert [purl for purl, part in told.items() if part["licenses"] == []] == []


def load(name: str):
    """A program of .ci, which is no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_T_L05_no_secret_is_in_the_repository():
    found = {}
    for path in tracked_files():
        name = name_of(path)
        if name in KNOWN or name.startswith("tests/"):
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        if match := KEYS.search(text) or WORDS.search(text):
            found[name] = match[0][:40]

    assert found == {}


def test_T_L05_no_private_key_is_in_the_tests():
    """Their passwords are made up; a key would be a real one."""
    texts = {name_of(p): p.read_bytes().decode("utf-8", "replace") for p in tracked_files()}

    assert [name for name, text in texts.items() if KEYS.search(text)] == []


@pytest.mark.parametrize(
    "line",
    [
        "AGE-SECRET" + "-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQ",
        "-----BEGIN PRIVATE" + " KEY-----\n" + "MIGHAgEAMBMGByqGSM49" * 3,
        "AKI" + "AABCDEFGHIJKLMNOP",
        'API_KEY = "' + 'abcdefghijklmnop1234"',
    ],
)
def test_T_L05_scan_knows_a_secret_when_it_sees_one(line):
    assert KEYS.search(line) or WORDS.search(line)
