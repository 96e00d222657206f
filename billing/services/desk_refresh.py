"""Where a visit stands at the desk, worked out from the bills, the claims and the ledger."""

from collections.abc import Sequence

from django.db.models import Prefetch

from billing.desk_enums import Route
from billing.models import (
    ChargeLine,
    ChargeSet,
    Claim,
    DeskItem,
    DeskReturn,
    PrintEvent,
    Superbill,
    SuperbillVisit,
)
from billing.services import payments_ledger as ledger
from billing.services.desk_routes import direction_of
from billing.services.desk_standing import Known, standing_of
from billing.services.locking import lock_items
from clinic.models import User

DISTINCT = {"59", "XE", "XS", "XP", "XU"}
_KEPT = ("id", "practice", "charge_set", "visit")  # the rest of an item is worked out anew


def open_item(charge_set: ChargeSet, *, by: User | None) -> DeskItem:
    """A note was signed: its charge is posted, and the visit enters the queue."""
    direction = direction_of(charge_set)
    ledger.post_charge(charge_set, to_payer=direction.route == Route.CLAIM, by=by)
    return refresh(charge_set)


def refresh(charge_set: ChargeSet) -> DeskItem:
    """Work the item out again and store it. Safe at any time."""
    lock_items([charge_set.pk])
    return _work_out([full(charge_set.pk)])[0]


def refresh_loaded(charge_sets: Sequence[ChargeSet]) -> list[DeskItem]:
    """The same for several that `full` has just read: one query of each kind for all."""
    lock_items(charge_set.pk for charge_set in charge_sets)
    return _work_out(charge_sets)


def _work_out(charge_sets: Sequence[ChargeSet]) -> list[DeskItem]:
    """With the items locked: what another act has just changed is read, not overwritten."""
    known = known_of(charge_sets)
    items = [_item(charge_set, known[charge_set.pk]) for charge_set in charge_sets]
    changing = [f.name for f in DeskItem._meta.concrete_fields if f.name not in _KEPT]
    return DeskItem.objects.bulk_create(
        items, update_conflicts=True, unique_fields=["charge_set"], update_fields=changing
    )


def _item(charge_set: ChargeSet, known: Known) -> DeskItem:
    visit, lines = charge_set.note.visit, list(charge_set.lines.all())
    route = direction_of(charge_set).route
    standing = standing_of(charge_set, route, known)
    return DeskItem(
        practice_id=charge_set.practice_id,
        charge_set=charge_set,
        visit=visit,
        patient_id=visit.patient_id,
        clinician_id=charge_set.note.author_id,
        payer_id=visit.coverage.payer_id if visit.coverage else None,
        served_on=visit.date,
        starts_at=visit.starts_at,
        route=route,
        state=standing.state,
        reason=standing.reason[:400],
        codes=[[n.code, list(n.modifiers), n.units] for n in lines],
        distinct=any(DISTINCT & set(n.modifiers) for n in lines),
        words=_words(charge_set, lines, known.bill),
        total_cents=charge_set.total_cents,
        patient_cents=known.balance.patient_cents,
        payer_cents=known.balance.payer_cents,
        printed_at=known.printed_at,
    )


def known_of(charge_sets: Sequence[ChargeSet]) -> dict[int, Known]:
    """Balance, bill, claim and open question of each, in one query of each kind."""
    keys = [charge_set.pk for charge_set in charge_sets]
    balances = ledger.balances_of(charge_sets)
    bills = {
        listed.charge_set_id: listed.superbill
        for listed in SuperbillVisit.objects.filter(
            charge_set__in=keys, superbill__replaced_by=None
        ).select_related("superbill__replaces")
    }
    claims = Claim.objects.filter(charge_set__in=keys, replaced_by=None).order_by("pk")
    newest = {claim.charge_set_id: claim for claim in claims}
    asked = DeskReturn.objects.filter(charge_set__in=keys, answered_at=None)
    returns = {row.charge_set_id: row for row in asked}
    printed = _first_prints({bill.pk for bill in bills.values()})
    return {
        pk: Known(
            balances.get(pk, ledger.Balance(0, 0)),
            bill := bills.get(pk),
            printed.get(bill.pk) if bill else None,
            newest.get(pk),
            returns.get(pk),
        )
        for pk in keys
    }


def _first_prints(bills: set[int]) -> dict:
    if not bills:
        return {}
    rows = PrintEvent.objects.filter(superbill__in=bills).order_by("-at", "-pk")
    return dict(rows.values_list("superbill", "at"))


def full(pk: int) -> ChargeSet:
    """A charge set with all that the desk reads of it."""
    return _whole().get(pk=pk)


def full_all(keys: Sequence[int]) -> list[ChargeSet]:
    """The same for several, in two queries, in no order."""
    return list(_whole().filter(pk__in=keys))


def _whole():
    lines = Prefetch("lines", queryset=ChargeLine.objects.order_by("position"))
    return ChargeSet.objects.select_related(
        "policy",
        "claim_marks",
        "note__author__supervisor",
        "note__visit__patient",
        "note__visit__practice",
        "note__visit__location",
        "note__visit__episode",
        "note__visit__coverage__payer",
        "note__visit__coverage__claim_details",
    ).prefetch_related(lines)


def bill_of(charge_set: ChargeSet) -> Superbill | None:
    """The superbill (or void notice) that counts now."""
    return Superbill.objects.filter(visits__charge_set=charge_set, replaced_by=None).first()


def claim_in_force(charge_set: ChargeSet) -> Claim | None:
    """The newest claim of the visit that nothing replaced."""
    return Claim.objects.filter(charge_set=charge_set, replaced_by=None).order_by("-pk").first()


def _words(charge_set: ChargeSet, lines, bill) -> str:
    patient = charge_set.note.visit.patient
    parts = [
        patient.last_name,
        patient.first_name,
        patient.last_name,
        patient.record_number,
        *(line.code for line in lines),
        charge_set.note.number,
        bill.number if bill else "",
    ]
    return " ".join(parts).lower()[:400]  # fmt: skip
