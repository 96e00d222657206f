"""Setting the next superbills of a batch while the one before is being signed and stored.

A page depends on its number, which is only taken inside the transaction. So it is set with the
number expected for it; whoever issues compares the whole context, and sets it anew if anything
differs. Nothing is read or written here: the caller made the context.
"""

import os
import queue
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from clinic.documents.contexts import SuperbillContext
from clinic.documents.render import superbill_job
from clinic.documents.worker import Press
from clinic.errors import HandlineError
from clinic.services import issuing

# A page costs about twice what signing and storing it does: two presses keep one signer busy.
PRESSES = min(2, os.cpu_count() or 1)
# Nobody waits at a screen, so a busy machine gets more time than there; twice this is less than
# the silence after which another worker takes a batch over.
SECONDS = 40


@dataclass(frozen=True, slots=True)
class Ahead:
    """A page that is being set for this context, under the id its QR code names."""

    context: SuperbillContext
    public_id: uuid.UUID
    pages: "Future[bytes]"

    @property
    def number(self) -> str:
        return self.context.number

    @property
    def at(self) -> datetime:
        return self.context.issued_at

    def wait(self) -> None:
        self.pages.exception()

    def pages_for(self, printed: SuperbillContext) -> bytes | None:
        """The bytes, if they were set for exactly this; raises why they could not be."""
        return self.pages.result() if printed == self.context else None


class PressRoom:
    """Presses of the batch's own, side by side, and as many threads that wait for them."""

    def __init__(self, count: int = PRESSES) -> None:
        self.size = count
        self._pool = ThreadPoolExecutor(max_workers=count)
        self._free: queue.SimpleQueue[Press] = queue.SimpleQueue()
        for _ in range(count):
            self._free.put(Press(seconds=SECONDS))

    def start(self, context: SuperbillContext) -> Ahead:
        public_id = uuid.uuid4()
        printed = replace(context, verify_url=issuing.verify_url(public_id))
        return Ahead(printed, public_id, self._pool.submit(self._set, printed))

    def _set(self, context: SuperbillContext) -> bytes:
        """A second time where it failed: a press that died is started anew by then."""
        job = superbill_job(context)
        press = self._free.get()
        try:
            return press.set(job)
        except HandlineError:
            return press.set(job)
        finally:
            self._free.put(press)

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        for _ in range(self.size):
            self._free.get().close()


@contextmanager
def press_room() -> Iterator[PressRoom]:
    room = PressRoom()
    try:
        yield room
    finally:
        room.close()
