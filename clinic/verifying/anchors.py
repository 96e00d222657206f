"""Anchors: seals that were kept outside of the database, against a tail cut off or a restore.

A chain whose newest events were deleted is whole in itself. Only a seal that somebody kept
elsewhere shows that it was longer once.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from clinic.services.audit_anchors import Anchor, UnreadableAnchor, anchor_lines, anchor_of_line
from clinic.verifying import Finding


@dataclass(slots=True)
class Gathered:
    by_practice: dict[int | None, list[Anchor]] = field(default_factory=dict)
    troubles: list[Finding] = field(default_factory=list)


def gathered(given: Iterable[str]) -> Gathered:
    """The anchors of the file that the nightly command writes, and those given by hand."""
    found = Gathered()
    for line in (*anchor_lines(), *given):
        try:
            anchor = anchor_of_line(line)
        except UnreadableAnchor as trouble:
            found.troubles.append(Finding("anchors", str(trouble), what=line[:80]))
        else:
            found.by_practice.setdefault(anchor.practice, []).append(anchor)
    return found


class Comparing:
    """The anchors of one chain, compared while the chain is read."""

    def __init__(self, practice: int | None, known: list[Anchor]) -> None:
        self.practice = practice
        self.waiting: dict[int, list[Anchor]] = {}
        for anchor in known:
            self.waiting.setdefault(anchor.seq, []).append(anchor)

    def see(self, event: Mapping[str, Any]) -> Iterator[Finding]:
        for anchor in self.waiting.pop(event["seq"], []):
            if not event["hash"].startswith(anchor.hash):
                text = (
                    f"The anchor of {anchor.day} holds another seal for this event: the chain was "
                    "written anew, or the database is not the one that was anchored."
                )
                yield self._finding(text, anchor)

    def missing(self, last: int) -> Iterator[Finding]:
        for anchor in sorted(
            (a for left in self.waiting.values() for a in left), key=lambda a: a.seq
        ):
            if anchor.seq > last:
                text = (
                    f"The chain ends at event {last}, and the anchor of {anchor.day} knows event "
                    f"{anchor.seq}: the database was restored from an older copy, or its newest "
                    "events were removed."
                )
            elif anchor.seq > 0:
                text = f"The anchor of {anchor.day} knows this event, and it is gone."
            else:
                continue
            yield self._finding(text, anchor)

    def _finding(self, text: str, anchor: Anchor) -> Finding:
        return Finding("anchors", text, what=f"event {anchor.seq}", practice=self.practice)
