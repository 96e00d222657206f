"""Facts and answers as plain data that is stored, hashed, and read back to derive again."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import date
from typing import Any

from billing.engine.policy import policy_from_wire, policy_to_wire
from billing.engine.types import Block, Day, Policy, Procedure, Region


def canonical(value: Any) -> str:
    """Sorted keys, no spaces, UTF-8: the same facts always give the same bytes."""
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def digest(*values: Any) -> str:
    return hashlib.sha256("\n".join(canonical(value) for value in values).encode()).hexdigest()


DIGEST_VERSION = 2


def charges_digest(facts: Any, record_facts: Any, answer: Any, *, version: int) -> str:
    """The fingerprint of a charge set; earlier versions stay as they were made."""
    return digest(facts, answer) if version == 1 else digest(facts, record_facts, answer)


def facts_to_plain(day: Day, policy: Policy) -> dict[str, Any]:
    return {
        "day": _plain(day),
        "policy": policy_to_wire(policy) | {"version": policy.version},
    }


def facts_from_plain(stored: Mapping[str, Any]) -> tuple[Day, Policy]:
    return day_from_plain(stored["day"]), policy_from_wire(stored["policy"])


def day_from_plain(stored: Mapping[str, Any]) -> Day:
    """The visit alone, for deriving it under another policy."""
    day = dict(stored)
    day["date"] = date.fromisoformat(day["date"])
    day["blocks"] = tuple(_part(Block, row) for row in day.get("blocks", ()))
    day["procedures"] = tuple(_part(Procedure, row) for row in day.get("procedures", ()))
    if "allowed_cents" in day:
        day["allowed_cents"] = {code: tuple(cents) for code, cents in day["allowed_cents"].items()}
    return _part(Day, day)


def day_to_plain(day: Day) -> dict[str, Any]:
    return _plain(day)


def _plain(value: Any) -> Any:
    """Only what differs from the default, so that a later field does not change old facts."""
    if hasattr(value, "__dataclass_fields__"):
        return {
            item.name: _plain(getattr(value, item.name))
            for item in fields(value)
            if item.default is MISSING or getattr(value, item.name) != item.default
        }
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in sorted(value.items())}
    return value.isoformat() if isinstance(value, date) else value


def _part(kind: Any, stored: Mapping[str, Any]) -> Any:
    values = {
        name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()
    }
    if "regions" in values:
        values["regions"] = tuple(
            Region(row["key"], row["label"], tuple(row["buckets"])) for row in values["regions"]
        )
    return kind(**values)
