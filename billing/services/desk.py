"""Sending a visit back to its therapist, and the answer; recording Medicare exceptions."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from billing.desk_enums import Route
from billing.models import ChargeSet, DeskReturn, LedgerEntry, MedicareException
from billing.services import payments_ledger as ledger
from billing.services.desk_refresh import bill_of, claim_in_force, full, refresh
from billing.services.desk_routes import direction_of
from billing.services.locking import lock_account, lock_items, lock_visits
from clinic.errors import NotAllowed
from clinic.models import User
from clinic.services import audit


@transaction.atomic
@audit.held_back()
def return_to_therapist(charge_set: ChargeSet, *, reason: str, by: User) -> DeskReturn:
    """The bill waits until the therapist answers. The signed note stays as it is."""
    lock_visits([charge_set.pk])
    reason = reason.strip()
    if len(reason) < 5:
        raise NotAllowed("Write what the therapist should look at.")
    bill = bill_of(charge_set)
    if bill is not None and not bill.is_void:
        raise NotAllowed(f"{bill.number} was issued already: void it before you return the visit.")
    if charge_set.returns.filter(answered_at=None).exists():
        raise NotAllowed("The visit is with the therapist already.")
    row = DeskReturn.objects.create(
        charge_set=charge_set, reason=reason[:300], at=timezone.now(), by=by
    )
    _audit("desk.returned", charge_set, by, reason=reason)
    refresh(charge_set)
    return row


@transaction.atomic
@audit.held_back()
def answer_return(row: DeskReturn, *, answer: str, by: User) -> DeskReturn:
    """The treating clinician's word; corrections of the record are addenda of the note."""
    row = DeskReturn.objects.select_for_update(no_key=True).get(pk=row.pk)
    if row.answered_at is not None:
        raise NotAllowed("This was answered already.")
    if row.charge_set.note.author.user_id != by.pk:
        raise NotAllowed(f"Only {row.charge_set.note.author} can answer this.")
    if len(answer.strip()) < 5:
        raise NotAllowed("Write what the desk should know.")
    row.answer, row.answered_at, row.answered_by = answer.strip()[:500], timezone.now(), by
    row.save(update_fields=["answer", "answered_at", "answered_by"])
    _audit("desk.answered", row.charge_set, by)
    refresh(row.charge_set)
    return row


@transaction.atomic
@audit.held_back()
def record_exception(
    charge_set: ChargeSet, *, kind: str, signed_on: date, kept_at: str, by: User,
    ends_on: date | None = None,
) -> MedicareException:  # fmt: skip
    """The signed paper by which a Medicare patient may be billed; it must be older than the
    visit it is used for."""
    visit = charge_set.note.visit
    if visit.coverage is None:
        raise NotAllowed("The patient has no coverage that an exception could concern.")
    if signed_on > visit.date:
        raise NotAllowed(
            "The paper was signed after this visit: it holds for later visits only, and this "
            "one goes to Medicare."
        )
    if len(kept_at.strip()) < 5:
        raise NotAllowed("Say where the signed paper is kept.")
    lock_account(visit.patient_id)
    row = MedicareException.objects.create(
        coverage=visit.coverage, kind=kind, signed_on=signed_on, ends_on=ends_on,
        kept_at=kept_at.strip(), at=timezone.now(), by=by,
    )  # fmt: skip
    _audit("medicare.exception", charge_set, by, kind=kind, signed_on=signed_on.isoformat())
    others = list(ChargeSet.objects.filter(note__visit__coverage=visit.coverage))
    lock_items(other.pk for other in others)
    for other in others:
        realign(full(other.pk), by=by, reason=str(row))
    return row


def realign(charge_set: ChargeSet, *, by: User | None, reason: str) -> None:
    """The charge goes to the side the route names, as long as nothing was billed or paid."""
    untouched = LedgerEntry.objects.filter(charge_set=charge_set).count() == 1
    if untouched and claim_in_force(charge_set) is None and bill_of(charge_set) is None:
        to_payer = direction_of(charge_set).route == Route.CLAIM
        ledger.move(charge_set, to_payer=to_payer, by=by, reason=reason)
    refresh(charge_set)


def _audit(action: str, charge_set: ChargeSet, by: User, **detail) -> None:
    audit.record(
        action, actor=by, subject=charge_set, patient_id=charge_set.note.visit.patient_id, **detail
    )
