"""Write what Handline is made of as a CycloneDX bill of materials: python .ci/sbom.py [--check]

Taken from requirements.txt (versions, hashes), the installed packages (licenses) and the
libraries committed under static/vendor. The same lists give the same file, byte for byte.
"""

import hashlib
import json
import re
import sys
import uuid
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "sbom.cdx.json"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def pinned() -> Iterator[tuple[str, str, list[str]]]:
    """Name, version and the hashes of each package that Handline runs on."""
    name = version = ""
    hashes: list[str] = []
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if match := _PIN.match(line):
            if name:
                yield name, version, hashes
            name, version, hashes = match[1], match[2], []
        elif match := _HASH.search(line):
            hashes.append(match[1])
    yield name, version, hashes


def license_of(name: str) -> str:
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return "unknown"
    said = about.get("License-Expression") or ""
    classified = [c.split(" :: ")[-1] for c in about.get_all("Classifier", [])
                  if c.startswith("License ::")]  # fmt: skip
    return said or ", ".join(classified) or (about.get("License") or "unknown").splitlines()[0]


def components() -> list[dict]:
    found = []
    for name, version, hashes in pinned():
        normal = re.sub(r"[-_.]+", "-", name).lower()
        found.append(
            {
                "type": "library",
                "bom-ref": f"pkg:pypi/{normal}@{version}",
                "name": name,
                "version": version,
                "purl": f"pkg:pypi/{normal}@{version}",
                "licenses": [{"license": {"name": license_of(name)}}],
                "properties": [
                    {"name": "handline:sha256-of-hashes",
                     "value": hashlib.sha256("".join(sorted(hashes)).encode()).hexdigest()},
                ],
            }
        )  # fmt: skip
    vendored = json.loads((ROOT / "static/vendor/VENDOR.json").read_text(encoding="utf-8"))
    for package in vendored:
        purl = f"pkg:npm/{package['name'].replace('@', '%40')}@{package['version']}"
        found.append(
            {
                "type": "library",
                "bom-ref": purl,
                "name": package["name"],
                "version": package["version"],
                "purl": purl,
                "licenses": [{"license": {"name": package["license"]}}],
                "properties": [{"name": f"handline:sha256:{file['file']}", "value": file["sha256"]}
                               for file in package["files"]],
            }
        )  # fmt: skip
    return sorted(found, key=lambda component: component["bom-ref"])


def bill() -> str:
    parts = components()
    body = json.dumps(parts, sort_keys=True)
    handline = {"type": "application", "bom-ref": "handline", "name": "Handline", "version": "1.0"}
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, body)}",
        "version": 1,
        "metadata": {"component": handline},
        "components": parts,
        "dependencies": [{"ref": "handline", "dependsOn": [part["bom-ref"] for part in parts]}],
    }
    return json.dumps(bom, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> int:
    if "--check" in sys.argv:
        fresh = TARGET.exists() and TARGET.read_text(encoding="utf-8") == bill()
        print("The bill of materials is current." if fresh else "Run: python .ci/sbom.py")
        return int(not fresh)
    TARGET.write_text(bill(), encoding="utf-8")
    print(f"{TARGET.relative_to(ROOT)}: {len(components())} components.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
