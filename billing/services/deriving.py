"""From a visit to its charges: the one place where Handline asks its engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from billing.engine.derive import derive
from billing.engine.record import Record
from billing.engine.types import Day, Result
from billing.engine.wire import to_wire
from billing.models import Fee
from billing.services.facts import day_of, record_of
from billing.services.policies import PolicyInForce, policy_for
from billing.services.reference import tables_on
from notes.models import Visit


@dataclass(frozen=True, slots=True)
class Derivation:
    """What went in, what came out."""

    day: Day
    record: Record
    in_force: PolicyInForce
    result: Result
    fees: Mapping[str, int]

    @property
    def answer(self) -> dict[str, Any]:
        return to_wire(self.result)

    @property
    def total_cents(self) -> int:
        return sum(self.fees.get(line.code, 0) * line.units for line in self.result.lines)

    @property
    def blocking(self) -> list[str]:
        """The findings that stop signing, in words."""
        return [f.text for f in self.result.findings if f.level == "block"]


def charges_of(visit: Visit, *, at: datetime | None = None) -> Derivation:
    """Derive the visit's charges, by the tables of now or of a moment.

    Raises NotAllowed where the payer has no policy in force.
    """
    in_force = policy_for(visit)
    day, record = day_of(visit), record_of(visit)
    result = derive(day, in_force.policy, tables_on(at), record)
    return Derivation(day, record, in_force, result, fees_on(visit.date))


def fees_on(day: date) -> dict[str, int]:
    """The practice's fee of one unit by code, in cents, on that day."""
    rows = Fee.objects.filter(starts_on__lte=day).filter(Q(ends_on=None) | Q(ends_on__gte=day))
    return dict(rows.order_by("starts_on").values_list("code", "amount_cents"))
