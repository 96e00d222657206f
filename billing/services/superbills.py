"""Issuing superbills: frozen, numbered, never edited; voided by a later one that points back."""

import uuid
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from billing.desk_enums import BillKind, BillLayout
from billing.lifecycle import check_can_issue_superbill, check_can_void
from billing.models import ChargeSet, Superbill, SuperbillVisit
from billing.services import payments_ledger as ledger
from billing.services.desk_refresh import bill_of, full_all, refresh_loaded
from billing.services.desk_routes import check_superbill_is_right
from billing.services.locking import lock_accounts, lock_visits
from billing.services.superbills_ahead import Ahead
from billing.services.superbills_context import context_of, superbill_context
from clinic.documents import contexts, desk_press, parts
from clinic.enums import DocumentKind, Role
from clinic.errors import NotAllowed
from clinic.models import DocumentWithdrawal, User
from clinic.scope import every_practice
from clinic.services import audit, documents, issuing, rendering

SHORTEST_REASON = 10


@dataclass(frozen=True, slots=True)
class Wish:
    """How it is asked for: by whom, under which key, in which layout, against which rule."""

    by: User
    submit_key: uuid.UUID
    layout: str = BillLayout.PLAIN
    exception: str = ""
    reason: str = ""
    ahead: Ahead | None = None  # a page set for it already
    after_void: bool = True  # a voided one is followed by another only where a person asks


def issue_superbill(
    charge_set: ChargeSet,
    *,
    by: User,
    submit_key: uuid.UUID,
    layout: str = BillLayout.PLAIN,
    exception: str = "",
    ahead: Ahead | None = None,
    after_void: bool = True,
) -> Superbill:
    """The visit's superbill, issued once: asking again returns the one that is there."""
    wish = Wish(by, submit_key, layout, exception.strip(), ahead=ahead, after_void=after_void)
    ready = nullcontext() if ahead else rendering.ready_to_issue()
    with ready, transaction.atomic(), audit.held_back():
        return _issue([charge_set], wish)


@rendering.ready_to_issue()
@transaction.atomic
def issue_period(
    charge_sets: Sequence[ChargeSet],
    *,
    by: User,
    submit_key: uuid.UUID,
    layout: str = BillLayout.PLAIN,
) -> Superbill:
    """One superbill for several visits of a patient, with a line for each date of service."""
    if not charge_sets:
        raise NotAllowed("There is no visit to bill in this period.")
    with audit.held_back():
        return _issue(charge_sets, Wish(by, submit_key, layout))


def _issue(charge_sets: Sequence[ChargeSet], wish: Wish) -> Superbill:
    if wish.exception:  # moves money
        lock_accounts(charge_set.note.visit.patient_id for charge_set in charge_sets)
    rows = _locked(charge_sets)
    found = [bill for row in rows if (bill := bill_of(row))]
    bills = {bill.pk: bill for bill in found if not bill.is_void}
    if bills:
        return _the_one(bills, rows)
    if found and not wish.after_void:
        raise NotAllowed(
            f"{found[0].replaces.number} was voided: open the visit to issue a new one."
        )
    _check_together(rows)
    for row in rows:
        check_can_issue_superbill(row)
        check_superbill_is_right(row, exception=wish.exception)
    if wish.exception and wish.by.role != Role.ADMIN:
        raise NotAllowed("Only an admin may issue a superbill for a plan that is in network.")
    _check_key_is_new(wish.submit_key)
    if wish.exception:
        for row in rows:
            ledger.move(row, to_payer=False, by=wish.by, reason=wish.exception)
    notice = next(iter(found), None)
    return _write(rows, wish, replaces=notice, kind=BillKind.BILL)


def _locked(charge_sets: Sequence[ChargeSet]) -> list[ChargeSet]:
    keys = [c.pk for c in charge_sets]
    lock_visits(keys)
    rows = full_all(keys)
    return sorted(rows, key=lambda row: (row.note.visit.date, row.note.visit.starts_at))


def _the_one(bills: dict[int, Superbill], rows: list[ChargeSet]) -> Superbill:
    bill = next(iter(bills.values()))
    if len(bills) == 1 and set(bill.visits.values_list("charge_set", flat=True)) == {
        row.pk for row in rows
    }:
        return bill
    raise NotAllowed(
        f"{bill.number} bills one of these visits already: void it first, or leave the visit out."
    )


def _check_together(rows: list[ChargeSet]) -> None:
    """A superbill speaks for one patient, one clinician, one plan."""
    for what, values in (
        ("patient", {row.note.visit.patient_id for row in rows}),
        ("clinician", {row.note.author_id for row in rows}),
        ("plan", {row.note.visit.coverage_id for row in rows}),
    ):
        if len(values) > 1:
            raise NotAllowed(f"One superbill has one {what}: issue one for each.")


def _write(
    rows: list[ChargeSet], wish: Wish, *, replaces: Superbill | None, kind: str
) -> Superbill:
    number = documents.next_number(DocumentKind.SUPERBILL)
    ahead = wish.ahead if wish.ahead and wish.ahead.number == number else None
    now = ahead.at if ahead else timezone.now()
    if kind == BillKind.VOID:
        context = _void_context(replaces, number=number, at=now, wish=wish)
    else:
        context = superbill_context(rows, number=number, at=now, exception=wish.exception)
        if replaces is not None:
            context = replace(context, replaces=replaces.number)
    document = issuing.issue(
        _paper(rows[0], context, wish.layout, ahead),
        signer=None,
        intent=issuing.seal_intent(f"Issued from signed note {context.note_number}"),
        by=wish.by,
    )
    superbill = Superbill.objects.create(
        charge_set=rows[0],
        submit_key=wish.submit_key,
        number=number,
        document=document,
        issued_at=now,
        issued_by=wish.by,
        replaces=replaces,
        kind=kind,
        layout=wish.layout,
        reason=wish.reason,
        exception=wish.exception,
        total_cents=sum(row.total_cents for row in rows) if kind == BillKind.BILL else 0,
    )
    SuperbillVisit.objects.bulk_create(
        SuperbillVisit(superbill=superbill, charge_set=row, position=place)
        for place, row in enumerate(rows, start=1)
    )
    _settle(superbill, rows, wish)
    return superbill


def _settle(superbill: Superbill, rows: list[ChargeSet], wish: Wish) -> None:
    audit.record(
        "superbill.voided" if superbill.is_void else "superbill.issued",
        actor=wish.by,
        subject=superbill,
        patient_id=rows[0].note.visit.patient_id,
        number=superbill.number,
        total_cents=superbill.total_cents,
        replaces=superbill.replaces.number if superbill.replaces else "",
        reason=wish.reason,
        exception=wish.exception,
    )
    refresh_loaded(rows)


def _check_key_is_new(submit_key: uuid.UUID) -> None:
    with every_practice("submit keys are unique across practices"):
        if Superbill.objects.filter(submit_key=submit_key).exists():
            raise NotAllowed("This form issued another superbill already: reload the page.")


def _paper(
    charge_set: ChargeSet,
    context: contexts.SuperbillContext,
    layout: str,
    ahead: Ahead | None = None,
) -> issuing.Paper:
    def render(verify_url: str | None) -> tuple[bytes, dict[str, Any]]:
        printed = replace(context, verify_url=verify_url)
        if layout == BillLayout.FORM:
            return desk_press.superbill_form(printed), rendering.plain(printed)
        pages = ahead.pages_for(printed) if ahead else None
        return pages or rendering.render_superbill(printed), rendering.plain(printed)

    return issuing.Paper(
        kind=DocumentKind.SUPERBILL,
        number=context.number,
        version=1,
        patient=charge_set.note.visit.patient,
        render=render,
        public_id=ahead.public_id if ahead else None,
    )


@rendering.ready_to_issue()
@transaction.atomic
@audit.held_back()
def void_superbill(
    superbill: Superbill, *, reason: str, by: User, submit_key: uuid.UUID
) -> Superbill:
    """A void notice that points back. The voided one stays stored as it was handed out."""
    rows = _check_voiding(superbill, reason, submit_key)
    wish = Wish(by, submit_key, superbill.layout, reason=reason.strip())
    notice = _write(rows, wish, replaces=superbill, kind=BillKind.VOID)
    _withdraw(superbill, reason, by)
    return notice


@rendering.ready_to_issue()
@transaction.atomic
@audit.held_back()
def replace_superbill(
    superbill: Superbill, *, reason: str, by: User, submit_key: uuid.UUID, layout: str = ""
) -> Superbill:
    """A new one in its place, with what the ledger says now; it names the one it replaces."""
    rows = _check_voiding(superbill, reason, submit_key)
    wish = Wish(by, submit_key, layout or superbill.layout, superbill.exception, reason.strip())
    for row in rows:
        check_can_issue_superbill(row)
        check_superbill_is_right(row, exception=wish.exception)
    bill = _write(rows, wish, replaces=superbill, kind=BillKind.BILL)
    _withdraw(superbill, reason, by)
    return bill


def _check_voiding(superbill: Superbill, reason: str, submit_key: uuid.UUID) -> list[ChargeSet]:
    rows = _locked([listed.charge_set for listed in superbill.visits.select_related("charge_set")])
    check_can_void(superbill)
    if len(reason.strip()) < SHORTEST_REASON:
        raise NotAllowed("Say why it is voided, in at least ten characters.")
    _check_key_is_new(submit_key)
    return rows


def _withdraw(superbill: Superbill, reason: str, by: User) -> None:
    """Whoever verifies the old paper is told that it no longer counts."""
    if not DocumentWithdrawal.objects.filter(document=superbill.document).exists():
        documents.withdraw(superbill.document, reason=reason, by=by)


def _void_context(
    voided: Superbill, *, number: str, at: datetime, wish: Wish
) -> contexts.SuperbillContext:
    return replace(
        context_of(voided.document.context),
        number=number,
        issued_at=at,
        status="voided",
        replaces="",  # the banner says which one it voids
        void=parts.Void(reason=wish.reason, voided_at=at, by=str(wish.by)),
        banner=f"This notice voids superbill {voided.number}. Do not send it to a plan.",
    )
