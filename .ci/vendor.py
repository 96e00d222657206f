"""Fetch the front-end libraries into static/vendor/, byte for byte the same each time.

Only a maintainer runs this, with npm at hand: `python .ci/vendor.py`. What it writes is
committed, so that a fresh machine needs no Node and no network to serve the product.
`python .ci/vendor.py --check` re-hashes the committed files offline.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import tinycss2

ROOT = Path(__file__).resolve().parent.parent / "static" / "vendor"
MANIFEST = ROOT / "VENDOR.json"
# parts of Bootstrap that need its JavaScript or that we draw ourselves; a third of its weight
UNUSED_PARTS = re.compile(
    r"\.(accordion|blockquote|breadcrumb|bs-popover|bs-tooltip|card|carousel|dropdown|dropend"
    r"|dropstart|dropup|figure|focus-ring|icon-link|list-group|modal|nav|navbar|offcanvas|page"
    r"|pagination|placeholder|popover|progress|spinner|stretched-link|tab|toast|tooltip|vr"
    r"|btn-outline-(?!secondary)\w+|btn-(info|warning|success|light|dark)|text-bg|link-offset|link-underline|link-opacity)"
    r"(?![a-z])"
)
SOURCE_MAP = re.compile(rb"\s*(/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S+)\s*$")


@dataclass(frozen=True)
class Package:
    """One pinned npm package: which files are taken, and where they go."""

    name: str
    version: str
    license: str
    integrity: str  # the registry's sha512 of the tarball, pinned so that it cannot move
    files: dict[str, str]
    icons: tuple[str, ...] = ()
    change: str = ""


# one icon a line, as the sprite calls it; `hand=hand-index-thumb` renames one
ICONS = tuple((Path(__file__).parent / "icons.txt").read_text().split())

PACKAGES = (
    Package(
        name="bootstrap",
        version="5.3.9",
        license="MIT",
        integrity="sha512-20cU0rcfw8WdxtVbmfU+xT2EjvVTw9Ror/h1Qvd7DXCujRg8OO9mdBCsmTHdJFf3BuadmBNJtgIuUXsBqSkk/w==",
        files={
            "dist/css/bootstrap.min.css": "bootstrap/bootstrap.min.css",
            "LICENSE": "bootstrap/LICENSE",
        },
        change="Families of rules that Handline does not use are cut; the rest is unchanged.",
    ),
    Package(
        name="htmx.org",
        version="2.0.11",
        license="0BSD",
        integrity="sha512-Thx/WtpeOQqSrqBCw/A1cwGJGg4UrVa3+sW0GmrM3p4gJgO89ecH4qtbnyzDDWFvBTqjnIMCgELTNt636dtamA==",
        files={"dist/htmx.min.js": "htmx/htmx.min.js", "LICENSE": "htmx/LICENSE"},
    ),
    Package(
        name="@fontsource-variable/atkinson-hyperlegible-next",
        version="5.3.0",
        license="OFL-1.1",
        integrity="sha512-UnLzNUy1RWoLDfydAatP4NaRm99X/WbQEph7q/PymJnCFIOOwKOx3pBmp5ys8trO0dM+CKGuJgeZP9fAR4mQpA==",
        files={
            "files/atkinson-hyperlegible-next-latin-wght-normal.woff2": "atkinson/latin.woff2",
            "files/atkinson-hyperlegible-next-latin-ext-wght-normal.woff2": (
                "atkinson/latin-ext.woff2"
            ),
            "LICENSE": "atkinson/OFL.txt",
        },
    ),
    Package(
        name="bootstrap-icons",
        version="1.13.2",
        license="MIT",
        integrity="sha512-fAU1Ly3dH7hwRg+CB8EZ0Vl0fF80zgXHeUVJyfUOKzoURr+TbwISbCW5tKUoQLERaWYG2emTCybcPbD96hdD1A==",
        files={"LICENSE": "icons/LICENSE"},
        icons=ICONS,
        change="The icons of .ci/icons.txt, gathered in one sprite.",
    ),
)


def fetch(package: Package, into: Path) -> tarfile.TarFile:
    """Let npm pack the package, and refuse a tarball that is not the pinned one."""
    spec = f"{package.name}@{package.version}"
    command = ["npm", "pack", spec, "--silent", "--pack-destination", str(into)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    tarball = into / done.stdout.strip().splitlines()[-1]
    digest = hashlib.sha512(tarball.read_bytes()).digest()
    if (found := f"sha512-{base64.b64encode(digest).decode()}") != package.integrity:
        raise SystemExit(f"{spec}: integrity is {found}, the pinned one is {package.integrity}.")
    return tarfile.open(tarball)


def member(archive: tarfile.TarFile, name: str) -> bytes:
    stream = archive.extractfile(f"package/{name}")
    assert stream is not None, name
    return stream.read()


def without_source_map(content: bytes) -> bytes:
    # the manifest storage follows the comment and stops at the missing map
    return SOURCE_MAP.sub(b"\n", content)


def without_unused_parts(sheet: bytes) -> bytes:
    """Cut whole families of rules; what stays is Bootstrap's own text, in its own order."""
    rules = tinycss2.parse_stylesheet(sheet.decode(), skip_whitespace=True)
    return "".join(kept_rule(rule) for rule in rules).encode()


def kept_rule(rule: tinycss2.ast.Node) -> str:
    if rule.type == "at-rule" and rule.lower_at_keyword in {"media", "supports"}:
        inner = tinycss2.parse_rule_list(rule.content, skip_whitespace=True, skip_comments=True)
        kept = "".join(kept_rule(one) for one in inner)
        prelude = tinycss2.serialize(rule.prelude)
        return f"@{rule.at_keyword}{prelude}{{{kept}}}" if kept else ""
    if rule.type == "at-rule" and re.search("spinner|placeholder|progress", rule.serialize()):
        return ""
    if rule.type != "qualified-rule":
        return rule.serialize()
    selectors = re.split(r",(?![^(]*\))", tinycss2.serialize(rule.prelude))
    used = [selector for selector in selectors if not UNUSED_PARTS.search(selector)]
    return f"{','.join(used)}{{{tinycss2.serialize(rule.content)}}}" if used else ""


def sprite(archive: tarfile.TarFile, names: tuple[str, ...]) -> bytes:
    """Cut one SVG of <symbol>s from the whole set: the full sprite is 37 times as heavy."""
    symbols = []
    for line in sorted(names):
        name, _, drawn_as = line.partition("=")
        icon = ElementTree.fromstring(member(archive, f"icons/{drawn_as or name}.svg"))
        shapes = "".join(
            ElementTree.tostring(shape, encoding="unicode").replace(
                ' xmlns:ns0="http://www.w3.org/2000/svg"', ""
            )
            for shape in icon
        ).replace("ns0:", "")
        shapes = re.sub(r"\s*\n\s*", "", shapes).replace(" />", "/>")
        symbols.append(f'<symbol id="{name}" viewBox="{icon.get("viewBox")}">{shapes}</symbol>\n')
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{"".join(symbols)}</svg>\n'.encode()


def prepared(target: str, content: bytes) -> bytes:
    content = without_source_map(content)
    return without_unused_parts(content) if target.endswith("bootstrap.min.css") else content


def write(target: str, content: bytes) -> dict[str, str]:
    path = ROOT / target
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return {"file": target, "sha256": hashlib.sha256(content).hexdigest()}


def vendor(package: Package, scratch: Path) -> dict[str, object]:
    with fetch(package, scratch) as archive:
        files = [
            write(target, prepared(target, member(archive, source)))
            for source, target in package.files.items()
        ]
        if package.icons:
            files.append(write("icons/icons.svg", sprite(archive, package.icons)))
    return {
        "name": package.name,
        "version": package.version,
        "license": package.license,
        "integrity": package.integrity,
        "change": package.change,
        "files": files,
    }


def changed_files() -> list[str]:
    """Names of committed files that are not what the manifest says."""
    return [
        entry["file"]
        for package in json.loads(MANIFEST.read_text())
        for entry in package["files"]
        if not (ROOT / entry["file"]).is_file()
        or hashlib.sha256((ROOT / entry["file"]).read_bytes()).hexdigest() != entry["sha256"]
    ]


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        for name in (changed := changed_files()):
            print(f"static/vendor/{name} is not the vendored file; run .ci/vendor.py.")
        return 1 if changed else 0
    with tempfile.TemporaryDirectory() as scratch:
        entries = [vendor(package, Path(scratch)) for package in PACKAGES]
    MANIFEST.write_text(json.dumps(entries, indent=2) + "\n")
    print(f"{len(entries)} packages written to static/vendor.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
