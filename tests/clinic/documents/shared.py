"""Bytes that many tests look at are made once for a run, also when two processes test."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

_made: dict[str, bytes] = {}
_place: list[Path] = []


def between_processes(folder: Path) -> None:
    """Where the processes of this run find what the others made."""
    folder.mkdir(exist_ok=True)
    _place[:] = [folder]


def once(name: str, make: Callable[[], bytes]) -> bytes:
    if name not in _made:
        _made[name] = _common(_place[0] / name, make) if _place else make()
    return _made[name]


def _common(path: Path, make: Callable[[], bytes]) -> bytes:
    """Two may make it at the same time; both use what was there first."""
    if not path.exists():
        own = path.with_name(f"{path.name}.{os.getpid()}")
        own.write_bytes(make())
        with contextlib.suppress(FileExistsError):
            os.link(own, path)
        own.unlink()
    return path.read_bytes()
