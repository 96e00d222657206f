"""The state of a visit at the desk, from what is known of it, and the reason in one sentence."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from billing import money
from billing.desk_enums import ClaimState, DeskState, Route
from billing.models import ChargeSet, Claim, DeskReturn, Superbill
from billing.services.claims_facts import problems_of
from billing.services.payments_ledger import Balance
from clinic.npi import is_npi

SENT = (ClaimState.MADE, ClaimState.SENT, ClaimState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Standing:
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What a visit's standing follows from, beside its charges."""

    balance: Balance
    bill: Superbill | None  # the one that counts, or its void notice
    printed_at: datetime | None
    claim: Claim | None  # the newest that nothing replaced
    asked: DeskReturn | None  # a question to the therapist without answer


def standing_of(charge_set: ChargeSet, route: str, known: Known) -> Standing:
    balance, bill, claim = known.balance, known.bill, known.claim
    if known.asked is not None:
        return Standing(DeskState.ATTENTION, f"Returned to the therapist: {known.asked.reason}")
    if route == Route.NOTHING:
        return Standing(DeskState.ATTENTION, "Nothing was billable on this visit.")
    unpriced = [line.code for line in charge_set.lines.all() if line.fee_cents is None]
    if unpriced:
        return Standing(DeskState.ATTENTION, f"No fee for {', '.join(unpriced)} on that date.")
    if bill is not None and not bill.is_void:
        return _of_bill(bill, known)
    if claim is not None:
        return _of_claim(claim, balance)
    if bill is not None and route == Route.SUPERBILL:
        return Standing(DeskState.VOID, f"{bill.replaces.number} was voided: {bill.reason}")
    return _unbilled(charge_set, route)


def _of_bill(bill: Superbill, known: Known) -> Standing:
    if known.printed_at is None:
        return Standing(DeskState.READY, f"{bill.number} issued, not printed")
    if known.balance.total_cents <= 0:
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
