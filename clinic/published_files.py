"""Tables that authorities publish, as downloaded: a plain file or a zip, read line by line."""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from clinic.errors import HandlineError

# A part of the pair table has some 60 MB; ten times that is no table but a bomb.
MAX_CONTENT = 600 * 1024 * 1024
MAX_LINE = 8192


class FileRefused(HandlineError):
    """A file that is not what it should be; nothing of it was kept."""


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file by name and seekable stream; whoever opened the stream closes it."""

    name: str
    stream: BinaryIO

    def sha256(self) -> str:
        self.stream.seek(0)
        return hashlib.file_digest(self.stream, "sha256").hexdigest()

    def is_zip(self) -> bool:
        self.stream.seek(0)
        return self.stream.read(4) == b"PK\x03\x04" and not self.name.lower().endswith(".xlsx")


@contextmanager
def opened(path: Path) -> Iterator[PublishedFile]:
    try:
        stream = path.open("rb")
    except OSError as trouble:
        raise FileRefused(f"{path.name} cannot be opened: {trouble.strerror}.") from trouble
    with stream:
        yield PublishedFile(path.name, stream)


# What zipfile and its decompressors raise on damaged bytes.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Turn what a damaged archive raises into a sentence; only around the reading of bytes."""
    try:
        yield
    except _DAMAGE as trouble:
        raise FileRefused(f"{name} is damaged or cut short: download it again.") from trouble


@contextmanager
def contents(file: PublishedFile, *suffixes: str) -> Iterator[list[tuple[str, BinaryIO]]]:
    """The file itself, or a zip's members with the first of these endings that it has."""
    if not file.is_zip():
        file.stream.seek(0)
        yield [(file.name, file.stream)]
        return
    with ExitStack() as stack:
        with readable(file.name):
            archive = stack.enter_context(zipfile.ZipFile(file.stream))
            members = _members(file.name, archive, suffixes)
            streams = [stack.enter_context(archive.open(member)) for member in members]
        yield [
            (Path(member.filename).name, BufferedReader(stream, 1 << 20))
            for member, stream in zip(members, streams, strict=True)
        ]


def head_of(file: PublishedFile, *suffixes: str) -> bytes:
    """The first bytes, for telling what a file is that is not the one looked for."""
    with contents(file, *suffixes) as members:
        return start_of(*members[0])


def start_of(name: str, stream: BinaryIO) -> bytes:
    with readable(name):
        return stream.read(4096)


def lines(name: str, stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Numbered lines without their ends; none may be longer than a published row can be."""
    number = 0
    with readable(name):
        while line := stream.readline(MAX_LINE):
            number += 1
            if len(line) == MAX_LINE:
                raise refusal(name, number, "the row is longer than any of such a table")
            yield number, line.rstrip(b"\r\n")


def refusal(name: str, line: int, what: str) -> FileRefused:
    return FileRefused(f"{name}, line {line}: {what}. Nothing was imported.")


def not_the(wanted: str, name: str, head: bytes) -> FileRefused:
    """Say what the file is instead, where its first bytes tell."""
    for pattern, what, command in _KNOWN:
        if what != wanted and re.search(pattern, head):
            return FileRefused(f"{name} is {what}, not {wanted}: use {command}.")
    return FileRefused(f"{name} is not {wanted}: its heading does not have the expected columns.")


_KNOWN = (
    (rb"MUE Values", "a unit-limit (MUE) file", "import_mue"),
    (rb"Relative Value File", "a relative value (RVU) file", "import_rvu"),
    (rb"Column1/Column2 Edits|PTP Edit Rationale", "a code-pair (PTP) file", "import_ptp"),
    (rb"\A\d{5} [A-Z][0-9A-Z]{2,6} +[01] ", "an ICD-10-CM order file", "import_icd10cm"),
)


def _members(
    name: str, archive: zipfile.ZipFile, suffixes: tuple[str, ...]
) -> list[zipfile.ZipInfo]:
    for suffix in suffixes:
        found = [m for m in archive.infolist() if m.filename.lower().endswith(suffix)]
        if found:
            for member in found:
                _check_member(name, member)
            return sorted(found, key=lambda member: member.filename)
    kinds = " or ".join(suffixes)
    raise FileRefused(f"{name} holds no {kinds} file: it is not the table looked for.")


def _check_member(name: str, member: zipfile.ZipInfo) -> None:
    if member.flag_bits & 1:
        raise FileRefused(f"{name} is locked with a password: unpack it first.")
    if member.file_size > MAX_CONTENT:
        raise FileRefused(f"{name} unpacks to more than any such table has: it was not read.")
