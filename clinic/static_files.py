"""Static files as an installation serves them: ours minified, the charting screen in one file.

Developers and tests are served the plain modules, which an import map names; there is nothing to
build before they run. ``collectstatic`` makes what is sent over a clinic's line: half the bytes,
and one request where there were twenty.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

import minify
from django.contrib.staticfiles.storage import staticfiles_storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

Read = Callable[[str], str]
JOINED = {"js/chart.js": "chart/"}  # a page's script, and what the names of its modules begin with
KINDS = {".js": "application/javascript", ".css": "text/css"}
_IMPORT = re.compile(r'^import (?:(\{[^}]*\}) from )?"([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const|let) (\w+))", re.MULTILINE)
_LEFT_OVER = re.compile(r"^(?:import|export)\b", re.MULTILINE)


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Minifies before the names are hashed, always from the source: collecting twice is safe."""

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        def read(name: str) -> str:
            storage, path = paths[name]
            with storage.open(path) as source:
                return source.read().decode()

        ours = [] if dry_run else list(filter(is_ours, paths))
        for name in ours:
            text = joined(name, read) if name in JOINED else read(name)
            with open(self.path(name), "w", encoding="utf-8") as served:
                served.write(minify.string(KINDS[PurePosixPath(name).suffix], text))
        paths = paths | {name: (self, name) for name in ours}
        yield from super().post_process(paths, dry_run, **options)


def serves_modules() -> bool:
    """Whether a page has to name each module, because none are joined."""
    return not isinstance(staticfiles_storage, StaticFiles)


def is_ours(name: str) -> bool:
    return PurePosixPath(name).suffix in KINDS and not name.startswith("vendor/")


def joined(entry: str, read: Read) -> str:
    """The script and the modules it imports, as one module; each keeps a scope of its own."""
    prefix, outside, done = JOINED[entry], [], []
    written: list[str] = []

    def add(name: str) -> None:
        if name not in done:
            done.append(name)
            written.append(f"const {_scope(name)} = (() => {{\n{body(f'js/{name}.js')}}})();\n")

    def body(path: str) -> str:
        source = read(path)
        for names, module in _IMPORT.findall(source):
            if module.startswith(prefix):
                add(module)
            elif (line := f'import {names} from "{module}";\n') not in outside:
                outside.append(line)
        text = _EXPORT.sub(r"\1", _IMPORT.sub(_as_constant, source))
        if _LEFT_OVER.search(text):
            raise ValueError(f"{path}: write each import and export on a line of its own.")
        exported = ", ".join(name for _, name in _EXPORT.findall(source))
        return f"{text}\nreturn {{ {exported} }};\n" if exported else text

    def _as_constant(found: re.Match[str]) -> str:
        names, module = found.groups()
        inside = names and module.startswith(prefix)
        return f"const {names} = {_scope(module)};\n" if inside else ""

    last = body(entry)
    return "".join([*outside, *written, last])


def _scope(module: str) -> str:
    return "_" + re.sub(r"\W", "_", module)
