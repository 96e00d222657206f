"""Freezing a note's charges inside the signing transaction."""

from datetime import datetime

from billing.engine.record import record_to_dict
from billing.models import ChargeLine, ChargeSet
from billing.presentation import codes_of, section_of, totals_of
from billing.services.deriving import Derivation, charges_of
from billing.services.freezing import DIGEST_VERSION, charges_digest, facts_to_plain
from clinic.errors import NotAllowed
from clinic.models import User
from clinic.services import audit
from notes.models import Note
from notes.signing import Contribution


def freeze_charges(note: Note, *, by: User, at: datetime) -> Contribution:
    """Store the charge set of a note that is being signed.

    Raises NotAllowed while a finding that the payer's policy makes blocking stands.
    """
    # By the tables of the moment that is stored, so that deriving again reads the same ones.
    derivation = charges_of(note.visit, at=at)
    if derivation.blocking:
        more = f" And {len(derivation.blocking) - 1} more." if len(derivation.blocking) > 1 else ""
        raise NotAllowed(f"{derivation.blocking[0]}{more}")
    charge_set = _store(note, derivation, at)
    audit.record(
        "charges.frozen",
        actor=by,
        subject=charge_set,
        patient_id=note.visit.patient_id,
        digest=charge_set.digest,
    )
    return Contribution(
        section=section_of(derivation, note.visit.practice.zone),
        totals=totals_of(derivation),
        codes=codes_of(derivation.answer),
    )


def _store(note: Note, derivation: Derivation, at: datetime) -> ChargeSet:
    facts = facts_to_plain(derivation.day, derivation.in_force.policy)
    answer, record_facts = derivation.answer, record_to_dict(derivation.record)
    charge_set = ChargeSet.objects.create(
        note=note,
        policy=derivation.in_force.row,
        policy_label=derivation.in_force.label,
        engine_version=derivation.result.engine,
        edition=derivation.result.edition,
        facts=facts,
        record_facts=record_facts,
        answer=answer,
        digest=charges_digest(facts, record_facts, answer, version=DIGEST_VERSION),
        digest_version=DIGEST_VERSION,
        line_count=len(answer["lines"]),
        total_cents=derivation.total_cents,
        created_at=at,
    )
    ChargeLine.objects.bulk_create(charge_lines(charge_set, answer, derivation.fees))
    return charge_set


def charge_lines(charge_set: ChargeSet, answer: dict, fees) -> list[ChargeLine]:
    """The answer's lines as rows, with the fee of that day."""
    return [
        ChargeLine(
            practice_id=charge_set.practice_id,
            charge_set=charge_set,
            position=position,
            code=row["code"],
            modifiers=row["modifiers"],
            units=row["units"],
            minutes=row["minutes"],
            pointers="".join(row["diagnoses"]),
            fee_cents=fees.get(row["code"]),
            charge_cents=(fees.get(row["code"]) or 0) * row["units"],
            reasons=row["reasons"],
        )
        for position, row in enumerate(answer["lines"], start=1)
    ]
