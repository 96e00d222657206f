"""Proof that every bill can be derived again, byte for byte, from what was stored with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from billing.engine import ENGINE_VERSION
from billing.engine.derive import derive
from billing.engine.record import record_from_dict
from billing.engine.tables import Tables
from billing.engine.types import Day, Policy
from billing.engine.wire import to_wire
from billing.models import ChargeSet
from billing.services.freezing import canonical, charges_digest, facts_from_plain
from billing.services.reference import tables_on

SAME, DIFFERENT, OTHER_ENGINE = "same", "different", "other-engine"
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Proof:
    """One charge set derived again."""

    pk: int
    practice_id: int
    note: str
    engine: str
    verdict: str
    what: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "charge_set": self.pk,
            "practice": self.practice_id,
            "note": self.note,
            "engine": self.engine,
            "verdict": self.verdict,
            "what": self.what,
        }


def rederive_all() -> Iterator[Proof]:
    """Every charge set in scope with the tables of its moment, oldest first; memory stays flat."""
    rows = ChargeSet.objects.select_related("note").order_by("pk")
    for charge_set in rows.iterator(chunk_size=CHUNK):
        yield rederive(charge_set)


def rederive(charge_set: ChargeSet) -> Proof:
    """The stored facts, policy included, with the tables as they stood when it was signed."""
    verdict, what = _judge(charge_set)
    return Proof(
        pk=charge_set.pk,
        practice_id=charge_set.practice_id,
        note=charge_set.note.number,
        engine=charge_set.engine_version,
        verdict=verdict,
        what=what,
    )


def _judge(charge_set: ChargeSet) -> tuple[str, str]:
    if digest_of(charge_set) != charge_set.digest:
        return DIFFERENT, "The stored facts or answer are not those that were hashed at signing."
    try:
        day, policy = facts_from_plain(charge_set.facts)
        answer = _answer(day, policy, charge_set, tables_on(charge_set.created_at))
    except (KeyError, TypeError, ValueError) as trouble:
        return DIFFERENT, f"The stored facts cannot be read: {trouble}"
    if canonical(answer) == canonical(charge_set.answer):
        return SAME, ""
    changed = [key for key in answer if answer[key] != charge_set.answer.get(key)]
    if charge_set.engine_version != ENGINE_VERSION:
        return OTHER_ENGINE, f"Engine {ENGINE_VERSION} gives other {', '.join(changed)}."
    return DIFFERENT, f"Derived again, the answer has other {', '.join(changed)}."


def digest_of(charge_set: ChargeSet) -> str:
    """What its digest must be, by what is stored now."""
    return charges_digest(
        charge_set.facts,
        charge_set.record_facts,
        charge_set.answer,
        version=charge_set.digest_version,
    )


def _answer(day: Day, policy: Policy, charge_set: ChargeSet, tables: Tables) -> dict[str, Any]:
    record = record_from_dict(charge_set.record_facts)
    return to_wire(derive(day, policy, tables, record))
