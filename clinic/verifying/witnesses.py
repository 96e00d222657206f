"""What the sealed events vouch for: rows whose fingerprint was written into the trail.

Whoever changes a document and its stored SHA-256 alike still leaves the event that names the
first one; whoever deletes the row leaves the event without it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models

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


_witnesses: dict[str, Witness] = {}


def register(witness: Witness) -> None:
    _witnesses[witness.action] = witness


register(Witness("document.issued", StoredDocument, "sha256", "sha256"))


class Vouched:
    """The fingerprints of one chain, compared with the rows in chunks while it is read."""

    def __init__(self, practice: int | None) -> None:
        self.practice = practice
        self.waiting: dict[str, dict[int, str]] = {action: {} for action in _witnesses}
        self.matched = dict.fromkeys(_witnesses, 0)

    def see(self, event: Mapping[str, Any]) -> Iterator[Finding]:
        witness = _witnesses.get(event["action"])
        if witness is None or not event["subject_id"].isdigit():
            return
        waiting = self.waiting[witness.action]
        waiting[int(event["subject_id"])] = str(event["detail"].get(witness.detail, ""))
        if len(waiting) == CHUNK:
            yield from self._compare(witness)

    def remaining(self) -> Iterator[Finding]:
        for witness in _witnesses.values():
            yield from self._compare(witness)
            yield from self._unvouched(witness)

    def _compare(self, witness: Witness) -> Iterator[Finding]:
        waiting, self.waiting[witness.action] = self.waiting[witness.action], {}
        rows = witness.model._base_manager.filter(pk__in=waiting, practice_id=self.practice)
        found = dict(rows.values_list("pk", witness.column))
        self.matched[witness.action] += len(found)
        for pk, digest in waiting.items():
            if pk not in found:
                yield self._finding(witness, pk, "The audit trail names it, and it is gone.")
            elif found[pk] != digest:
                text = "Its fingerprint is not the one that the audit trail names."
                yield self._finding(witness, pk, text)

    def _unvouched(self, witness: Witness) -> Iterator[Finding]:
        rows = witness.model._base_manager.filter(practice_id=self.practice, **witness.rows)
        if self.practice is None or rows.count() == self.matched[witness.action]:
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
