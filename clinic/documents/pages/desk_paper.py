"""A desk paper as a page."""

from clinic.documents.desk_contexts import DeskPaper, Table
from clinic.documents.wording import day, joined, local_day

from . import common

DIGESTS = ("SHA-256", "Fingerprint")


def html(of: DeskPaper) -> str:
    return common.fill("pdf/desk_paper.html", values(of))


def values(of: DeskPaper) -> dict:
    issued = day(local_day(of.issued_at, of.time_zone))
    return {
        "title": f"{of.kind} {of.number}",
        "made": of.issued_at.isoformat(),
        "practice": common.practice(of.practice),
        "kind": of.kind,
        "number": of.number,
        "status": f"Issued {issued}",
        "who": of.practice.name,
        "running": {
            "patient": joined(of.patient.name, f"born {day(of.patient.born_on)}"),
            "visit": of.about,
            "document": f"{of.number} · Issued {issued}",
        },
        "facts": common.facts(
            ("Patient", of.patient.name),
            ("Date of birth", day(of.patient.born_on)),
            ("Record no.", of.patient.record_no),
            ("Address", of.patient.address),
            (f"Tax ID ({of.practice.tax_id_kind})", of.practice.tax_id),
            ("Billing NPI", of.practice.npi),
            *((fact.label, fact.value) for fact in of.facts),
        ),
        "tables": [table(item) for item in of.tables],
        "result": of.result if of.result[0] else None,
        "paragraphs": list(of.paragraphs),
        "notices": list(of.notices),
    }


def table(of: Table) -> dict:
    def cells(row: tuple[str, ...]) -> list[tuple[str, str]]:
        return [(_class(place, of), text) for place, text in enumerate(row)]

    return {
        "title": of.title,
        "head": cells(of.head),
        "rows": [cells(row) for row in of.rows],
        "total": cells(of.total),
    }


def _class(place: int, of: Table) -> str:
    if of.head[place] in DIGESTS:
        return "h"  # 64 characters in one line, to be compared by eye
    if place == of.wide:
        return "wide"
    return "n" if place in of.numeric else "s"
