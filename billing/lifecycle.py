"""What the state of a bill allows."""

from billing.models import ChargeSet
from clinic.enums import Network
from clinic.errors import NotAllowed


def check_can_issue_superbill(charge_set: ChargeSet) -> None:
    """A superbill goes to patients who claim for themselves; every line needs its fee."""
    lines = list(charge_set.lines.all())
    if not lines:
        raise NotAllowed("Nothing was billable on this visit, so there is no superbill.")
    unpriced = [line.code for line in lines if line.fee_cents is None]
    if unpriced:
        raise NotAllowed(
            f"There was no fee for {', '.join(unpriced)} on the date of service: "
            "an admin enters it under Fees, and the note keeps its charges as they are."
        )
    coverage = charge_set.note.visit.coverage
    if coverage is not None and coverage.network == Network.IN:
        raise NotAllowed(
            f"{coverage.payer} is in network: the practice claims for the patient, who may not be "
            "billed the difference. A superbill is for out-of-network and self-pay visits."
        )
