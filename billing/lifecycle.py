"""What the state of a bill allows."""

from billing.models import ChargeSet, Superbill
from clinic.errors import NotAllowed


def check_can_issue_superbill(charge_set: ChargeSet) -> None:
    """Every line needs its fee. (Whether a claim is the right paper: services.desk_routes.)"""
    lines = list(charge_set.lines.all())
    if not lines:
        raise NotAllowed("Nothing was billable on this visit, so there is no superbill.")
    unpriced = [line.code for line in lines if line.fee_cents is None]
    if unpriced:
        raise NotAllowed(
            f"There was no fee for {', '.join(unpriced)} on the date of service: "
            "an admin enters it under Fees, and the note keeps its charges as they are."
        )
    if charge_set.returns.filter(answered_at=None).exists():
        raise NotAllowed("The visit was returned to the therapist: wait for the answer.")


def check_can_void(superbill: Superbill) -> None:
    if superbill.is_void:
        raise NotAllowed(f"{superbill.number} is a void notice itself.")
    later = Superbill.objects.filter(replaces=superbill).first()
    if later is not None:
        raise NotAllowed(f"{superbill.number} was replaced by {later.number} already.")
