"""What the sealed events vouch for: rows whose fingerprint was written into the trail.

Whoever changes a document and its stored SHA-256 alike still leaves the event that names the
first one; whoever deletes the row leaves the event without it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from clinic.documents.canonical import fingerprint_of
from clinic.models import AuditEvent, StoredDocument
from clinic.verifying import Finding

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Witness:
    """Events of this action carry the fingerprint of their subject."""

    action: str
    model: type[models.Model]
    detail: str
    column: str
    rows: Mapping[str, Any] = field(default_factory=dict)  # those that have such an event
    of: Callable[[Any], str] = str  # the fingerprint of what the column holds
    is_later: bool = False  # earlier events of this action do not carry it

    @property
    def key(self) -> tuple[str, str]:
        return self.action, self.detail

    @property
    def what(self) -> str:
        return "content" if self.is_later else "fingerprint"


_witnesses: dict[tuple[str, str], Witness] = {}


def register(witness: Witness) -> None:
    _witnesses[witness.key] = witness


register(Witness("document.issued", StoredDocument, "sha256", "sha256"))
# What the next version is printed from; its bytes are not among those of the file.
register(
    Witness("document.issued", StoredDocument, "context", "context", of=fingerprint_of,
            is_later=True)
)  # fmt: skip


class Vouched:
    """The fingerprints of one chain, compared with the rows in chunks while it is read."""

    def __init__(self, practice: int | None) -> None:
        self.practice = practice
        self.waiting: dict[tuple[str, str], dict[int, str]] = {key: {} for key in _witnesses}
        self.matched = dict.fromkeys(_witnesses, 0)

    def see(self, event: Mapping[str, Any]) -> Iterator[Finding]:
        for witness in _witnesses.values():
            if witness.action == event["action"] and event["subject_id"].isdigit():
                yield from self._see(witness, event)

    def _see(self, witness: Witness, event: Mapping[str, Any]) -> Iterator[Finding]:
        if witness.is_later and witness.detail not in event["detail"]:
            return
        waiting = self.waiting[witness.key]
        waiting[int(event["subject_id"])] = str(event["detail"].get(witness.detail, ""))
        if len(waiting) == CHUNK:
            yield from self._compare(witness)

    def remaining(self) -> Iterator[Finding]:
        for witness in _witnesses.values():
            yield from self._compare(witness)
            if not witness.is_later:
                yield from self._unvouched(witness)

    def _compare(self, witness: Witness) -> Iterator[Finding]:
        waiting, self.waiting[witness.key] = self.waiting[witness.key], {}
        rows = witness.model._base_manager.filter(pk__in=waiting, practice_id=self.practice)
        found = {pk: witness.of(held) for pk, held in rows.values_list("pk", witness.column)}
        self.matched[witness.key] += len(found)
        for pk, digest in waiting.items():
            if pk not in found and not witness.is_later:
                yield self._finding(witness, pk, "The audit trail names it, and it is gone.")
            elif pk in found and found[pk] != digest:
                text = f"Its {witness.what} is not the one that the audit trail names."
                yield self._finding(witness, pk, text)

    def _unvouched(self, witness: Witness) -> Iterator[Finding]:
        rows = witness.model._base_manager.filter(practice_id=self.practice, **witness.rows)
        if self.practice is None or rows.count() == self.matched[witness.key]:
            return
        vouched = self._subjects(witness)
        for pk in rows.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=CHUNK):
            if str(pk) not in vouched:
                text = "The audit trail knows nothing of it: it came in past Handline."
                yield self._finding(witness, pk, text)

    def _subjects(self, witness: Witness) -> set[str]:
        """Read only where the counts differ."""
        events = AuditEvent.unscoped.filter(practice_id=self.practice, action=witness.action)
        return set(events.order_by().values_list("subject_id", flat=True))

    def _finding(self, witness: Witness, pk: int, text: str) -> Finding:
        what = f"{witness.model._meta.verbose_name} {pk}"
        return Finding("witnesses", text, what=what, practice=self.practice)
