"""Who signed what, as FHIR: one Provenance for each issued document."""

from typing import Any

from clinic.models import StoredDocument
from notes.enums import SignatureMeaning
from notes.exchange.fhir_parts import coding, reference
from notes.models import Signature

US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-provenance"
# Kinds of signature of ASTM E1762-95.
E1762 = "urn:iso-astm:E1762-95:2013"
AUTHOR, VERIFICATION, SOURCE, ADDENDUM = (f"1.2.840.10065.1.12.1.{kind}" for kind in (1, 5, 14, 15))
MEANINGS = {
    SignatureMeaning.AUTHOR: AUTHOR,
    SignatureMeaning.COSIGNER: VERIFICATION,
    SignatureMeaning.ADDENDUM: ADDENDUM,
}


def meanings_of(signatures: list[Signature]) -> dict[int, str]:
    """By version: every signature of a note made the next version of its document."""
    return {n: MEANINGS[SignatureMeaning(s.meaning)] for n, s in enumerate(signatures, start=1)}


def provenance(
    document: StoredDocument, *, practice_id: int, clinician_id: int | None, meaning: str
) -> dict[str, Any]:
    """The signature itself is in the PDF; here is whose it is, of which kind, and when."""
    house = reference("Organization", f"practice-{practice_id}")
    who = reference("Practitioner", f"c-{clinician_id}") if clinician_id else house
    at = document.created_at.isoformat()
    return {
        "resourceType": "Provenance",
        "id": f"sig-{document.pk}",
        "meta": {"profile": [US_CORE]},
        "target": [reference("DocumentReference", f"d-{document.pk}")],
        "recorded": at,
        "agent": [
            {
                "type": {"coding": [coding(
                    "http://terminology.hl7.org/CodeSystem/provenance-participant-type",
                    "author")]},
                "who": who,
                "onBehalfOf": house if clinician_id else {},
            }
        ],
        "entity": [
            {"role": "revision",
             "what": reference("DocumentReference", f"d-{document.replaces_id}")}
        ] if document.replaces_id else [],
        "signature": [
            {
                "type": [coding(E1762, meaning)],
                "when": at,
                "who": who,
                "targetFormat": "application/pdf",
                "sigFormat": "application/pkcs7-signature",
            }
        ],
    }  # fmt: skip
