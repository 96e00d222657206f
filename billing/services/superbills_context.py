"""Everything a superbill prints, copied from the signed visits and the ledger."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from billing.desk_enums import EntryKind
from billing.models import ChargeSet, LedgerEntry
from billing.presentation import wording
from billing.services.desk_routes import exception_of
from clinic.documents import contexts, parts
from clinic.errors import NotAllowed
from notes.models import Visit
from notes.printing import CPT_NOTICE, clinician_part, practice_part

NOTICES = (
    "This statement is for you to send to your health plan. Whether and what the plan pays is "
    "decided by the plan.",
    CPT_NOTICE,
)
PAID_BY_PATIENT = (
    "Paid by the patient. The practice does not accept assignment: please reimburse the member."
)
NOT_PAID = "The practice does not accept assignment: please pay the member."
MOST_DIAGNOSES = 12
_LOWERING = (EntryKind.DISCOUNT, EntryKind.WRITE_OFF)
_PAYING = (EntryKind.PATIENT_PAYMENT, EntryKind.APPLIED, EntryKind.REVERSAL)


def superbill_context(
    charge_sets: Sequence[ChargeSet], *, number: str, at: datetime, exception: str = ""
) -> contexts.SuperbillContext:
    """One visit, or several of one patient with one clinician: a line for each date of service."""
    first = charge_sets[0]
    note, visit = first.note, first.note.visit
    episode = visit.episode
    order = episode.orders.order_by("-ordered_on", "-pk").first()
    diagnoses, letters = _diagnoses(charge_sets)
    lines = tuple(_line(line, c, letters) for c in charge_sets for line in c.lines.all())
    discounts, payments = _money(charge_sets)
    total = sum(n.charge_cents for n in lines) - sum(d.amount_cents for d in discounts)
    paid = sum(p.amount_cents for p in payments)
    last = charge_sets[-1].note
    return contexts.SuperbillContext(
        practice=practice_part(visit.practice, whole_tax_id=True),
        number=number,
        issued_at=at,
        status="issued",
        patient=_patient(visit),
        rendering=clinician_part(note.author),
        supervisor=clinician_part(note.author.supervisor) if note.author.supervisor else None,
        lines=lines,
        total_cents=total,
        paid_cents=paid,
        balance_cents=total - paid,
        time_zone=visit.practice.timezone,
        location=_location(visit),
        insured=_insured(visit),
        referral=contexts.Referral(order.provider_name, order.provider_npi, "Referring")
        if order
        else None,
        authorization=_authorization(visit),
        onset_on=episode.onset_on,
        accident=_accident(visit),
        diagnoses=diagnoses,
        discounts=discounts,
        payments=payments,
        assignment=PAID_BY_PATIENT if paid > 0 else NOT_PAID,
        note_number=", ".join(c.note.number for c in charge_sets),
        signature=_signature(last),
        banner=_banner(visit, exception),
        notices=NOTICES,
    )


def _patient(visit: Visit) -> parts.Patient:
    patient = visit.patient
    return parts.Patient(
        name=str(patient),
        born_on=patient.born_on,
        sex=patient.get_sex_display(),
        record_no=patient.record_number,
        address=patient.one_line_address,
        phone=patient.phone,
    )


def _location(visit: Visit) -> str:
    address = visit.location.one_line_address
    return f"{visit.location.name}, {address}" if address else visit.location.name


def _diagnoses(charge_sets: Sequence[ChargeSet]):
    """The visits' diagnoses in one lettered list, and for each visit its letters in that list."""
    found: dict[str, parts.Diagnosis] = {}
    for charge_set in charge_sets:
        for row in charge_set.note.record["diagnoses"]:
            found.setdefault(row["code"], parts.Diagnosis(**row))
    if len(found) > MOST_DIAGNOSES:
        raise NotAllowed(
            f"These visits have {len(found)} diagnoses, and a superbill letters at most 12: "
            "issue it for a shorter period."
        )
    letter = {code: chr(ord("A") + place) for place, code in enumerate(found)}
    listed = tuple(replace(row, pointer=letter[code]) for code, row in found.items())
    own = {
        c.pk: {row["pointer"]: letter[row["code"]] for row in c.note.record["diagnoses"]}
        for c in charge_sets
    }
    return listed, own


def _line(line, charge_set: ChargeSet, letters: dict[int, dict[str, str]]):
    visit = charge_set.note.visit
    return contexts.ServiceLine(
        served_on=visit.date,
        place=visit.location.place_of_service,
        code=line.code,
        wording=wording(line.code),
        modifiers=tuple(line.modifiers),
        pointers=tuple(letters[charge_set.pk].get(p, p) for p in line.pointers),
        units=line.units,
        charge_cents=line.charge_cents,
        fee_cents=line.fee_cents,
        minutes=line.minutes,
    )


def _money(charge_sets: Sequence[ChargeSet]):
    """Discounts on their own lines; each payment with date and method, reversals taken off."""
    entries = (
        LedgerEntry.objects.filter(charge_set__in=[c.pk for c in charge_sets])
        .select_related("payment", "reverses")
        .order_by("happened_on", "pk")
    )
    discounts, paid = [], {}
    for entry in entries:
        if entry.kind in _LOWERING and entry.patient_cents:
            label = f"{entry.get_kind_display()}: {entry.reason}"
            discounts.append(contexts.Discount(label, -entry.patient_cents))
        elif entry.kind in _PAYING:
            key = entry.payment_id or f"credit {entry.act}"
            before = paid.get(key, (entry, 0))
            paid[key] = (before[0], before[1] - entry.patient_cents)
    payments = tuple(_payment(entry, cents) for entry, cents in paid.values() if cents)
    return tuple(discounts), payments


def _payment(entry: LedgerEntry, cents: int) -> contexts.Payment:
    if entry.payment is None:
        return contexts.Payment(entry.happened_on, "credit applied", cents)
    payment = entry.payment
    return contexts.Payment(
        payment.received_on, payment.get_method_display().lower(), cents, payment.reference
    )


def _insured(visit: Visit) -> contexts.Insured | None:
    coverage = visit.coverage
    if coverage is None:
        return None
    details = getattr(coverage, "claim_details", None)
    other = details is not None and details.relationship != "18"
    return contexts.Insured(
        name=f"{details.first_name} {details.last_name}".strip() if other else str(visit.patient),
        relationship=details.get_relationship_display().lower() if other else "self",
        member_id=coverage.member_id,
        group=coverage.group_number,
        plan=coverage.payer.name,
        plan_phone=coverage.payer.phone,
        plan_address=coverage.payer.one_line_address,
    )


def _authorization(visit: Visit) -> str:
    row = visit.episode.authorizations.filter(
        starts_on__lte=visit.date, ends_on__gte=visit.date
    ).first()
    return row.number if row else ""


def _accident(visit: Visit) -> contexts.Accident | None:
    details = getattr(visit.coverage, "claim_details", None)
    if details is None:
        return None
    return contexts.Accident(
        employment=details.employment,
        auto=details.auto,
        auto_state=details.accident_state,
        other=details.other,
        happened_on=details.accident_on,
    )


def _signature(note) -> parts.Signature:
    author = note.signatures.get(meaning="author")
    return parts.Signature(
        name=author.name,
        credential=author.credential,
        license=author.licence,
        npi=note.author.npi,
        attestation=author.attestation,
        signed_at=author.at,
        record_sha256=author.digest,
        method=author.method,
    )


def _banner(visit: Visit, exception: str) -> str:
    if exception:
        return f"Issued although the plan is in network: {exception}"
    recorded = exception_of(visit.coverage, visit.date) if visit.coverage else None
    return (
        f"Medicare was not billed. {recorded}, {recorded.signed_on:%m/%d/%Y}." if recorded else ""
    )


def context_of(stored: dict[str, Any]) -> contexts.SuperbillContext:
    """A stored superbill's context as facts again."""
    return contexts.from_json(contexts.SuperbillContext, json.dumps(stored))
