"""The downtime packet: who comes today and what to know, with lines to chart by hand."""

from dataclasses import dataclass
from datetime import datetime

from clinic.documents.glyphs import check_printable
from clinic.documents.job import Job
from clinic.documents.parts import Practice
from clinic.documents.wording import joined
from clinic.documents.worker import PRESS

from . import common

LINES = 6  # rows to write blocks into


@dataclass(frozen=True)
class Coming:
    """One visit of the day. `known` is label and text, what is empty left out."""

    when: str
    patient: str
    born: str
    record_no: str
    phone: str
    alert: str
    known: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Packet:
    practice: Practice
    clinician: str
    location: str
    day: str
    made: str
    made_at: datetime
    visits: tuple[Coming, ...]


def packet(of: Packet) -> bytes:
    check_printable(of)
    return PRESS.set(Job(html=html(of), made_at=of.made_at, kind="downtime"))


def html(of: Packet) -> str:
    return common.fill("pdf/downtime.html", _values(of))


def _values(of: Packet) -> dict:
    return {
        "title": f"Downtime packet {of.day}, {of.clinician}",
        "made": of.made_at.isoformat(),
        "practice": common.practice(of.practice),
        "kind": "Downtime packet",
        "line2": joined(of.day, of.clinician, of.location),
        "status": f"as of {of.made}",
        "who": of.practice.name,
        "running": {"patient": of.clinician, "visit": of.day, "document": f"as of {of.made}"},
        "visits": [
            {
                "when": visit.when,
                "patient": visit.patient,
                "line": joined(
                    f"born {visit.born}", f"record {visit.record_no}", visit.phone
                ),
                "alert": visit.alert,
                "known": visit.known,
            }
            for visit in of.visits
        ],
        "lines": range(LINES),
    }  # fmt: skip
