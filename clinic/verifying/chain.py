"""The audit chains: no gap, no broken link, every seal right, time not running backwards."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from clinic.audit_chain import SEALED, KeyRing, UnknownAuditKey, key_ring, seal
from clinic.models import AuditEvent
from clinic.verifying import WARNING, Finding, Options, Tell, anchors, witnesses

CHUNK = 2000
BACKWARDS = timedelta(seconds=2)
FIELDS = (*SEALED, "hash")


@dataclass(slots=True)
class Run:
    """How far one chain has been read."""

    practice: int | None
    ring: KeyRing
    seq: int = 0
    hash: str = ""
    at: datetime | None = None
    unknown_keys: set[str] = field(default_factory=set)

    def finding(self, text: str, seq: int | None = None, **fields: Any) -> Finding:
        what = f"event {seq or self.seq}"
        return Finding("chain", text, what=what, practice=self.practice, **fields)


def check(options: Options, tell: Tell) -> Iterator[Finding]:
    """Every chain of the installation with its anchors, and what its events vouch for."""
    known = anchors.gathered(options.anchors)
    yield from known.troubles
    read = 0
    practices = set(AuditEvent.unscoped.order_by().values_list("practice_id", flat=True).distinct())
    for practice in sorted(practices | set(known.by_practice), key=lambda pk: pk or 0):
        vouched = witnesses.Vouched(practice)
        comparing = anchors.Comparing(practice, known.by_practice.get(practice, []))
        for finding, count in _chain(practice, comparing, vouched):
            read += count
            tell(read)
            if finding is not None:
                yield finding
        yield from vouched.remaining()


def _chain(practice, comparing, vouched) -> Iterator[tuple[Finding | None, int]]:
    run = Run(practice, key_ring())
    rows = AuditEvent.unscoped.filter(practice_id=practice).order_by("seq", "pk")
    count = 0
    for row in rows.values_list(*FIELDS).iterator(chunk_size=CHUNK):
        event = dict(zip(FIELDS, row, strict=True))
        for finding in (*judge(run, event), *comparing.see(event), *vouched.see(event)):
            yield finding, 0
        count += 1
        if count % CHUNK == 0:
            yield None, CHUNK
    for finding in comparing.missing(run.seq):
        yield finding, 0
    yield None, count % CHUNK


def judge(run: Run, event: Mapping[str, Any]) -> Iterator[Finding]:
    """This event after the one before it; the run moves on to it."""
    seq = event["seq"]
    if seq != run.seq + 1:
        yield run.finding(_jump(run.seq, seq), seq)
    elif event["prev_hash"] != run.hash:
        yield run.finding("It does not continue the event before it.", seq)
    yield from _judge_seal(run, event)
    if run.at and event["at"] < run.at - BACKWARDS:
        back = run.at - event["at"]
        text = f"The clock went back by {str(back).split('.')[0]} between this event and the last."
        yield run.finding(text, seq, level=WARNING)
    run.seq, run.hash, run.at = seq, event["hash"], event["at"]


def _jump(before: int, seq: int) -> str:
    if seq <= before:
        return f"Number {seq} comes twice, or the numbers were changed."
    missing = str(before + 1) if seq == before + 2 else f"{before + 1} to {seq - 1}"
    return f"Before it, number {missing} is missing."


def _judge_seal(run: Run, event: Mapping[str, Any]) -> Iterator[Finding]:
    try:
        key = run.ring.key(event["key_id"])
    except UnknownAuditKey as trouble:
        if event["key_id"] not in run.unknown_keys:
            run.unknown_keys.add(event["key_id"])
            yield run.finding(f"From here on no seal can be checked. {trouble}", event["seq"])
        return
    if seal(event, key) != event["hash"]:
        yield run.finding("Its content is not what was sealed.", event["seq"])


def checks_of_chain(practice: int | None) -> Callable[[], Iterator[Finding]]:
    """One chain alone, without anchors: for a page that shows whether it holds."""

    def run() -> Iterator[Finding]:
        comparing = anchors.Comparing(practice, [])
        for finding, _ in _chain(practice, comparing, witnesses.Vouched(practice)):
            if finding is not None:
                yield finding

    return run
