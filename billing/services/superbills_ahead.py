"""Setting the next superbill of a batch while the one before is being signed and stored.

The page depends on its number, which is only taken inside the transaction. So it is set with the
number expected next; whoever issues compares the whole context, and sets it anew if anything
differs. Nothing is read or written here: the caller made the context.
"""

import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from clinic.documents.contexts import SuperbillContext
from clinic.errors import HandlineError
from clinic.services import issuing, rendering


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
        """The bytes, if they were set for exactly this."""
        if printed != self.context:
            return None
        try:
            return self.pages.result()
        except HandlineError:
            return None  # it is set again, and then says why


def start(context: SuperbillContext, pool: ThreadPoolExecutor) -> Ahead:
    public_id = uuid.uuid4()
    printed = replace(context, verify_url=issuing.verify_url(public_id))
    return Ahead(printed, public_id, pool.submit(rendering.render_superbill, printed))
