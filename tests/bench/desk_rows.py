"""Rows in bulk for the desk's benches: copies of a visit that was signed through the services."""

import uuid
from datetime import date, timedelta

from billing.models import ChargeLine, ChargeSet, DeskItem
from billing.services.desk_refresh import full, open_item
from clinic.models import Practice
from notes.models import Note, Signature, Visit


def many_signed(practice: Practice, count: int, *, route: str) -> list[ChargeSet]:
    """Signed visits with charges, lines and signature, each with its item in the queue."""
    item = DeskItem.objects.filter(
        route=route, state__in=["ready", "printed"], charge_set__note__imported=False
    ).exclude(visit__coverage__payer__name__contains="Compensation")[0]
    sample = full(item.charge_set_id)
    made = [_copy(sample, number) for number in range(count)]
    for charge_set in made:
        open_item(charge_set, by=None)
    return made


def _copy(of: ChargeSet, number: int) -> ChargeSet:
    note, visit = of.note, of.note.visit
    visit = Visit.objects.create(
        episode=visit.episode, patient=visit.patient, clinician=visit.clinician,
        location=visit.location, coverage=visit.coverage, status="signed", date=visit.date,
        starts_at=visit.starts_at + timedelta(seconds=number),
    )  # fmt: skip
    copy = Note.objects.create(
        visit=visit, author=note.author, status="signed", number=f"B{uuid.uuid4().hex[:12]}",
        signed_at=note.signed_at, signed_by=note.signed_by, record=note.record,
        digest=note.digest, document=note.document,
    )  # fmt: skip
    first = note.signatures.get(meaning="author")
    Signature.objects.create(
        note=copy, signer=first.signer, meaning="author", name=first.name, at=first.at,
        credential=first.credential, licence=first.licence, attestation=first.attestation,
        method=first.method, digest=first.digest,
    )  # fmt: skip
    charge_set = ChargeSet.objects.create(
        note=copy, policy=of.policy, policy_label=of.policy_label, answer=of.answer,
        engine_version=of.engine_version, edition=of.edition, facts=of.facts,
        record_facts=of.record_facts, digest=of.digest, line_count=of.line_count,
        total_cents=of.total_cents, created_at=of.created_at,
    )  # fmt: skip
    ChargeLine.objects.bulk_create(_lines(of, charge_set))
    return charge_set


def _lines(of: ChargeSet, charge_set: ChargeSet) -> list[ChargeLine]:
    return [
        ChargeLine(
            practice_id=of.practice_id, charge_set=charge_set, position=line.position,
            code=line.code, modifiers=line.modifiers, units=line.units, minutes=line.minutes,
            pointers=line.pointers, fee_cents=line.fee_cents, charge_cents=line.charge_cents,
            reasons=line.reasons,
        )
        for line in of.lines.all()
    ]  # fmt: skip


def many_items(practice: Practice, count: int, today: date) -> None:
    """Queue rows over three years, in every state, each on a visit of its own."""
    items = list(DeskItem.objects.select_related("visit", "charge_set__note"))
    states = ("ready", "attention", "printed", "sent", "paid", "paid", "paid", "paid")
    for start in range(0, count, 2000):
        size = min(2000, count - start)
        _insert(practice, items, start, size, states, today)


def _insert(practice, items, start: int, size: int, states, today: date) -> None:
    models = [items[(start + n) % len(items)] for n in range(size)]
    visits = Visit.objects.bulk_create(
        Visit(practice=practice, episode_id=m.visit.episode_id, patient_id=m.patient_id,
              clinician_id=m.clinician_id, location_id=m.visit.location_id, status="signed",
              date=today - timedelta(days=(start + n) % 1100), starts_at=m.starts_at)
        for n, m in enumerate(models)
    )  # fmt: skip
    notes = Note.objects.bulk_create(
        Note(practice=practice, visit=v, author_id=m.clinician_id, status="signed", imported=True,
             signed_at=m.starts_at, signed_by_id=m.charge_set.note.signed_by_id, digest="0" * 64,
             record={"sections": [], "diagnoses": []})
        for v, m in zip(visits, models, strict=True)
    )  # fmt: skip
    sets = ChargeSet.objects.bulk_create(
        ChargeSet(practice=practice, note=note, policy_label="bench", engine_version="1",
                  facts={"day": {}}, record_facts={}, answer={"timed_minutes": 0}, digest="",
                  line_count=0, total_cents=m.total_cents, created_at=m.starts_at)
        for note, m in zip(notes, models, strict=True)
    )  # fmt: skip
    DeskItem.objects.bulk_create(
        DeskItem(practice=practice, charge_set=c, visit=v, patient_id=m.patient_id,
                 clinician_id=m.clinician_id, payer_id=m.payer_id, served_on=v.date,
                 starts_at=v.starts_at, route=m.route, state=states[(start + n) % len(states)],
                 codes=m.codes, distinct=m.distinct, words=m.words, total_cents=m.total_cents,
                 patient_cents=0, payer_cents=0)
        for n, (c, v, m) in enumerate(zip(sets, visits, models, strict=True))
    )  # fmt: skip
