"""The archive: a compressed tar, encrypted to the clinic's recipients in the age format.

The format is open: `age --decrypt --identity KEY FILE | tar xz` reads it without Handline.
Data flows through a pipe, so that a backup needs room for one copy of the database, not three.
"""

import gzip
import io
import os
import tarfile
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import pyrage

from clinic.errors import NotAllowed

_LEVEL = 1  # documents are compressed already; the rest shrinks well even at the fastest level
_WRONG_KEY = "This key does not open the backup: give the identity of one of its recipients."
_DAMAGED = "The backup is damaged or cut short: use another one."
_CUT_SHORT = (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error)


def recipient(text: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError as trouble:
        raise NotAllowed(
            f"{text[:20]} is no recipient: it begins with age1; `manage.py backup_key` makes one."
        ) from trouble


def identity(path: Path) -> pyrage.x25519.Identity:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as trouble:
        raise NotAllowed(f"The key file {path} cannot be read.") from trouble
    for line in lines:
        if line.startswith("AGE-SECRET-KEY-"):
            with suppress(pyrage.IdentityError):
                return pyrage.x25519.Identity.from_str(line.strip())
    raise NotAllowed(f"{path} holds no key: one line of it begins with AGE-SECRET-KEY-.")


def new_identity() -> tuple[str, str]:
    """A private key to be kept off the machine, and the recipient that belongs to it."""
    made = pyrage.x25519.Identity.generate()
    return str(made), str(made.to_public())


def seal(
    members: Sequence[tuple[str, bytes | Path]], *, into: IO[bytes], recipients: Sequence[str]
) -> None:
    """Write the members, in order, as an encrypted archive."""
    to = [recipient(text) for text in recipients]

    def pack(out: IO[bytes]) -> None:
        with (
            gzip.GzipFile(fileobj=out, mode="wb", compresslevel=_LEVEL, mtime=0) as zipped,
            tarfile.open(fileobj=zipped, mode="w|") as tar,
        ):
            for name, content in members:
                _add(tar, name, content)

    target = _Target(into)
    try:
        with _piped(writer=pack) as source:
            pyrage.encrypt_io(source, target, to)
    except pyrage.EncryptError:
        raise target.trouble or OSError("The archive could not be encrypted.") from None
    if target.trouble:  # the last few bytes: there the library does not look
        raise target.trouble


def _add(tar: tarfile.TarFile, name: str, content: bytes | Path) -> None:
    info = tarfile.TarInfo(name)
    info.mode = 0o600
    if isinstance(content, bytes):
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    else:
        info.size = content.stat().st_size
        with content.open("rb") as file:
            tar.addfile(info, file)


def unseal(file: IO[bytes], *, key: Any) -> Iterator[tuple[str, IO[bytes]]]:
    """The members as they come; each must be read before the next is asked for."""

    def decrypt(out: IO[bytes]) -> None:
        pyrage.decrypt_io(file, out, [key])

    try:
        with (
            _piped(writer=decrypt) as source,
            gzip.GzipFile(fileobj=source) as zipped,
            tarfile.open(fileobj=zipped, mode="r|") as tar,
        ):
            for info in tar:
                # Names from outside choose no place: the caller does.
                if not info.isreg() or "/" in info.name:
                    raise NotAllowed("The backup holds something that Handline does not write.")
                yield info.name, tar.extractfile(info)
            while zipped.read(1 << 20):
                pass
    except pyrage.DecryptError as trouble:
        wrong = "matching keys" in str(trouble).lower()
        raise NotAllowed(_WRONG_KEY if wrong else _DAMAGED) from trouble
    except (*_CUT_SHORT, ValueError) as trouble:
        raise NotAllowed(_DAMAGED) from trouble
    except OSError as trouble:
        if trouble.errno is None:  # what pyrage raises where a part does not authenticate
            raise NotAllowed(_DAMAGED) from trouble
        raise


@contextmanager
def _piped(*, writer: Callable[[IO[bytes]], None]) -> Iterator[IO[bytes]]:
    """The reading end of a pipe that `writer` fills in a thread; its error is raised here."""
    reading, writing = os.pipe()
    failed: list[BaseException] = []

    def run() -> None:
        try:
            with os.fdopen(writing, "wb") as out:
                writer(out)
        except BaseException as trouble:  # raised again in the other thread
            failed.append(trouble)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        with os.fdopen(reading, "rb") as source:
            yield source
    except (*_CUT_SHORT, pyrage.EncryptError):
        thread.join()
        if failed:  # the pipe ended early because the other side failed
            raise failed[0] from None
        raise
    finally:
        thread.join()
    if failed:
        raise failed[0]


class _Target:
    """The file written to; keeps the disk's own error, which the library turns into words."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.trouble: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            return self.file.write(data)
        except OSError as trouble:
            self.trouble = trouble
            raise

    def flush(self) -> None:
        self.file.flush()
