"""What a patient owes after the plan decided, and receipts for what was paid."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from billing.desk_enums import EntryKind, Group
from billing.models import ChargeSet, LedgerEntry, Payment
from billing.presentation import wording
from billing.services import payments_ledger as ledger
from billing.services.desk_papers import keep, patient_part
from billing.services.desk_refresh import full, refresh
from clinic.documents.desk_contexts import DeskPaper, Fact, Table
from clinic.documents.wording import day, money
from clinic.enums import DocumentKind
from clinic.errors import NotAllowed
from clinic.models import Patient, StoredDocument, User
from notes.printing import CPT_NOTICE, practice_part

# The reasons by which a plan leaves money to the patient, in our words.
SHARES = {"1": "Deductible", "2": "Coinsurance", "3": "Copay"}
NOT_YOURS = (
    "The plan's discount and what the plan paid are not yours to pay. You owe only your own share."
)


@transaction.atomic
def issue_statement(charge_sets: Iterable[ChargeSet], *, by: User) -> StoredDocument:
    """For visits in network, after the remittance: the patient's share and nothing else."""
    rows = [full(c.pk) for c in charge_sets]
    if not rows:
        raise NotAllowed("There is no visit to put on a statement.")
    for row in rows:
        _check_decided(row)
    visit = rows[0].note.visit
    patient = visit.patient
    owed = sum(ledger.balance_of(row).patient_cents for row in rows)
    paper = DeskPaper(
        practice=practice_part(visit.practice),
        kind="Statement",
        number="",
        issued_at=timezone.now(),
        patient=patient_part(patient),
        time_zone=visit.practice.timezone,
        about=f"{len(rows)} visit{'s' if len(rows) > 1 else ''}",
        facts=(
            Fact("Plan", visit.coverage.payer.name if visit.coverage else "Self-pay"),
            Fact("Member ID", visit.coverage.member_id if visit.coverage else ""),
        ),
        tables=tuple(_visit_table(row) for row in rows),
        result=("You owe" if owed > 0 else "Nothing to pay", money(max(owed, 0))),
        paragraphs=(NOT_YOURS,),
        notices=(CPT_NOTICE,),
    )
    document = keep(paper, kind=DocumentKind.STATEMENT, patient=patient, by=by)
    for row in rows:
        refresh(row)
    return document


def _check_decided(row: ChargeSet) -> None:
    decided = LedgerEntry.objects.filter(charge_set=row).exclude(remitted=None).exists()
    balance = ledger.balance_of(row)
    if not decided and balance.payer_cents > 0:
        raise NotAllowed(
            f"The plan has not decided on the visit of {row.note.visit.date:%m/%d/%Y} yet: until "
            "its remittance is posted, the patient owes nothing that could be stated."
        )


def _visit_table(row: ChargeSet) -> Table:
    """The way from the charge to the patient's share, line by line."""
    entries = list(LedgerEntry.objects.filter(charge_set=row).select_related("payment"))
    lines = [("", f"{n.code} {wording(n.code)} × {n.units}", money(n.charge_cents))
             for n in row.lines.all()]  # fmt: skip
    steps = [
        ("Plan's discount, not yours to pay", sum(
            e.payer_cents for e in entries if e.group in (Group.CO, Group.OA, Group.PI))),
        ("Paid by the plan", sum(
            e.payer_cents for e in entries if e.kind == EntryKind.PAYER_PAYMENT)),
    ]  # fmt: skip
    lines += [("", label, money(cents)) for label, cents in steps if cents]
    lines += [("", f"Your share: {label}", money(cents)) for label, cents in shares_of(entries)]
    for entry in entries:
        if entry.kind in (EntryKind.DISCOUNT, EntryKind.WRITE_OFF) and entry.patient_cents:
            lines.append(("", f"{entry.get_kind_display()}: {entry.reason}",
                          money(entry.patient_cents)))  # fmt: skip
        elif entry.payment is not None:
            what = "Payment taken back" if entry.patient_cents > 0 else "You paid"
            lines.append((day(entry.happened_on), what, money(entry.patient_cents)))
    owed = sum(e.patient_cents for e in entries)
    return Table(
        title=f"Visit of {day(row.note.visit.date)}",
        head=("Date", "What", "Amount"),
        rows=tuple(lines),
        numeric=(2,),
        total=("", "You owe for this visit", money(owed)),
    )


def shares_of(entries: Iterable[LedgerEntry]) -> list[tuple[str, int]]:
    """The patient's share by reason: PR amounts only."""
    found: dict[str, int] = {}
    for entry in entries:
        if entry.group == Group.PR:
            label = SHARES.get(entry.carc, f"reason {entry.carc}")
            found[label] = found.get(label, 0) + entry.patient_cents
    return [(label, cents) for label, cents in found.items() if cents]


@transaction.atomic
def issue_receipt(payment: Payment, *, by: User) -> StoredDocument:
    """For a health account: who, from whom, date of service, what, how much the patient bore."""
    patient = payment.patient
    practice = patient.practice
    rows = _paid_services(payment)
    paper = DeskPaper(
        practice=practice_part(practice),
        kind="Receipt",
        number="",
        issued_at=timezone.now(),
        patient=patient_part(patient),
        time_zone=practice.timezone,
        about=f"Paid {day(payment.received_on)}",
        facts=(
            Fact("Paid on", day(payment.received_on)),
            Fact("Method", payment.get_method_display()),
            Fact("Reference", payment.reference),
        ),
        tables=(
            Table(
                title="Services this payment is for",
                head=("Date of service", "Service", "Provider", "Paid"),
                rows=tuple(rows),
                numeric=(3,),
                total=("", "Total", "", money(payment.amount_cents)),
            ),
        ),
        result=("Paid by the patient", money(payment.amount_cents)),
        notices=("For a health savings or flexible spending account.", CPT_NOTICE),
    )
    return keep(paper, kind=DocumentKind.RECEIPT, patient=patient, by=by)


def _paid_services(payment: Payment) -> list[tuple[str, ...]]:
    entries = payment.entries.values("charge_set").annotate(cents=Sum("patient_cents")).order_by()
    rows = []
    for entry in entries:
        cents = -entry["cents"]
        if entry["charge_set"] is None:
            rows.append(("", "On account, for services to come", "", money(cents)))
            continue
        charge_set = full(entry["charge_set"])
        codes = ", ".join(f"{n.code} {wording(n.code)}" for n in charge_set.lines.all())
        rows.append((day(charge_set.note.visit.date), codes, charge_set.note.author.last_name,
                     money(cents)))  # fmt: skip
    if not any(row[3] != money(0) for row in rows):
        raise NotAllowed("This payment was taken back: there is nothing to give a receipt for.")
    return rows


def open_visits(patient: Patient) -> list[ChargeSet]:
    """Visits for which the patient owes something."""
    rows = list(ChargeSet.objects.filter(note__visit__patient=patient))
    balances = ledger.balances_of(rows)
    return [row for row in rows if row.pk in balances and balances[row.pk].patient_cents > 0]
