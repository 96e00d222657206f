"""Which paper a visit leads to: superbill or claim, and why not the other."""

from dataclasses import dataclass

from django.db.models import Q

from billing.desk_enums import Route
from billing.models import ChargeSet, MedicareException
from clinic.enums import Discipline, Network
from clinic.errors import NotAllowed
from clinic.models import Coverage

# Kinds of coverage by the preset that the payer's rules started from; values of SBR09.
_FILING = {"medicare": "MB", "medicaid": "MC", "tricare": "CH", "workers-comp": "WC"}
COMMERCIAL = "CI"
# What Medicare pays a chiropractor for; all else of theirs is excluded and may be sold.
_CHIROPRACTIC = {"98940", "98941", "98942"}


@dataclass(frozen=True, slots=True)
class Direction:
    """Where the visit goes; ``why`` explains what is not offered, for the person at the desk."""

    route: str
    why: str = ""


def direction_of(charge_set: ChargeSet) -> Direction:
    visit = charge_set.note.visit
    coverage = visit.coverage
    lines = list(charge_set.lines.all())
    if not lines:
        return Direction(Route.NOTHING, "Nothing was billable on this visit.")
    if coverage is None or coverage.network == Network.SELF_PAY:
        return Direction(Route.SUPERBILL)
    if is_medicare(charge_set) and covered_by_medicare(charge_set):
        exception = exception_of(coverage, visit.date)
        if exception is None:
            return Direction(Route.CLAIM, MEDICARE_BLOCKS)
        return Direction(Route.SUPERBILL, f"Recorded exception: {exception}.")
    if coverage.network == Network.IN:
        return Direction(Route.CLAIM, in_network(coverage))
    return Direction(Route.SUPERBILL)


MEDICARE_BLOCKS = (
    "Medicare covers these lines, and the law has the practice file the claim: a superbill to the "
    "patient is not allowed. Record the patient's own written refusal or the no-claim option of "
    "an ABN if there is one."
)


def in_network(coverage: Coverage) -> str:
    return (
        f"{coverage.payer} is in network: the practice claims for the patient, who may not be "
        "billed the difference. A superbill is for out-of-network and self-pay visits; after the "
        "remittance a statement shows what the patient owes."
    )


def check_superbill_is_right(charge_set: ChargeSet, *, exception: str = "") -> None:
    """Refuse a superbill where a claim is the right paper.

    In network an admin may say why all the same; Medicare's rule is the law's, and only a
    recorded exception of the patient lifts it.
    """
    direction = direction_of(charge_set)
    if direction.route == Route.SUPERBILL:
        return
    if exception and direction.why != MEDICARE_BLOCKS:
        return
    raise NotAllowed(direction.why)


def filing_of(charge_set: ChargeSet) -> str:
    """The claim filing code: as recorded for the coverage, else by the kind of rules."""
    coverage = charge_set.note.visit.coverage
    details = getattr(coverage, "claim_details", None)
    if details is not None and details.filing:
        return details.filing
    preset = charge_set.policy.preset if charge_set.policy else ""
    return _FILING.get(preset, COMMERCIAL)


def is_medicare(charge_set: ChargeSet) -> bool:
    return charge_set.policy is not None and charge_set.policy.preset == "medicare"


def covered_by_medicare(charge_set: ChargeSet) -> bool:
    """Massage therapists are no Medicare provider; of chiropractic only the adjustment counts."""
    discipline = charge_set.note.author.discipline
    if discipline == Discipline.MT:
        return False
    if discipline == Discipline.DC:
        return any(
            line.code in _CHIROPRACTIC and "AT" in line.modifiers for line in charge_set.lines.all()
        )
    return True


def exception_of(coverage: Coverage, day) -> MedicareException | None:
    """The recorded exception in force on that day."""
    return (
        MedicareException.objects.filter(coverage=coverage, signed_on__lte=day)
        .filter(Q(ends_on=None) | Q(ends_on__gte=day))
        .order_by("-signed_on")
        .first()
    )
