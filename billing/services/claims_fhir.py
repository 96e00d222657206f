"""The frozen bill of each insured visit as a FHIR R4 Claim, for a patient's bundle."""

from collections.abc import Mapping, Sequence
from typing import Any

from billing.models import ChargeSet
from clinic.models import Patient
from notes.exchange.fhir_parts import CPT, coding, identifier, reference

_TERMS = "http://terminology.hl7.org/CodeSystem/"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
PLACE = "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"


def claims_of(patients: Sequence[Patient]) -> Mapping[int, list[dict[str, Any]]]:
    """What was asked of a payer. A self-pay visit has a bill, and no claim."""
    rows = (
        ChargeSet.objects.filter(
            note__visit__patient__in=[patient.pk for patient in patients],
            note__visit__coverage__isnull=False,
            line_count__gte=1,
        )
        .select_related("note__visit__location", "note__author")
        .defer("answer", "record_facts", "note__record")
        .prefetch_related("lines")
        .order_by("note__visit__starts_at", "pk")
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.note.visit.patient_id, []).append(claim(row))
    return found


def claim(charge_set: ChargeSet) -> dict[str, Any]:
    visit, author = charge_set.note.visit, charge_set.note.author
    diagnoses = list(charge_set.facts["day"].get("diagnoses", ()))
    return {
        "resourceType": "Claim",
        "id": f"claim-{charge_set.pk}",
        "identifier": [identifier("urn:handline:charges", charge_set.digest)],
        "status": "active",
        "type": {"coding": [coding(f"{_TERMS}claim-type", "professional")]},
        "use": "claim",
        "patient": reference("Patient", f"p-{visit.patient_id}"),
        "billablePeriod": {"start": visit.date.isoformat(), "end": visit.date.isoformat()},
        "created": charge_set.created_at.isoformat(),
        "provider": reference("Organization", f"practice-{charge_set.practice_id}"),
        "priority": {"coding": [coding(f"{_TERMS}processpriority", "normal")]},
        "careTeam": [
            {"sequence": 1, "provider": reference("Practitioner", f"c-{author.pk}"),
             "responsible": True}
        ],
        "diagnosis": [
            {"sequence": n, "diagnosisCodeableConcept": {"coding": [coding(ICD10, code)]}}
            for n, code in enumerate(diagnoses, start=1)
        ],
        "insurance": [
            {"sequence": 1, "focal": True,
             "coverage": reference("Coverage", f"cov-{visit.coverage_id}")}
        ],
        "item": [_item(line, visit, len(diagnoses)) for line in charge_set.lines.all()],
        "total": _money(charge_set.total_cents),
    }  # fmt: skip


def _item(line, visit, diagnoses: int) -> dict[str, Any]:
    """A pointer letter is the place of its diagnosis, from 1; in cents nothing is rounded."""
    pointed = [ord(letter) - ord("A") + 1 for letter in line.pointers]
    return {
        "sequence": line.position,
        "careTeamSequence": [1],
        "diagnosisSequence": [place for place in pointed if place <= diagnoses],
        "productOrService": {"coding": [coding(CPT, line.code)]},
        "modifier": [{"coding": [coding(CPT, modifier)]} for modifier in line.modifiers],
        "servicedDate": visit.date.isoformat(),
        "locationCodeableConcept": {"coding": [coding(PLACE, visit.location.place_of_service)]},
        "quantity": {"value": line.units},
        "unitPrice": _money(line.fee_cents) if line.fee_cents is not None else {},
        "net": _money(line.charge_cents),
        "encounter": [reference("Encounter", f"v-{visit.pk}")],
    }


def _money(cents: int) -> dict[str, Any]:
    return {"value": cents / 100, "currency": "USD"}
