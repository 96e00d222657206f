"""One patient's record as a FHIR R4 bundle, in the shape that US Core asks for."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from clinic.enums import DocumentKind, TaxIdKind
from clinic.models import (
    Clinician,
    Coverage,
    Patient,
    Practice,
    SigningCertificate,
    StoredDocument,
)
from notes.enums import VisitStatus
from notes.exchange.fhir_more import more_of
from notes.exchange.fhir_parts import (
    coding,
    identifier,
    measurement,
    named,
    procedure,
    reference,
    score,
    without_empty,
)
from notes.exchange.fhir_signatures import AUTHOR, SOURCE, meanings_of, provenance
from notes.models import EpisodeOfCare, Note, Visit

US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
NPI = "http://hl7.org/fhir/sid/us-npi"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
SNOMED = "http://snomed.info/sct"
_NOTE = "visits__note__"
_TOGETHER = (
    "contacts", "coverages__payer", "episodes__diagnoses", "episodes__goal_rows",
    "episodes__plans", "episodes__orders", f"{_NOTE}blocks__technique",
    f"{_NOTE}blocks__performer", f"{_NOTE}blocks__block_regions__region",
    f"{_NOTE}measurements", f"{_NOTE}outcome_scores", f"{_NOTE}signatures",
)  # fmt: skip
GENDERS = {"F": "female", "M": "male", "X": "other", "U": "unknown"}
STATES = {
    VisitStatus.SCHEDULED: "planned", VisitStatus.ARRIVED: "arrived",
    VisitStatus.CHARTING: "in-progress", VisitStatus.SIGNED: "finished",
    VisitStatus.CANCELED: "cancelled", VisitStatus.NO_SHOW: "cancelled",
}  # fmt: skip


def bundle_of(patient: Patient) -> dict[str, Any]:
    """A collection: the same record always gives the same bundle."""
    return next(iter(bundles_of([patient], patient.practice)))


def bundles_of(patients: Sequence[Patient], practice: Practice) -> Iterator[dict[str, Any]]:
    """One bundle for each, their rows read together."""
    documents = Prefetch("documents", queryset=StoredDocument.objects.defer("content"))
    prefetch_related_objects(list(patients), *_TOGETHER, documents)
    clinicians = Clinician.objects.in_bulk()
    holders = dict(SigningCertificate.objects.values_list("serial", "clinician"))
    more = more_of(patients)
    for patient in patients:
        rows = [*_resources(patient, practice, clinicians, holders), *more[patient.pk]]
        entries = [without_empty(row) for row in rows]
        yield {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [
                {"fullUrl": f"https://handline.invalid/fhir/{r['resourceType']}/{r['id']}",
                 "resource": r}
                for r in entries
            ],
        }  # fmt: skip


def _resources(
    patient: Patient,
    practice: Practice,
    clinicians: dict[int, Clinician],
    holders: dict[str, int | None],
) -> Iterator[dict[str, Any]]:
    episodes = sorted(patient.episodes.all(), key=_key)
    visits = sorted(patient.visits.all(), key=lambda visit: (visit.starts_at, visit.pk))
    documents = sorted(patient.documents.all(), key=_key)
    yield _patient(patient)
    yield _organization(practice)
    people = {row.clinician_id for row in (*episodes, *visits)}
    people |= {visit.note.author_id for visit in visits if hasattr(visit, "note")}
    people |= {holders.get(row.certificate_serial) for row in documents} - {None}
    for key in sorted(people):
        yield _practitioner(clinicians[key])
    payers = set()
    for coverage in patient.coverages.all():
        if coverage.payer_id not in payers:
            payers.add(coverage.payer_id)
            yield {"resourceType": "Organization", "id": f"payer-{coverage.payer_id}",
                   "active": coverage.payer.active, "name": coverage.payer.name}  # fmt: skip
        yield _coverage(patient, coverage)
    for episode in episodes:
        yield from _episode(patient, episode)
    for visit in visits:
        yield from _visit(patient, visit)
    meanings = {
        visit.note.number: meanings_of(list(visit.note.signatures.all()))
        for visit in visits
        if hasattr(visit, "note") and visit.note.is_signed
    }
    for document in documents:
        yield _document(patient, document)
        if not document.certificate_serial:
            continue
        holder = holders.get(document.certificate_serial)
        yield provenance(
            document,
            practice_id=practice.pk,
            clinician_id=holder,
            meaning=_meaning(document, holder, meanings),
        )


def _meaning(
    document: StoredDocument, holder: int | None, meanings: dict[str, dict[int, str]]
) -> str:
    """A seal vouches for where a paper comes from; a person for what it says."""
    if holder is None:
        return SOURCE
    if document.kind not in (DocumentKind.NOTE, DocumentKind.ADDENDUM):
        return AUTHOR
    return meanings.get(document.number, {}).get(document.version, AUTHOR)


def _key(row: Any) -> int:
    return row.pk


def _patient(patient: Patient) -> dict[str, Any]:
    phones = [p for p in (patient.phone, patient.other_phone) if p]
    return {
        "resourceType": "Patient",
        "id": f"p-{patient.pk}",
        "meta": {"profile": [f"{US_CORE}patient"]},
        "identifier": [identifier("urn:handline:record", patient.record_number)],
        "name": [{"family": patient.last_name, "given": [patient.first_name]}],
        "telecom": [{"system": "phone", "value": phone} for phone in phones]
        + ([{"system": "email", "value": patient.email}] if patient.email else []),
        "gender": GENDERS[patient.sex],
        "birthDate": patient.born_on.isoformat(),
        "address": [without_empty({
            "line": [patient.street] if patient.street else [], "city": patient.city,
            "state": patient.state, "postalCode": patient.zip_code,
        })] if patient.one_line_address else [],
        "contact": [
            {"name": {"text": c.name},
             "telecom": [{"system": "phone", "value": c.phone}] if c.phone else []}
            for c in patient.contacts.all()
        ],
    }  # fmt: skip


def _organization(practice: Practice) -> dict[str, Any]:
    return {
        "resourceType": "Organization",
        "id": f"practice-{practice.pk}",
        "meta": {"profile": [f"{US_CORE}organization"]},
        "identifier": [identifier(NPI, practice.npi),
                       *_taxed_under(practice)],
        "active": True,
        "name": practice.name,
    }  # fmt: skip


def _taxed_under(practice: Practice) -> list[dict[str, Any]]:
    """The EIN. An SSN is a person's, and no reader of a patient's record needs it."""
    if practice.tax_id_kind != TaxIdKind.EIN:
        return []
    return [identifier("urn:oid:2.16.840.1.113883.4.4", practice.tax_id.replace("-", ""))]


def _practitioner(clinician: Clinician) -> dict[str, Any]:
    ids = [identifier(NPI, clinician.npi)] if clinician.npi else []
    return {
        "resourceType": "Practitioner",
        "id": f"c-{clinician.pk}",
        "meta": {"profile": [f"{US_CORE}practitioner"]},
        "identifier": [*ids, identifier("urn:handline:license", clinician.licence)],
        "name": [{
            "family": clinician.last_name, "given": [clinician.first_name],
            "suffix": [part.strip() for part in clinician.credential.split(",") if part.strip()],
        }],
    }  # fmt: skip


def _coverage(patient: Patient, coverage: Coverage) -> dict[str, Any]:
    return {
        "resourceType": "Coverage",
        "id": f"cov-{coverage.pk}",
        "meta": {"profile": [f"{US_CORE}coverage"]},
        "identifier": [{
            "type": {"coding": [coding("http://terminology.hl7.org/CodeSystem/v2-0203", "MB")]},
            "value": coverage.member_id,
        }] if coverage.member_id else [],
        "status": "active",
        "subscriberId": coverage.member_id,
        "beneficiary": reference("Patient", f"p-{patient.pk}"),
        "relationship": {"coding": [coding(
            "http://terminology.hl7.org/CodeSystem/subscriber-relationship",
            coverage.relationship)]},
        "period": {"start": coverage.starts_on.isoformat(),
                   "end": coverage.ends_on.isoformat() if coverage.ends_on else ""},
        "payor": [reference("Organization", f"payer-{coverage.payer_id}")],
        "class": [{
            "type": {"coding": [coding(
                "http://terminology.hl7.org/CodeSystem/coverage-class", "group")]},
            "value": coverage.group_number,
        }] if coverage.group_number else [],
    }  # fmt: skip


def _episode(patient: Patient, episode: EpisodeOfCare) -> Iterator[dict[str, Any]]:
    subject = reference("Patient", f"p-{patient.pk}")
    diagnoses = list(episode.diagnoses.all())
    for row in diagnoses:
        yield {
            "resourceType": "Condition",
            "id": f"dx-{row.pk}",
            "meta": {"profile": [f"{US_CORE}condition-problems-health-concerns"]},
            "clinicalStatus": {"coding": [coding(
                "http://terminology.hl7.org/CodeSystem/condition-clinical",
                "inactive" if episode.discharged_on else "active")]},
            "verificationStatus": {"coding": [coding(
                "http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed")]},
            "category": [{"coding": [coding(
                "http://terminology.hl7.org/CodeSystem/condition-category",
                "problem-list-item")]}],
            "code": named(row.title, ICD10, row.code),
            "subject": subject,
            "onsetDateTime": episode.onset_on.isoformat() if episode.onset_on else "",
        }  # fmt: skip
    yield {
        "resourceType": "EpisodeOfCare",
        "id": f"e-{episode.pk}",
        "status": "finished" if episode.discharged_on else "active",
        "diagnosis": [{"condition": reference("Condition", f"dx-{row.pk}"), "rank": row.position}
                      for row in diagnoses],
        "patient": subject,
        "managingOrganization": reference("Organization", f"practice-{patient.practice_id}"),
        "period": {"start": episode.started_on.isoformat(),
                   "end": episode.discharged_on.isoformat() if episode.discharged_on else ""},
        "careManager": reference("Practitioner", f"c-{episode.clinician_id}"),
    }  # fmt: skip
    goals = list(episode.goal_rows.all())
    for goal in goals:
        yield {
            "resourceType": "Goal",
            "id": f"g-{goal.pk}",
            "lifecycleStatus": {"open": "active", "met": "completed"}.get(goal.state, "cancelled"),
            "description": {"text": f"{goal.number}. {goal.text} ({goal.measure}: {goal.baseline} "
                                    f"to {goal.target})"},
            "subject": subject,
            "startDate": goal.opened_on.isoformat(),
            "target": [{"dueDate": goal.due_on.isoformat()}],
        }  # fmt: skip
    for plan in sorted(episode.plans.all(), key=_key):
        yield {
            "resourceType": "CarePlan",
            "id": f"plan-{plan.pk}",
            "status": "active" if not episode.discharged_on else "completed",
            "intent": "plan",
            "description": "; ".join(p for p in (plan.frequency, plan.amount, plan.interventions)
                                     if p),
            "subject": subject,
            "period": {"start": plan.starts_on.isoformat(), "end": plan.ends_on.isoformat()},
            "goal": [reference("Goal", f"g-{goal.pk}") for goal in goals],
        }  # fmt: skip
    for order in sorted(episode.orders.all(), key=_key):
        yield {
            "resourceType": "ServiceRequest",
            "id": f"o-{order.pk}",
            "status": "active" if not episode.discharged_on else "completed",
            "intent": "order",
            "code": named("Physical therapy procedure", SNOMED, "91251008"),
            "subject": subject,
            "authoredOn": order.ordered_on.isoformat(),
            "requester": {"display": order.provider_name},
        }


def _visit(patient: Patient, visit: Visit) -> Iterator[dict[str, Any]]:
    subject = reference("Patient", f"p-{patient.pk}")
    yield {
        "resourceType": "Encounter",
        "id": f"v-{visit.pk}",
        "meta": {"profile": [f"{US_CORE}encounter"]},
        "identifier": [identifier("urn:handline:visit", str(visit.public_id))],
        "status": STATES[VisitStatus(visit.status)],
        "class": coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", "AMB"),
        "type": [named("Physical therapy procedure", SNOMED, "91251008")],
        "subject": subject,
        "episodeOfCare": [reference("EpisodeOfCare", f"e-{visit.episode_id}")],
        "participant": [{"individual": reference("Practitioner", f"c-{visit.clinician_id}")}],
        "period": {"start": visit.starts_at.isoformat()},
    }
    note = getattr(visit, "note", None)
    if note is None or not note.is_signed:
        return
    yield from _note(subject, visit, note)


def _note(subject: dict[str, str], visit: Visit, note: Note) -> Iterator[dict[str, Any]]:
    for block in note.blocks.all():
        if block.technique.code:
            yield procedure(subject, visit, block)
    for row in note.measurements.all():
        yield measurement(subject, visit, row)
    for row in note.outcome_scores.all():
        yield score(subject, visit, row)
    text = "\n".join(t for t in (note.subjective, note.objective, note.assessment, note.plan) if t)
    if text:
        data = text.encode()
        yield _reference_to(
            subject, f"n-{note.pk}", note.signed_at.isoformat(), "text/plain", data,
            base64.b64encode(data).decode(),
        )  # fmt: skip


def _document(patient: Patient, document: StoredDocument) -> dict[str, Any]:
    """The bytes travel beside the bundle; their address and SHA-256 are here."""
    subject = reference("Patient", f"p-{patient.pk}")
    row = _reference_to(
        subject, f"d-{document.pk}", document.created_at.isoformat(), "application/pdf", b"", ""
    )
    row["identifier"] = [identifier("urn:handline:sha256", document.sha256)]
    row["content"][0]["attachment"] |= {
        "url": f"documents/{document.number}-v{document.version}.pdf",
        "size": document.size,
        "title": f"{document.get_kind_display()} {document.number}",
    }
    return row


def _reference_to(
    subject: dict[str, str], key: str, at: str, kind: str, data: bytes, encoded: str
) -> dict[str, Any]:
    attachment: dict[str, Any] = {"contentType": kind}
    if encoded:
        # FHIR R4 defines the hash of an attachment as SHA-1; it proves nothing here.
        sha1 = hashlib.sha1(data, usedforsecurity=False).digest()
        attachment |= {"data": encoded, "size": len(data), "hash": base64.b64encode(sha1).decode()}
    return {
        "resourceType": "DocumentReference",
        "id": key,
        "meta": {"profile": [f"{US_CORE}documentreference"]},
        "status": "current",
        "docStatus": "final",
        "type": named("Physical therapy Progress note", "http://loinc.org", "11508-4"),
        "category": [{"coding": [coding(
            "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
            "clinical-note")]}],
        "subject": subject,
        "date": at,
        "content": [{"attachment": attachment}],
    }  # fmt: skip
