"""A plan of care or a progress report as a page."""

from clinic.documents.care_contexts import CareLetter
from clinic.documents.wording import day, joined

from . import common
from .desk_paper import table


def html(of: CareLetter) -> str:
    return common.fill("pdf/care_letter.html", values(of))


def values(of: CareLetter) -> dict:
    status = "Signed" if of.signature else "Draft"
    signed = of.signature
    return {
        "title": f"{of.kind} {of.number}",
        "made": signed.signed_at.isoformat() if signed else "",
        "practice": common.practice(of.practice),
        "kind": of.kind,
        "number": joined(of.number, f"version {of.version}"),
        "status": status,
        "who": str(of.clinician),
        "supersedes": common.supersedes(of.earlier),
        "running": {
            "patient": joined(of.patient.name, f"born {day(of.patient.born_on)}"),
            "visit": joined(of.about, str(of.clinician)),
            "document": f"{of.number} v{of.version} · {status}",
        },
        "facts": common.facts(
            ("Patient", of.patient.name),
            ("Date of birth", day(of.patient.born_on)),
            ("Record no.", of.patient.record_no),
            ("Therapist", str(of.clinician)),
            ("License", of.clinician.license),
            ("NPI", of.clinician.npi),
            *((fact.label, fact.value) for fact in of.facts),
        ),
        "diagnoses": [(d.pointer, d.code, d.label) for d in of.diagnoses],
        "tables": [table(item) for item in of.tables],
        "texts": [(text.title, common.paragraphs(text.body)) for text in of.texts if text.body],
        "answer": of.answer,
        "signature": common.signature(signed, of.time_zone) if signed else None,
        "verification": common.verification(of.verify_url),
    }
