"""Give every pinned package its hashes: python .ci/lock.py

Reads the pins of the lists below as they stand, asks the package
index for the hashes of all their files (every platform and Python, so that the lists hold on
other machines too), and writes the lists again with comments and order kept. Add a package by
writing `name==version` on a line of its own, then run this. The bill of materials follows.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LISTS = tuple(
    ROOT / name for name in ("requirements.txt", "tests/requirements.txt", "requirements-s3.txt")
)
APART = (ROOT / "tests/requirements-x12.txt",)  # an environment of its own, with other versions
UV = "uv==0.13.9"
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?P<extra>\[[^]]*\])?==(?P<version>[^\s;\\]+)")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def lines_without_hashes(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    plain = [line.removesuffix("\\").rstrip() for line in text.splitlines()]
    return [line for line in plain if not line.lstrip().startswith("--hash=")]


def hashes_of(pins: list[str]) -> dict[str, list[str]]:
    """The index's hashes of each pinned release, asked through uv in a place of its own."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        subprocess.run([sys.executable, "-m", "venv", place / "venv"], check=True)
        python = place / "venv" / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", UV], check=True)
        (place / "pins.txt").write_text("\n".join(pins), encoding="utf-8")
        subprocess.run(
            [place / "venv/bin/uv", "pip", "compile", "--quiet", "--native-tls", "--no-deps",
             "--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate",
             "--no-header", "--output-file", place / "locked.txt", place / "pins.txt"],
            check=True,
        )  # fmt: skip
        found: dict[str, list[str]] = {}
        name = ""
        for line in (place / "locked.txt").read_text(encoding="utf-8").splitlines():
            if match := PIN.match(line):
                name = normal(match["name"])
            elif hash_ := re.search(r"--hash=(sha256:[0-9a-f]{64})", line):
                found.setdefault(name, []).append(hash_[1])
    return found


def with_hashes(lines: list[str], hashes: dict[str, list[str]]) -> str:
    written = []
    for line in lines:
        match = PIN.match(line)
        if not match:
            written.append(line)
            continue
        known = sorted(set(hashes.get(normal(match["name"]), ())))
        if not known:
            raise SystemExit(f"The index names no hash for {line}.")
        written.append(" \\\n".join([line, *(f"    --hash={hash_}" for hash_ in known)]))
    return "\n".join(written) + "\n"


def lock(lists: tuple[Path, ...]) -> None:
    texts = {path: lines_without_hashes(path) for path in lists}
    pins = [line for lines in texts.values() for line in lines if PIN.match(line)]
    hashes = hashes_of(pins)
    for path, lines in texts.items():
        path.write_text(with_hashes(lines, hashes), encoding="utf-8")
    print(f"{len(pins)} packages, {sum(map(len, hashes.values()))} hashes.")


def main() -> None:
    for group in (LISTS, APART):
        lock(group)
    subprocess.run([sys.executable, ROOT / ".ci" / "sbom.py"], check=True)


if __name__ == "__main__":
    main()
