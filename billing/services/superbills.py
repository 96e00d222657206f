"""Issuing superbills: frozen, numbered, never edited."""

import uuid
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from billing.lifecycle import check_can_issue_superbill
from billing.models import ChargeSet, Superbill
from billing.presentation import wording
from clinic.documents import contexts, parts
from clinic.enums import DocumentKind
from clinic.errors import NotAllowed
from clinic.models import User
from clinic.scope import every_practice
from clinic.services import audit, documents, issuing, rendering
from notes.printing import CPT_NOTICE, clinician_part, practice_part

NOTICES = (
    "This statement is for you to send to your health plan. Whether and what the plan pays is "
    "decided by the plan.",
    CPT_NOTICE,
)


@transaction.atomic
def issue_superbill(charge_set: ChargeSet, *, by: User, submit_key: uuid.UUID) -> Superbill:
    """The visit's superbill, issued once: asking again returns the one that is there."""
    charge_set = ChargeSet.objects.select_for_update().get(pk=charge_set.pk)
    existing = charge_set.superbills.filter(replaced_by=None).first()
    if existing is not None:
        return existing
    check_can_issue_superbill(charge_set)
    _check_key_is_new(submit_key)
    number = documents.next_number(DocumentKind.SUPERBILL)
    context = superbill_context(charge_set, number=number)
    document = issuing.issue(
        _paper(charge_set, context),
        signer=None,
        intent=issuing.seal_intent(f"Issued from signed note {charge_set.note.number}"),
        by=by,
    )
    superbill = Superbill.objects.create(
        charge_set=charge_set,
        submit_key=submit_key,
        number=number,
        document=document,
        issued_at=context.issued_at,
        issued_by=by,
        total_cents=charge_set.total_cents,
    )
    audit.record(
        "superbill.issued",
        actor=by,
        subject=superbill,
        patient_id=charge_set.note.visit.patient_id,
        number=number,
        total_cents=superbill.total_cents,
    )
    return superbill


def _check_key_is_new(submit_key: uuid.UUID) -> None:
    with every_practice("submit keys are unique across practices"):
        if Superbill.objects.filter(submit_key=submit_key).exists():
            raise NotAllowed("This form issued another superbill already: reload the page.")


def _paper(charge_set: ChargeSet, context: contexts.SuperbillContext) -> issuing.Paper:
    def render(verify_url: str | None) -> tuple[bytes, dict[str, Any]]:
        printed = replace(context, verify_url=verify_url)
        return rendering.render_superbill(printed), rendering.plain(printed)

    return issuing.Paper(
        kind=DocumentKind.SUPERBILL,
        number=context.number,
        version=1,
        patient=charge_set.note.visit.patient,
        render=render,
    )


def superbill_context(charge_set: ChargeSet, *, number: str) -> contexts.SuperbillContext:
    """Everything the superbill prints, copied."""
    note, visit = charge_set.note, charge_set.note.visit
    episode, patient = visit.episode, visit.patient
    author = note.signatures.get(meaning="author")
    order = episode.orders.order_by("-ordered_on").first()
    authorization = episode.authorizations.filter(
        starts_on__lte=visit.date, ends_on__gte=visit.date
    ).first()
    return contexts.SuperbillContext(
        practice=practice_part(visit.practice),
        number=number,
        issued_at=timezone.now(),
        status="issued",
        patient=parts.Patient(
            name=str(patient),
            born_on=patient.born_on,
            sex=patient.get_sex_display(),
            record_no=patient.record_number,
            address=patient.one_line_address,
            phone=patient.phone,
        ),
        rendering=clinician_part(note.author),
        supervisor=clinician_part(note.author.supervisor) if note.author.supervisor else None,
        lines=tuple(_line(line, visit) for line in charge_set.lines.all()),
        total_cents=charge_set.total_cents,
        paid_cents=0,
        balance_cents=charge_set.total_cents,
        time_zone=visit.practice.timezone,
        location=visit.location.name,
        insured=_insured(visit),
        referral=contexts.Referral(
            name=order.provider_name, npi=order.provider_npi, qualifier="Referring"
        )
        if order
        else None,
        authorization=authorization.number if authorization else "",
        onset_on=episode.onset_on,
        diagnoses=_diagnoses(note.record),
        note_number=note.number,
        signature=parts.Signature(
            name=author.name,
            credential=author.credential,
            license=author.licence,
            npi=note.author.npi,
            attestation=author.attestation,
            signed_at=author.at,
            record_sha256=author.digest,
            method=author.method,
        ),
        notices=NOTICES,
    )


def _line(line, visit) -> contexts.ServiceLine:
    return contexts.ServiceLine(
        served_on=visit.date,
        place=visit.location.place_of_service,
        code=line.code,
        wording=wording(line.code),
        modifiers=tuple(line.modifiers),
        pointers=tuple(line.pointers),
        units=line.units,
        charge_cents=line.charge_cents,
        fee_cents=line.fee_cents,
        minutes=line.minutes,
    )


def _insured(visit) -> contexts.Insured | None:
    coverage = visit.coverage
    if coverage is None:
        return None
    return contexts.Insured(
        name=str(visit.patient),
        relationship="self",
        member_id=coverage.member_id,
        group=coverage.group_number,
        plan=coverage.payer.name,
        plan_phone=coverage.payer.phone,
        plan_address=coverage.payer.one_line_address,
    )


def _diagnoses(record: dict[str, Any]) -> tuple[parts.Diagnosis, ...]:
    """As they stood when the note was signed."""
    return tuple(parts.Diagnosis(**row) for row in record["diagnoses"])
