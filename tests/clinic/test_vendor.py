import hashlib
import json
from pathlib import Path

import pytest

VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor"
PACKAGES = json.loads((VENDOR / "VENDOR.json").read_text())
FILES = [(entry["file"], entry["sha256"]) for package in PACKAGES for entry in package["files"]]


@pytest.mark.parametrize(("name", "sha256"), FILES)
def test_vendored_file_is_the_one_recorded(name, sha256):
    content = (VENDOR / name).read_bytes()

    assert hashlib.sha256(content).hexdigest() == sha256


def test_vendor_holds_no_unrecorded_file():
    present = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}

    assert present == {name for name, _ in FILES} | {"VENDOR.json"}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_vendored_package_ships_its_license(package):
    assert package["license"] in {"MIT", "0BSD", "OFL-1.1"}
    assert [f for f in package["files"] if f["file"].endswith(("LICENSE", "OFL.txt"))]


def test_vendored_text_points_at_no_source_map():
    # a dangling map stops collectstatic under the manifest storage
    sheets_and_scripts = [*VENDOR.rglob("*.css"), *VENDOR.rglob("*.js")]

    assert [p.name for p in sheets_and_scripts if b"sourceMappingURL" in p.read_bytes()] == []
