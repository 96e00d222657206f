"""Posting a payer's payment to the visits: CO, PR, OA and PI each on its own side."""

from django.utils import timezone

from billing import money
from billing.claims.remittance import PaidClaim, Remittance
from billing.claims.types import Adjustment
from billing.desk_enums import ClaimState, EntryKind, Group
from billing.models import Claim, IncomingFile, RemittedClaim
from billing.models import Remittance as RemittanceRow
from billing.services import payments_ledger as ledger
from billing.services.desk_refresh import refresh
from clinic.errors import NotAllowed
from clinic.models import User

# What an earlier payer did, as a second payer repeats it: it stands in the ledger already.
EARLIER_PAYER = ("OA", "23")


def post_remittance(of: Remittance, incoming: IncomingFile, *, by: User | None) -> RemittanceRow:
    """One payment. The same trace of the same payer is refused: it was posted before."""
    key = of.payer_id or of.payer_name
    if RemittanceRow.objects.filter(payer_key=key, trace=of.trace).exists():
        raise NotAllowed(
            f"Payment {of.trace} of {of.payer_name or key} was posted already: nothing was posted "
            "twice."
        )
    row = RemittanceRow.objects.create(
        incoming=incoming,
        payer_name=of.payer_name,
        payer_key=key,
        trace=of.trace,
        method=of.method[:3],
        paid_on=of.paid_on,
        total_cents=of.total_cents,
        provider_adjustments=[[a.reason, a.cents] for a in of.provider_adjustments],
        posted_at=timezone.now(),
    )
    # What is taken back goes first: the same payment may decide the claim anew.
    for paid in sorted(of.claims, key=lambda paid: not paid.is_reversal):
        _post_claim(row, paid, by=by)
    return row


def _post_claim(row: RemittanceRow, paid: PaidClaim, *, by: User | None) -> None:
    claim = Claim.objects.filter(number=paid.number).first()
    words = _why_not(claim, paid)
    denied = not words and _is_denial(paid)
    kept = RemittedClaim.objects.create(
        remittance=row,
        claim=claim,
        number=paid.number[:38],
        status=paid.status[:3],
        charge_cents=paid.charge_cents,
        paid_cents=paid.paid_cents,
        patient_cents=paid.patient_cents,
        payer_control=paid.payer_control[:50],
        patient_name=paid.patient_name[:120],
        adjustments=_adjustments(paid),
        lines=[
            {"id": n.line_id, "code": n.code, "paid_cents": n.paid_cents,
             "adjustments": [_adjustment(a, n.line_id or n.code) for a in n.adjustments]}
            for n in paid.lines
        ],
        words=words,
    )  # fmt: skip
    if claim is None or words:
        return
    if not denied:
        _post_money(kept, claim, paid, by=by)
    _move_on(claim, paid, denied)


def _why_not(claim: Claim | None, paid: PaidClaim) -> str:
    if claim is None:
        return "No claim of ours has this number: the payment waits for a person."
    if abs(paid.charge_cents) != claim.total_cents:
        return (
            f"The payer shows a charge of {money.dollars(paid.charge_cents)}, the claim has "
            f"{money.dollars(claim.total_cents)}: not posted."
        )
    decided = claim.state == ClaimState.PAID
    if decided and not paid.is_reversal:
        return (
            f"{claim.number} was paid already, and the payer took nothing back: the payment waits "
            "for a person."
        )
    if paid.is_reversal and not decided:
        return "The payer takes back a payment that was not posted: nothing was changed."
    return ""


def _is_denial(paid: PaidClaim) -> bool:
    """Nothing paid and nothing left to the patient: the claim stays open to be answered."""
    return (
        not paid.is_reversal
        and paid.paid_cents == 0
        and paid.group_cents("PR") == 0
        and paid.charge_cents > 0
    )


def _post_money(kept: RemittedClaim, claim: Claim, paid: PaidClaim, *, by: User | None) -> None:
    second = claim.coverage.rank > 1
    on = kept.remittance.paid_on or timezone.localdate()
    common = {"patient_id": claim.coverage.patient_id, "charge_set": claim.charge_set, "by": by,
              "on": on, "remitted": kept}  # fmt: skip
    if paid.paid_cents:
        ledger.post(kind=EntryKind.PAYER_PAYMENT, payer_cents=-paid.paid_cents, **common)
    for item in paid.all_adjustments:
        if not item.cents or (second and (item.group, item.reason) == EARLIER_PAYER):
            continue
        group = item.group if item.group in Group.values else Group.OA
        patient = item.cents if group == Group.PR else 0
        ledger.post(kind=EntryKind.ADJUSTMENT, group=group, carc=item.reason[:5],
                    payer_cents=-item.cents, patient_cents=patient, **common)  # fmt: skip


def _move_on(claim: Claim, paid: PaidClaim, denied: bool) -> None:
    claim.payer_control = paid.payer_control[:50] or claim.payer_control
    if denied:
        reasons = ", ".join(f"{a.group} {a.reason}" for a in paid.all_adjustments)
        claim.state, claim.words = ClaimState.DENIED, reasons[:400]
    elif paid.is_reversal:
        claim.state, claim.words = ClaimState.ACCEPTED, "The payer took its payment back."
    else:
        claim.state, claim.words = ClaimState.PAID, ""
    claim.save(update_fields=["payer_control", "state", "words"])
    refresh(claim.charge_set)


def _adjustments(paid: PaidClaim) -> list[dict]:
    own = [_adjustment(item, "") for item in paid.adjustments]
    return own + [
        _adjustment(item, line.line_id or line.code)
        for line in paid.lines
        for item in line.adjustments
    ]


def _adjustment(item: Adjustment, line: str) -> dict:
    return {"group": item.group, "reason": item.reason, "cents": item.cents, "line": line}
