"""Small pieces of FHIR resources."""

from typing import Any

from notes.measures import site_of
from notes.models import Measurement, OutcomeScore, TreatmentBlock, Visit
from notes.scores import SCALES

CPT = "http://www.ama-assn.org/go/cpt"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


def coding(system: str, code: str) -> dict[str, str]:
    return {"system": system, "code": code}


def named(text: str, system: str, code: str) -> dict[str, Any]:
    return {"coding": [coding(system, code)], "text": text}


def identifier(system: str, value: str) -> dict[str, str]:
    return {"system": system, "value": value}


def reference(kind: str, key: str) -> dict[str, str]:
    return {"reference": f"{kind}/{key}"}


def without_empty(value: Any) -> Any:
    """FHIR has no empty strings, lists or objects: what is unknown is left out."""
    if isinstance(value, dict):
        kept = {key: without_empty(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in ("", [], {}, None)}
    if isinstance(value, list):
        return [item for item in map(without_empty, value) if item not in ("", [], {}, None)]
    return value


def procedure(subject: dict[str, str], visit: Visit, block: TreatmentBlock) -> dict[str, Any]:
    """A treatment block: what, where, from when to when, by whom, and the response."""
    sites = [row.region.label for row in block.block_regions.all()]
    side = f", {block.side}" if block.side else ""
    words = [block.technique.label, f"grade {block.grade}" if block.grade else "", block.dose]
    return {
        "resourceType": "Procedure",
        "id": f"b-{block.pk}",
        "meta": {"profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-procedure"]},
        "status": "completed",
        "code": {"coding": [coding(CPT, block.technique.code)]},
        "subject": subject,
        "encounter": reference("Encounter", f"v-{visit.pk}"),
        "performedPeriod": {
            "start": block.starts_at.isoformat(), "end": block.ends_at.isoformat(),
        },
        "performer": [{"actor": {"display": str(block.performer)}}],
        "bodySite": [{"text": f"{label}{side}"} for label in sites],
        "outcome": {"text": block.response},
        "note": [{"text": ", ".join(word for word in words if word)}],
    }  # fmt: skip


def _observation(
    subject: dict[str, str], visit: Visit, key: str, text: str, category: str, tenths: int,
    unit: str,
) -> dict[str, Any]:  # fmt: skip
    return {
        "resourceType": "Observation",
        "id": key,
        "status": "final",
        "category": [{"coding": [coding(CATEGORY, category)]}],
        "code": {"text": text},
        "subject": subject,
        "encounter": reference("Encounter", f"v-{visit.pk}"),
        "effectiveDateTime": visit.starts_at.isoformat(),
        "valueQuantity": {"value": tenths / 10, "unit": unit},
    }


def measurement(subject: dict[str, str], visit: Visit, row: Measurement) -> dict[str, Any]:
    site = site_of(row.kind, row.site)
    taken = row.after_tenths if row.after_tenths is not None else row.before_tenths
    text = f"{site.label}, {row.side}" if row.side else site.label
    return _observation(subject, visit, f"m-{row.pk}", text, "exam", taken, site.unit)


def score(subject: dict[str, str], visit: Visit, row: OutcomeScore) -> dict[str, Any]:
    scale = SCALES[row.instrument]
    unit = scale.unit or "score"
    return _observation(subject, visit, f"s-{row.pk}", scale.name, "survey", row.score_tenths, unit)
