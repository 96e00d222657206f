"""Where a visit stands at the desk, worked out from the bills, the claims and the ledger."""

from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils import timezone

from billing import money
from billing.desk_enums import ClaimState, DeskState, Route
from billing.models import ChargeLine, ChargeSet, Claim, DeskItem, Superbill
from billing.services import payments_ledger as ledger
from billing.services.claims_facts import problems_of
from billing.services.desk_routes import direction_of
from clinic.models import User
from clinic.npi import is_npi

DISTINCT = {"59", "XE", "XS", "XP", "XU"}
SENT = (ClaimState.MADE, ClaimState.SENT, ClaimState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Standing:
    state: str
    reason: str = ""


def open_item(charge_set: ChargeSet, *, by: User | None) -> DeskItem:
    """A note was signed: its charge is posted, and the visit enters the queue."""
    direction = direction_of(charge_set)
    ledger.post_charge(charge_set, to_payer=direction.route == Route.CLAIM, by=by)
    return refresh(charge_set)


def refresh(charge_set: ChargeSet) -> DeskItem:
    """Work the item out again and store it. Safe at any time."""
    charge_set = full(charge_set.pk)
    visit = charge_set.note.visit
    direction = direction_of(charge_set)
    balance = ledger.balance_of(charge_set)
    bill, claim = bill_of(charge_set), claim_in_force(charge_set)
    standing = _standing(charge_set, direction.route, balance, bill, claim)
    lines = list(charge_set.lines.all())
    first_print = bill.prints.first() if bill else None
    item, _ = DeskItem.objects.update_or_create(
        charge_set=charge_set,
        defaults={
            "visit": visit,
            "patient_id": visit.patient_id,
            "clinician_id": charge_set.note.author_id,
            "payer_id": visit.coverage.payer_id if visit.coverage else None,
            "served_on": visit.date,
            "starts_at": visit.starts_at,
            "route": direction.route,
            "state": standing.state,
            "reason": standing.reason[:400],
            "codes": [[n.code, list(n.modifiers), n.units] for n in lines],
            "distinct": any(DISTINCT & set(n.modifiers) for n in lines),
            "words": _words(charge_set, lines, bill),
            "total_cents": charge_set.total_cents,
            "patient_cents": balance.patient_cents,
            "payer_cents": balance.payer_cents,
            "printed_at": first_print.at if first_print else None,
        },
    )
    return item


def full(pk: int) -> ChargeSet:
    """A charge set with all that the desk reads of it."""
    lines = Prefetch("lines", queryset=ChargeLine.objects.order_by("position"))
    return (
        ChargeSet.objects.select_related(
            "policy",
            "note__author__supervisor",
            "note__visit__patient",
            "note__visit__practice",
            "note__visit__location",
            "note__visit__episode",
            "note__visit__coverage__payer",
            "note__visit__coverage__claim_details",
        )
        .prefetch_related(lines)
        .get(pk=pk)
    )


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


def _standing(charge_set, route, balance, bill, claim) -> Standing:
    asked = charge_set.returns.filter(answered_at=None).first()
    if asked is not None:
        return Standing(DeskState.ATTENTION, f"Returned to the therapist: {asked.reason}")
    if route == Route.NOTHING:
        return Standing(DeskState.ATTENTION, "Nothing was billable on this visit.")
    unpriced = [line.code for line in charge_set.lines.all() if line.fee_cents is None]
    if unpriced:
        return Standing(DeskState.ATTENTION, f"No fee for {', '.join(unpriced)} on that date.")
    if bill is not None and not bill.is_void:
        return _of_bill(bill, balance)
    if claim is not None:
        return _of_claim(claim, balance)
    if bill is not None and route == Route.SUPERBILL:
        return Standing(DeskState.VOID, f"{bill.replaces.number} was voided: {bill.reason}")
    return _unbilled(charge_set, route)


def _of_bill(bill: Superbill, balance) -> Standing:
    if not bill.prints.exists():
        return Standing(DeskState.READY, f"{bill.number} issued, not printed")
    if balance.total_cents <= 0:
        return Standing(DeskState.PAID, bill.number)
    return Standing(DeskState.PRINTED, bill.number)


def _of_claim(claim: Claim, balance) -> Standing:
    if claim.frequency == "8" and claim.state not in (ClaimState.REJECTED, ClaimState.DENIED):
        return Standing(DeskState.VOID, f"Claim {claim.replaces.number} was voided with the payer.")
    if claim.state in (ClaimState.REJECTED, ClaimState.DENIED):
        return Standing(DeskState.ATTENTION, f"{claim.get_state_display()}: {claim.words}")
    if claim.state in SENT:
        return Standing(DeskState.SENT, f"Claim {claim.number}: {claim.get_state_display()}")
    if balance.payer_cents:
        return Standing(
            DeskState.ATTENTION,
            f"The payer's side is open by {money.dollars(balance.payer_cents)} after payment.",
        )
    if balance.patient_cents > 0:
        owed = money.dollars(balance.patient_cents)
        return Standing(DeskState.READY, f"Statement: patient owes {owed}")
    return Standing(DeskState.PAID, f"Claim {claim.number}")


def _unbilled(charge_set: ChargeSet, route: str) -> Standing:
    if route == Route.CLAIM:
        problems = problems_of(charge_set, today=timezone.localdate())
        found = [problem.text for problem in problems]
    else:
        found = list(_superbill_lacks(charge_set))
    if found:
        more = f" And {len(found) - 1} more." if len(found) > 1 else ""
        return Standing(DeskState.ATTENTION, f"{found[0]}{more}")
    return Standing(DeskState.READY)


def _superbill_lacks(charge_set: ChargeSet):
    """What a plan would send the patient's superbill back for."""
    author = charge_set.note.author
    if not charge_set.facts["day"].get("diagnoses"):
        yield "No diagnosis: add one to the episode of care."
    for line in charge_set.lines.all():
        if not line.pointers:
            yield f"{line.code} points to no diagnosis: return it to the therapist."
    if author.npi and not is_npi(author.npi):
        yield f"The NPI of {author} has a wrong digit: correct it under Clinicians."
    if not author.licence_number:
        yield f"The license of {author} is missing: enter it under Clinicians."
