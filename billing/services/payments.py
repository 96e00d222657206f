"""Taking money, using credit, giving it back, lowering what is owed."""

import uuid
from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone

from billing import money
from billing.desk_enums import EntryKind
from billing.models import ChargeSet, LedgerEntry, Payment
from billing.services import payments_ledger as ledger
from billing.services.desk_refresh import refresh
from billing.services.locking import lock_account, lock_items
from clinic.errors import NotAllowed
from clinic.models import Patient, User
from clinic.services import audit

SHORTEST_REASON = 5


@transaction.atomic
def take_payment(
    patient: Patient,
    *,
    amount_cents: int,
    method: str,
    received_on: date,
    by: User,
    submit_key: uuid.UUID,
    reference: str = "",
    use: Mapping[int, int] | None = None,
) -> Payment:
    """Money from the patient. ``use`` says how much goes to which charge set; without it the
    oldest balances are paid first. What is left over is credit. The same form counts once."""
    patient = lock_account(patient.pk)
    existing = Payment.objects.filter(submit_key=submit_key).first()
    if existing is not None:
        return existing
    _check_amount(amount_cents)
    if received_on > timezone.localdate():
        raise NotAllowed("The payment's date is still to come: enter the day it was received.")
    payment = _record(patient, amount_cents, method, received_on, by, submit_key, reference)
    wanted = dict(use) if use is not None else _oldest(patient, amount_cents)
    if sum(wanted.values()) > amount_cents:
        raise NotAllowed("More was assigned to visits than was paid.")
    touched = _use(payment, wanted, by)
    rest = amount_cents - sum(wanted.values())
    if rest:
        ledger.post(kind=EntryKind.PATIENT_PAYMENT, patient_id=patient.pk, by=by, on=received_on,
                    payment=payment, patient_cents=-rest)  # fmt: skip
    _refresh(touched)
    _audit("payment.taken", payment, by, amount_cents)
    return payment


def _record(patient, cents, method, on, by, key, reference) -> Payment:
    return Payment.objects.create(
        patient=patient,
        submit_key=key,
        method=method,
        amount_cents=cents,
        reference=reference,
        received_on=on,
        taken_at=timezone.now(),
        taken_by=by,
    )


def _oldest(patient: Patient, cents: int) -> dict[int, int]:
    rows = ChargeSet.objects.filter(note__visit__patient=patient).order_by("note__visit__date")
    balances = ledger.balances_of(rows)
    owed = {c.pk: balances[c.pk].patient_cents for c in rows if c.pk in balances}
    return money.oldest_first(cents, owed)[0]


def _use(payment: Payment, wanted: Mapping[int, int], by: User) -> list[ChargeSet]:
    rows = {
        c.pk: c for c in ChargeSet.objects.filter(
            pk__in=wanted, note__visit__patient=payment.patient_id)
    }  # fmt: skip
    for pk, cents in wanted.items():
        if pk not in rows:
            raise NotAllowed("That visit belongs to another patient.")
        _check_amount(cents)
        ledger.post(kind=EntryKind.PATIENT_PAYMENT, patient_id=payment.patient_id, by=by,
                    on=payment.received_on, payment=payment, charge_set=rows[pk],
                    patient_cents=-cents)  # fmt: skip
    return list(rows.values())


@transaction.atomic
def apply_credit(charge_set: ChargeSet, *, amount_cents: int, by: User) -> None:
    """Use credit for a visit: two entries that cancel each other out."""
    patient = lock_account(charge_set.note.visit.patient_id)
    _check_amount(amount_cents)
    credit = ledger.credit_of(patient)
    if amount_cents > credit:
        raise NotAllowed(f"There is only {money.dollars(credit)} of credit.")
    act, today = uuid.uuid4(), timezone.localdate()
    for target, cents in ((None, amount_cents), (charge_set, -amount_cents)):
        ledger.post(kind=EntryKind.APPLIED, patient_id=patient.pk, by=by, on=today, act=act,
                    charge_set=target, patient_cents=cents)  # fmt: skip
    _refresh([charge_set])
    _audit("credit.applied", charge_set, by, amount_cents)


@transaction.atomic
def refund(
    patient: Patient, *, amount_cents: int, method: str, reason: str, by: User,
    submit_key: uuid.UUID,
) -> Payment:  # fmt: skip
    """Give credit back. What a visit has used is not given back before it is freed."""
    patient = lock_account(patient.pk)
    existing = Payment.objects.filter(submit_key=submit_key).first()
    if existing is not None:
        return existing
    _check_amount(amount_cents)
    _check_reason(reason)
    credit = ledger.credit_of(patient)
    if amount_cents > credit:
        raise NotAllowed(
            f"Only credit is given back, and there is {money.dollars(credit)}. "
            "Reverse the payment first if it was taken by mistake."
        )
    today = timezone.localdate()
    payment = _record(patient, -amount_cents, method, today, by, submit_key, reason[:60])
    ledger.post(kind=EntryKind.REFUND, patient_id=patient.pk, by=by, on=today, payment=payment,
                patient_cents=amount_cents, reason=reason)  # fmt: skip
    _audit("payment.refunded", payment, by, amount_cents)
    return payment


@transaction.atomic
def discount(charge_set: ChargeSet, *, amount_cents: int, reason: str, by: User) -> LedgerEntry:
    """A discount stands on its own line; the fee stays as it was."""
    return _lower(charge_set, EntryKind.DISCOUNT, amount_cents, reason, by, of_payer=False)


@transaction.atomic
def write_off(
    charge_set: ChargeSet, *, amount_cents: int, reason: str, by: User, of_payer: bool = False
) -> LedgerEntry:
    """Give up money that will not come, with the reason."""
    return _lower(charge_set, EntryKind.WRITE_OFF, amount_cents, reason, by, of_payer=of_payer)


def _lower(charge_set, kind, cents, reason, by, *, of_payer) -> LedgerEntry:
    patient = lock_account(charge_set.note.visit.patient_id)
    _check_amount(cents)
    _check_reason(reason)
    balance = ledger.balance_of(charge_set)
    owed = balance.payer_cents if of_payer else balance.patient_cents
    if cents > owed:
        who = "payer" if of_payer else "patient"
        raise NotAllowed(f"The {who} owes only {money.dollars(max(owed, 0))} for this visit.")
    entry = ledger.post(
        kind=kind,
        patient_id=patient.pk,
        charge_set=charge_set,
        by=by,
        on=timezone.localdate(),
        reason=reason,
        **{"payer_cents" if of_payer else "patient_cents": -cents},
    )
    _refresh([charge_set])
    _audit(f"ledger.{kind}", charge_set, by, cents, reason=reason)
    return entry


@transaction.atomic
def reverse_payment(payment: Payment, *, reason: str, by: User) -> None:
    """Take a payment back as if it had not come: an opposite entry for each of its entries."""
    patient = lock_account(payment.patient_id)
    _check_reason(reason)
    entries = list(payment.entries.filter(reverses=None))
    if any(LedgerEntry.objects.filter(reverses=entry).exists() for entry in entries):
        raise NotAllowed("This payment was reversed already.")
    unused = -sum(e.patient_cents for e in entries if e.charge_set_id is None)
    if payment.amount_cents > 0 and unused > ledger.credit_of(patient):
        raise NotAllowed(
            "Part of this payment was credit that visits have used since: free that first."
        )
    for entry in entries:
        ledger.post(kind=EntryKind.REVERSAL, patient_id=patient.pk, by=by, on=timezone.localdate(),
                    charge_set=entry.charge_set, payment=payment, reverses=entry, reason=reason,
                    patient_cents=-entry.patient_cents)  # fmt: skip
    _refresh([entry.charge_set for entry in entries if entry.charge_set])
    _audit("payment.reversed", payment, by, payment.amount_cents, reason=reason)


def _refresh(charge_sets: list[ChargeSet]) -> None:
    lock_items(charge_set.pk for charge_set in charge_sets)
    for charge_set in charge_sets:
        refresh(charge_set)


def _check_amount(cents: int) -> None:
    if not 0 < cents <= money.MOST_CENTS:
        raise NotAllowed("The amount is from 0.01 to 1,000,000.00.")


def _check_reason(reason: str) -> None:
    if len(reason.strip()) < SHORTEST_REASON:
        raise NotAllowed("Say why in a few words: the day sheet and the audit show it.")


def _audit(action: str, subject, by: User, cents: int, **detail) -> None:
    patient = getattr(subject, "patient_id", None) or subject.note.visit.patient_id
    audit.record(action, actor=by, subject=subject, patient_id=patient, cents=cents, **detail)
