"""The nightly anchor: one line for each chain, kept where the database is not."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone

from clinic.errors import HandlineError
from clinic.models import AuditEvent, Practice
from clinic.services import audit

# 2026-11-24T02:00:00+00:00 practice=3 event=1204 seal=9f2c…
_LINE = re.compile(
    r"(?P<at>\S+) practice=(?P<practice>\d+) event=(?P<seq>\d+) seal=(?P<hash>[0-9a-f]{16,64})"
)


class UnreadableAnchor(HandlineError):
    """A line that is no anchor."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """That this chain had this seal at this event. Practice None is the installation's chain."""

    at: str
    practice: int | None
    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.at} practice={self.practice or 0} event={self.seq} seal={self.hash}"

    @property
    def day(self) -> str:
        return self.at[:10]

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)


def anchor_of_line(line: str) -> Anchor:
    found = _LINE.fullmatch(line.strip())
    if found is None or not _is_moment(found["at"]):
        raise UnreadableAnchor(
            "This line is no anchor: it reads like "
            "'2026-11-24T02:00:00+00:00 practice=3 event=1204 seal=' and 16 to 64 hex digits."
        )
    practice = int(found["practice"]) or None
    return Anchor(found["at"], practice, int(found["seq"]), found["hash"])


def anchors_now() -> list[Anchor]:
    """The last seal of every chain that has events."""
    at = timezone.now().isoformat(timespec="seconds")
    practices = [None, *Practice.objects.order_by("pk").values_list("pk", flat=True)]
    heads = [(practice, audit.head(practice)) for practice in practices]
    return [Anchor(at, practice, head.seq, head.hash) for practice, head in heads if head.seq]


def anchor_lines() -> Iterator[str]:
    """What the anchor file holds; nothing where there is none yet."""
    path: Path = settings.AUDIT_ANCHOR_FILE
    if path.exists():
        with path.open(encoding="utf-8", errors="replace") as file:
            yield from (line for line in file if line.strip())


def last_anchor(practice: int | None) -> Anchor | None:
    """The newest line about this chain."""
    found = None
    for line in anchor_lines():
        try:
            anchor = anchor_of_line(line)
        except UnreadableAnchor:
            continue
        if anchor.practice == practice:
            found = anchor
    return found


def keep_anchors(anchors: list[Anchor]) -> None:
    """Append to the file, down to the disk, and mail where that is set. No patient data."""
    text = "".join(f"{anchor}\n" for anchor in anchors)
    path: Path = settings.AUDIT_ANCHOR_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if settings.AUDIT_ANCHOR_MAIL:
        send_mail("Handline: audit anchors", text, None, settings.AUDIT_ANCHOR_MAIL)


@dataclass(frozen=True, slots=True)
class ChainState:
    """How the trail stands, for the readiness check: cheap, reads one row of each chain."""

    chains: int
    newest_event: datetime | None
    last_anchor: datetime | None
    behind_anchor: tuple[int, ...]  # practices whose chain is shorter than its last anchor
    unknown_keys: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not (self.behind_anchor or self.unknown_keys)


def chain_state() -> ChainState:
    """Whether the chains reach their last anchors and their keys are at hand.

    A restored older copy of the database shows here at once, before anybody verifies.
    """
    latest: dict[int | None, Anchor] = {}
    for line in anchor_lines():
        try:
            anchor = anchor_of_line(line)
        except UnreadableAnchor:
            continue
        latest[anchor.practice] = anchor
    practices = {None, *Practice.objects.values_list("pk", flat=True), *latest}
    heads = {practice: audit.head(practice) for practice in practices}
    ring = audit.key_ring()
    return ChainState(
        chains=sum(head.seq > 0 for head in heads.values()),
        newest_event=max((head.at for head in heads.values() if head.at), default=None),
        last_anchor=max((a.moment for a in latest.values()), default=None),
        behind_anchor=tuple(
            sorted(p or 0 for p, a in latest.items() if not _reaches(p, a, heads[p]))
        ),
        unknown_keys=tuple(
            sorted({h.key_id for h in heads.values() if h.key_id and h.key_id not in ring.keys})
        ),
    )


def _reaches(practice: int | None, anchor: Anchor, head: audit.Head) -> bool:
    if head.seq < anchor.seq:
        return False
    row = (
        AuditEvent.unscoped.filter(practice_id=practice, seq=anchor.seq).values_list("hash").first()
    )
    return row is not None and row[0].startswith(anchor.hash)


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
