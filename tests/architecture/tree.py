"""The source tree as the architecture tests read it."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("clinic", "notes", "billing")


def python_files(*places: str) -> list[Path]:
    """Our Python files below these places, migrations left out."""
    found = [path for place in places for path in sorted((ROOT / place).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


@cache
def syntax(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All of a file's syntax; walking it is what the tests that read it would spend time on."""
    return tuple(ast.walk(syntax(path)))


def imports(path: Path) -> Iterator[str]:
    """The dotted names a file imports, wherever in the file."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = path.relative_to(ROOT).parts[: -node.level] if node.level else ()
            yield ".".join([*package, node.module or ""])


def roots(*places: str) -> dict[str, set[str]]:
    """The top package of each import, with the files that import it."""
    found: dict[str, set[str]] = {}
    for path in python_files(*places):
        for name in imports(path):
            found.setdefault(name.partition(".")[0], set()).add(name_of(path))
    return found


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tracked_files() -> tuple[Path, ...]:
    """What git would commit: tracked files, and new ones that are not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    paths = (ROOT / name for name in listed.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))
