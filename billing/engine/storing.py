"""A visit and its policy as JSON to be kept, and read back to the very same facts.

The stored form is the documented one with everything spelled out: whole policies, whole regions,
and the few facts that the documented form has no key for.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from billing.engine.policy import policy_to_wire
from billing.engine.reading import BadInput
from billing.engine.tables import Tables
from billing.engine.times import LATEST_CLOCK
from billing.engine.types import Block, Day, Policy, Procedure
from billing.engine.vocabulary import vocabulary_of
from billing.engine.wire import parse_visit


class NoLibrary:
    """Stored facts carry their policy; a mere name would not be enough to derive them again."""

    def find(self, key: str, on: date) -> Policy:
        raise BadInput(f"Stored facts name the policy {key[:40]} instead of carrying it.")


def visit_to_wire(day: Day, policy: Policy) -> dict[str, Any]:
    """Everything that `derive` reads of the visit."""
    return {
        "id": day.id,
        "date": day.date.isoformat(),
        "policy": {"version": policy.version, **policy_to_wire(policy)},
        "clinician": {"discipline": day.discipline or None, "assistant": day.assistant},
        "diagnoses": list(day.diagnoses),
        "patient": {
            "accrued": {
                "pt_slp": _dollars(day.accrued_pt_slp_cents),
                "ot": _dollars(day.accrued_ot_cents),
            },
            "active_treatment": day.active_treatment,
            "abn": day.abn,
        },
        "blocks": [_block(block) for block in day.blocks],
        "procedures": [_procedure(item) for item in day.procedures],
    }


def visit_from_wire(stored: Mapping[str, Any], tables: Tables) -> tuple[Day, Policy]:
    """The reverse of `visit_to_wire`."""
    return parse_visit(stored, NoLibrary(), replace(vocabulary_of(tables), stored=True))


def _block(block: Block) -> dict[str, Any]:
    times = (
        {"start": _time(block.start, block.offset), "end": _time(block.end, block.offset)}
        if block.clock
        else {"minutes": (block.end - block.start) / 60}
    )
    return {
        "id": block.id,
        "code": block.code or None,
        "technique": block.technique or None,
        **times,
        "response": block.response or None,
        **_shared(block),
    }


def _procedure(item: Procedure) -> dict[str, Any]:
    known = {
        "id": item.id or None,
        "start": None if item.start is None else _time(item.start, item.offset),
        "end": None if item.end is None else _time(item.end, item.offset),
        "minutes": item.seconds / 60 if item.seconds and item.end is None else None,
        "reduced": item.reduced,
    }
    return {"code": item.code, **known, **_shared(item)}


def _shared(item: Block | Procedure) -> dict[str, Any]:
    return {
        "regions": [
            {"key": region.key, "label": region.label, "buckets": list(region.buckets)}
            for region in item.regions
        ],
        "side": item.side or None,
        "by": item.by,
        "diagnoses": list(item.diagnoses),
        "telehealth": item.telehealth,
        "practitioner": item.practitioner,
    }


def _time(at: int, offset: int) -> str:
    if at <= LATEST_CLOCK:
        return f"{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}"
    return datetime.fromtimestamp(at, timezone(timedelta(seconds=offset))).isoformat()


def _dollars(cents: int | None) -> float | None:
    return None if cents is None else cents / 100
