"""A warm process beside the server that sets documents, one at a time.

The web process never loads WeasyPrint: setting runs in a child with a time and a memory
limit, started at first use or ahead of it, replaced when it dies and after a number of
documents. The child reads jobs from its standard input and ends when that closes, so none
outlives its server.
"""

import atexit
import base64
import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from .contexts import NoteContext, SuperbillContext
from .errors import DocumentError
from .job import Attached, Job
from .render import note_job, superbill_job

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 20
MEMORY = 512 << 20  # address space of the child; resident it needs about 80 MB
DOCUMENTS = 500
# The child sets what people typed; the server's secrets are none of its business.
PASSED_ON = {"PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR", "XDG_CACHE_HOME"}
LENGTH = struct.Struct(">I")
READY = b""  # no job: the child says when it could take one


def render_note(context: NoteContext, *, size: str = "letter", earlier: bytes = b"") -> bytes:
    return PRESS.set(note_job(context, size=size, earlier=earlier))


def render_superbill(
    context: SuperbillContext, *, size: str = "letter", earlier: bytes = b""
) -> bytes:
    return PRESS.set(superbill_job(context, size=size, earlier=earlier))


class Press:
    """Owner of the one child of this process. Threads take turns."""

    def __init__(self, *, seconds: float = SECONDS, documents: int = DOCUMENTS) -> None:
        self.seconds = seconds
        self.documents = documents
        self._turn = threading.Lock()
        self._child: subprocess.Popen | None = None
        self._warm = False
        self._set = 0

    def set(self, job: Job) -> bytes:
        with self._in_turn():
            return self._set_in_turn(job)

    def start(self) -> None:
        """Let the child start beside whatever this thread does next."""
        if self._turn.acquire(blocking=False):
            try:
                self._living_child()
            finally:
                self._turn.release()

    def warm(self) -> None:
        """Come back when the child stands ready: its libraries loaded, fonts and styles read.

        To be called before a transaction begins, or all others wait while a process starts.
        """
        if self._warm and self._child is not None and self._child.poll() is None:
            return
        with self._in_turn():
            self._asked(READY)
            self._warm = True

    def close(self) -> None:
        child, self._child, self._warm = self._child, None, False
        if child is None:
            return
        child.kill()
        child.stdin.close()
        child.stdout.close()
        child.wait()

    def forget(self) -> None:
        """After a fork the child belongs to the parent: drop our ends of its pipes only."""
        child, self._child, self._warm = self._child, None, False
        self._turn = threading.Lock()
        if child is not None:
            child.stdin.close()
            child.stdout.close()
            child.returncode = 0  # not ours to wait for

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=self.seconds):
            raise DocumentError("Other documents are still being made. Try again in a minute.")
        try:
            yield
        finally:
            self._turn.release()

    def _set_in_turn(self, job: Job) -> bytes:
        reply = self._asked(pack(job))
        self._set += 1
        if self._set >= self.documents:
            self.close()
        return _opened(reply)

    def _asked(self, body: bytes) -> bytes:
        child = self._living_child()
        deadline = time.monotonic() + self.seconds
        try:
            _send(child.stdin, body)
            return _receive(child.stdout, lambda: deadline - time.monotonic())
        except TimeoutError as error:
            self.close()
            raise DocumentError(
                f"The document was not finished within {self.seconds:g} seconds and was given "
                "up. Shorten its longest texts and try again."
            ) from error
        except (OSError, EOFError) as error:
            self.close()
            raise DocumentError(
                "The document needed more memory than it may use, or its process ended. Try "
                "again; if it happens again, shorten the longest texts."
            ) from error

    def _living_child(self) -> subprocess.Popen:
        if self._child is not None and self._child.poll() is not None:
            self.close()
        if self._child is None:
            self._set = 0
            self._child = subprocess.Popen(
                [sys.executable, "-m", "clinic.documents.worker_main", str(MEMORY)],
                cwd=ROOT,
                env={name: os.environ[name] for name in PASSED_ON & os.environ.keys()},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        return self._child


def _opened(reply: bytes) -> bytes:
    """First byte: 0 for a document, 1 for a sentence that says why there is none."""
    if reply[:1] == b"\1":
        raise DocumentError(reply[1:].decode())
    return reply[1:]


def _send(stream, body: bytes) -> None:
    stream.write(LENGTH.pack(len(body)) + body)
    stream.flush()


def _receive(stream, left: Callable[[], float]) -> bytes:
    (length,) = LENGTH.unpack(_exactly(stream, LENGTH.size, left))
    return _exactly(stream, length, left)


def _exactly(stream, count: int, left: Callable[[], float]) -> bytes:
    parts = []
    while count:
        ready, _, _ = select.select([stream], [], [], max(0, left()))
        if not ready:
            raise TimeoutError
        part = os.read(stream.fileno(), min(count, 1 << 16))
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def pack(job: Job) -> bytes:
    """JSON, not pickle: a job holds what people typed."""
    return json.dumps(
        {
            "html": job.html,
            "made_at": job.made_at.isoformat(),
            "kind": job.kind,
            "size": job.size,
            "mark": job.mark,
            "attached": [
                [item.name, base64.b64encode(item.body).decode(), item.description, item.relation]
                for item in job.attached
            ],
        }
    ).encode()


def unpack(body: bytes) -> Job:
    facts = json.loads(body)
    attached = tuple(
        Attached(name, base64.b64decode(data), description, relation)
        for name, data, description, relation in facts.pop("attached")
    )
    made_at = datetime.fromisoformat(facts.pop("made_at"))
    return Job(made_at=made_at, attached=attached, **facts)


PRESS = Press()
atexit.register(PRESS.close)
os.register_at_fork(after_in_child=PRESS.forget)
